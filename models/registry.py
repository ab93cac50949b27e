"""The models that are there, which one reads, and how it came to: champion, challengers, promotions, ways back.

    packages/
        champions.json    {"digits": "digits-v1"}
        promotions.json   every promotion and rollback, oldest first, with the paired test it rests on
        digits-v1/        a model package

A challenger takes the champion's place only after both have read the same frozen test set.
"""

import builtins
import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.package import PACKAGES, ModelPackage, load_package, refuse
from models.paired import mcnemar_exact

SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two readers on the same test set.

    Attributes:
        first: Id of the one, usually the champion.
        second: Id of the other.
        test_set: Hash over the names and labels of the boxes.
        boxes: How many there are.
        first_right: How many the first read rightly.
        second_right: How many the second read rightly.
        only_first_right: Boxes that only the first got right.
        only_second_right: Boxes that only the second got right.

    """

    first: str
    second: str
    test_set: str
    boxes: int
    first_right: int
    second_right: int
    only_first_right: int
    only_second_right: int

    @property
    def p(self) -> float:
        """The p of McNemar's exact test."""
        return mcnemar_exact(self.only_first_right, self.only_second_right)

    def to_json(self) -> dict[str, Any]:
        """Return the comparison with its p."""
        return {name: getattr(self, name) for name in self.__slots__} | {"p": self.p}


def compare(
    first: str,
    second: str,
    names: Sequence[str],
    labels: NDArray[np.int64],
    first_guesses: NDArray[np.int64],
    second_guesses: NDArray[np.int64],
) -> Comparison:
    """Compare what two readers read in the same boxes; all arrays are (n,)."""
    one, other = first_guesses == labels, second_guesses == labels
    lines = "\n".join(f"{name} {label}" for name, label in zip(names, labels, strict=True))
    return Comparison(
        first=first,
        second=second,
        test_set=hashlib.sha256(lines.encode()).hexdigest(),
        boxes=len(labels),
        first_right=int(one.sum()),
        second_right=int(other.sum()),
        only_first_right=int((one & ~other).sum()),
        only_second_right=int((other & ~one).sum()),
    )


class Registry:
    """The packages in one folder.

    Args:
        folder: Where the packages lie.

    """

    def __init__(self, folder: Path = PACKAGES) -> None:
        self.folder = folder

    def list(self) -> builtins.list[ModelPackage]:
        """Return every package, by id."""
        return [load_package(file.parent) for file in sorted(self.folder.glob("*/model.json"))]

    def find(self, model: str) -> ModelPackage:
        """Return the package with this id, or the one in this folder.

        Raises:
            ModelError: As `load_package` does.

        """
        return load_package(self.folder / model if (self.folder / model / "model.json").is_file() else model)

    def champion(self, kind: str) -> ModelPackage:
        """Return the package that reads this kind.

        Raises:
            ModelError: `model_no_champion`.

        """
        champions = self.champions()
        if kind not in champions:
            refuse("model_no_champion", kind=kind, path=str(self.folder / "champions.json"))
        return load_package(self.folder / champions[kind])

    def champions(self) -> dict[str, str]:
        """Return the id of the champion of each kind."""
        return dict(_read(self.folder / "champions.json", {}))

    def history(self) -> builtins.list[dict[str, Any]]:
        """Return every promotion and rollback, oldest first."""
        return list(_read(self.folder / "promotions.json", []))

    def promote(self, challenger: ModelPackage, comparison: Comparison, reason: str = "") -> None:
        """Make the challenger the champion of its kind, and record on what grounds.

        Args:
            challenger: The package; it is copied into the registry where it lies elsewhere.
            comparison: The champion (first) and the challenger (second) on the same test set.
            reason: Why to promote a challenger that is not measurably better, such as a faster network.

        Raises:
            ModelError: `model_not_promoted` where the comparison is of other models, the challenger is measurably
                worse, or is not measurably better and no reason is given.

        """
        kind = challenger.description.kind
        champion = self.champions().get(kind, "")
        why = _objection(champion, challenger.id, comparison, reason)
        if why:
            refuse("model_not_promoted", challenger=challenger.id, champion=champion, why=why)
        if challenger.path.resolve() != (self.folder / challenger.id).resolve():
            if (self.folder / challenger.id).exists():
                why = f"there is another package called {challenger.id} already"
                refuse("model_not_promoted", challenger=challenger.id, champion=champion, why=why)
            shutil.copytree(challenger.path, self.folder / challenger.id)
        self._record(kind, "promote", champion, challenger.id, {"comparison": comparison.to_json(), "reason": reason})

    def rollback(self, kind: str) -> str:
        """Bring back the champion before the last promotion that still stands, and return its id.

        Raises:
            ModelError: `model_no_history`.

        """
        standing: builtins.list[dict[str, Any]] = []
        for entry in self.history():
            if entry["kind"] != kind:
                continue
            if entry["action"] == "promote":
                standing.append(entry)
            elif standing:
                standing.pop()
        if not standing or not standing[-1]["from"]:
            refuse("model_no_history", kind=kind)
        former = str(standing[-1]["from"])
        load_package(self.folder / former)
        self._record(kind, "rollback", self.champions().get(kind, ""), former, {})
        return former

    def _record(self, kind: str, action: str, old: str, new: str, grounds: dict[str, Any]) -> None:
        now = datetime.now(UTC).replace(microsecond=0).isoformat()
        entry = {"time": now, "action": action, "kind": kind, "from": old, "to": new} | grounds
        _write(self.folder / "promotions.json", [*self.history(), entry])
        _write(self.folder / "champions.json", self.champions() | {kind: new})


def find_package(model: str) -> ModelPackage:
    """Return the package with this id among those that come with the program, or the one in this folder."""
    return Registry().find(model)


def _objection(champion: str, challenger: str, comparison: Comparison, reason: str) -> str:
    """Return why the challenger may not take the champion's place, or nothing."""
    if (comparison.first, comparison.second) != (champion, challenger):
        return f"the comparison is of {comparison.first} and {comparison.second}"
    counts = (
        f"on {comparison.boxes} boxes {comparison.only_second_right} were right with the challenger alone and "
        f"{comparison.only_first_right} with the champion alone, p = {comparison.p:.3g}"
    )
    better = comparison.only_second_right > comparison.only_first_right
    if comparison.p < SIGNIFICANT and not better:
        return f"it is measurably worse: {counts}"
    if comparison.p >= SIGNIFICANT and not reason:
        return f"it is not measurably better: {counts}; give a reason to promote it all the same"
    return ""


def _read(file: Path, default: Any) -> Any:
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else default


def _write(file: Path, value: object) -> None:
    """Write a file whole: to a temporary one, which then takes its place."""
    scratch = file.with_suffix(".tmp")
    scratch.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(scratch, file)  # noqa: PTH105  the one call that replaces on every system

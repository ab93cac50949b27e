"""Fit how far each witness is believed, on real pages: the likeliest temperature and share of idle statements.

    python -m training.witnesses.trust SHARED [--out FILE]

SHARED holds the sets of real pages (`training.evaluation.truths`). Fitted on the calibrate part, since the networks
learnt from the train part. Prints how often each witness contradicts a number that is right, before and after, on
either part; and how often officers mark none, one or several bubbles of a column in the train part, which
`pipeline.bubbles.evidence` states.
"""

import argparse
import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.package import default_package, load_package
from pipeline.bubbles.evidence import column_distribution
from pipeline.decision.contradiction import contradicts
from pipeline.digits import DigitReader
from pipeline.evidence import Statement
from pipeline.forms import load_forms
from pipeline.registration import Registration, SheetFinder
from pipeline.trust import TRUST_FILE, Trust, softened
from pipeline.witnesses import Witnesses, WitnessReader
from training.evaluation.split import LEARNT_FROM, Part
from training.evaluation.truths import RealPage, opened, real_pages
from training.metrics import wilson
from training.processes import counted, processes

TEMPERATURES = (1.0, 1.15, 1.3, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0)
IDLE = (0.0, 0.005, 0.01, 0.02, 0.04, 0.08, 0.12, 0.16, 0.24, 0.32)

NUMBERS = 600
"""Votes of a polling station at most: a witness that says nothing leaves each as likely."""

_SURE = 0.99  # of a number's place: elsewhere a witness is not to blame


@dataclass(frozen=True, slots=True)
class Stated:
    """What a witness stated of a number, unsoftened, and what is written in its boxes.

    Of bubbles also the odds (count, 10) that each is marked, if that were as likely as not.
    """

    statement: Statement
    value: int
    held: bool
    bubbles: NDArray[np.float64] | None = None


def statements_of(page: RealPage) -> list[Stated]:
    """Return what the witnesses of a real page state of numbers whose value is known; nothing where it is not found."""
    finder, reader = _readers()
    grey, _ = opened(page.path)
    found = finder.find(grey)
    if not isinstance(found, Registration) or found.target.page.number != page.page or found.withheld:
        return []
    known = {name: value for name, value in page.truth["values"].items() if value is not None}
    sure = {name for name, place in found.places.items() if place >= _SURE} & set(known) - set(_doubtful(page))
    witnesses = reader.read(grey, found.sheet, found.target.page.numbers)
    held = page.part is not Part.TRAIN
    return [
        Stated(statement, known[name], held, _marked(witnesses[name], statement))
        for name in sure & set(witnesses)
        for statement in witnesses[name].raw_statements()
    ]


def _marked(witnesses: Witnesses, statement: Statement) -> NDArray[np.float64] | None:
    return witnesses.bubbles.marked if witnesses.bubbles and statement.witness == "bubbles" else None


def column_shares(columns: NDArray[np.float64], rounds: int = 200) -> NDArray[np.float64]:
    """Return how often none, one and several bubbles of a column are marked (3,): the likeliest shares, by EM.

    Args:
        columns: (n, 10) probability of each bubble at even prior odds.
        rounds: Of the iteration.

    """
    shares = np.full(3, 1 / 3)
    for _ in range(rounds):
        found = np.array([column_distribution(column, tuple(shares)) for column in columns])
        shares = np.array([found[:, 0].mean(), found[:, 1:11].sum(axis=1).mean(), found[:, 11].mean()])
    return shares


def fit(stated: Sequence[Stated]) -> Trust:
    """Return the temperature and idle share under which the numbers written are likeliest."""
    choices = [Trust(*pair) for pair in itertools.product(TEMPERATURES, IDLE)]
    return min(choices, key=lambda trust: sum(loss(softened(one.statement, trust), one.value) for one in stated))


def loss(statement: Statement, value: int) -> float:
    """Return minus the logarithm of the probability that a statement gives to the number written, in nats."""
    return -float(np.log(max(1e-12, statement.of(value) + statement.silent / NUMBERS)))


def report(name: str, trust: Trust, stated: Sequence[Stated]) -> str:
    """Return how often a witness contradicts numbers that are right, before and after."""
    counts = [sum(contradicts(softened(one.statement, some), one.value) for one in stated) for some in (Trust(), trust)]
    losses = [np.mean([loss(softened(one.statement, some), one.value) for one in stated]) for some in (Trust(), trust)]
    low, high = (100 * end for end in wilson(counts[1], len(stated)))
    return (
        f"{name}: {asdict(trust)}; contradicts {counts[0]}, then {counts[1]} of {len(stated)} right numbers "
        f"({low:.1f} to {high:.1f} %); loss {losses[0]:.3f}, then {losses[1]:.3f}"
    )


def _doubtful(page: RealPage) -> Iterable[str]:
    return (*page.truth.get("uncertain", {}), *page.truth.get("corrected", {}))


@cache
def _readers() -> tuple[SheetFinder, WitnessReader]:
    return SheetFinder(load_forms()), WitnessReader(DigitReader(load_package(default_package("digits"))))


def main() -> None:
    """Read the pages, fit, report, write."""
    parser = argparse.ArgumentParser(description="Fit how far each witness is believed.")
    parser.add_argument("shared", type=Path, help="folder of the sets of real pages")
    parser.add_argument("--out", type=Path, default=TRUST_FILE)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    pages = [page for page in real_pages(arguments.shared) if page.part in LEARNT_FROM and page.page is not None]
    stated: dict[str, list[Stated]] = {}
    with processes(arguments.jobs) as pool:
        for some in counted(pool.map(statements_of, pages, chunksize=4), len(pages)):
            for one in some:
                stated.setdefault(one.statement.witness, []).append(one)
    fitted: Mapping[str, Trust] = {
        name: fit([one for one in some if one.held]) for name, some in sorted(stated.items())
    }
    columns = np.vstack([one.bubbles for one in stated["bubbles"] if one.bubbles is not None and not one.held])
    none, single, several = column_shares(columns)
    print(f"columns of bubbles: none {none:.4f}, one {single:.4f}, several {several:.4f} of {len(columns)}")  # noqa: T201
    for name, trust in fitted.items():
        for part in (Part.CALIBRATE, Part.TRAIN):
            of_part = [one for one in stated[name] if one.held is (part is Part.CALIBRATE)]
            print(part.value, report(name, trust, of_part))  # noqa: T201
    kept = {"trust": {name: asdict(trust) for name, trust in fitted.items()}}
    arguments.out.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

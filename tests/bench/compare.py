"""What the second count makes of planted errors: on real pages, and on simulated stations with officers' own slips.

    python -m tests.bench.compare wild SHARED --set ppwp-2024-votes --limit 60 --errors 40 --out DIR
    python -m tests.bench.compare simulated --stations 30 --difficulty hard --errors 60 --out DIR

    python -m tests.bench.compare nation --stations 800000 --out DIR [--with DIR]

The same command goes on where it was stopped, and with a larger limit reads only what is new. Prints a table. A nation
has the photographs of two stations, or those of a comparison of simulated ones that was made before (--with); then it
is killed three times on its way, and must end in what that comparison said.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from api.tabulation.kpu import ADMINISTRATION
from pipeline.forms import FormTemplate, load_forms
from tests.bench.nation_compared import nation, nation_with
from tests.bench.planted import Written, mended, plant, publish, table_of
from training.pages.simulate import Simulation, simulate_documents

FORM = "c-hasil-ppwp-2024"
PUBLISHED = frozenset(ADMINISTRATION.values())


def main() -> int:
    """Run the command line."""
    asked = _parsed()
    asked.out.mkdir(parents=True, exist_ok=True)
    if asked.what == "nation":
        beside = (asked.stations, asked.out)
        told = nation_with(asked.earlier, *beside) if asked.earlier else nation(*beside)
        sys.stdout.write("\n".join(told) + "\n")
        return 0
    form = load_forms()[FORM]
    if asked.what == "wild":
        photographs = asked.shared / "wild" / asked.set / "images"
        lines = _lines(asked.shared / "wild" / asked.set / "truth.jsonl")[: asked.limit]
        written = _of_lines(lines, form, lambda _line, index: f"990001{index // 900 + 1:04d}{index % 900 + 1:03d}")
    else:
        photographs = asked.out / f"{asked.difficulty}-{asked.stations}"
        _draw(asked, form, photographs)
        lines = _lines(photographs / "truth.jsonl")
        written = _of_lines(lines, form, lambda line, _index: str(line["file"])[:13])
    planted = plant(written, asked.errors, np.random.default_rng(asked.seed))
    images: dict[str, list[str]] = {}
    for station, line in zip(_stations(written, lines), lines, strict=True):
        images.setdefault(station, []).append(line["file"])
    published = asked.out / "published.json"
    publish(published, planted.figures, images)
    _compare(published, photographs, asked)
    found = _lines(asked.out / "comparison" / "numbers.jsonl")
    sys.stdout.write("\n".join(table_of(written, planted, found)) + "\n")
    return 0


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["wild", "simulated", "nation"])
    parser.add_argument("shared", nargs="?", type=Path, default=Path("../shared"))
    parser.add_argument("--set", default="ppwp-2024-votes")
    parser.add_argument("--limit", type=int, default=60)
    parser.add_argument("--stations", type=int, default=30)
    parser.add_argument("--difficulty", default="medium")
    parser.add_argument("--errors", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--with", dest="earlier", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _draw(asked: argparse.Namespace, form: FormTemplate, folder: Path) -> None:
    if not (folder / "done").exists():
        settings = Simulation(form, seed=asked.seed, difficulty=asked.difficulty, officer_errors=0.3)
        simulate_documents(settings, asked.stations, folder, jobs=asked.jobs)
        (folder / "done").touch()


def _stations(written: Written, lines: Iterable[Mapping[str, Any]]) -> list[str]:
    files = {file: station for station, pages in written.files.items() for file in pages}
    return [files[line["file"]] for line in lines]


def _of_lines(lines: Iterable[Mapping[str, Any]], form: FormTemplate, name: Any) -> Written:
    """Return what is written, from lines of truth; of the fields that are published."""
    values: dict[str, dict[str, int]] = {}
    boxes: dict[str, dict[str, str]] = {}
    pages: dict[str, list[list[str]]] = {}
    files: dict[str, list[str]] = {}
    errors: dict[str, list[str]] = {}
    marks: dict[str, dict[str, int]] = {}
    whole: dict[str, dict[str, int]] = {}
    for index, line in enumerate(lines):
        station = name(line, index)
        kept = {
            field: value
            for field, value in line["values"].items()
            if value is not None
            and (field in PUBLISHED or field.startswith("paslon_"))
            and field not in line.get("uncertain", ())
        }
        values.setdefault(station, {}).update(kept)
        whole.setdefault(station, {}).update({key: one for key, one in line["values"].items() if one is not None})
        boxes.setdefault(station, {}).update({field: line["fields"][field] for field in kept})
        pages.setdefault(station, []).append(sorted(kept))
        files.setdefault(station, []).append(line["file"])
        errors.setdefault(station, []).extend(line.get("arith_errors", ()))
        marks.setdefault(station, {}).update(_marks(line, kept))
    slips = {
        station: {
            key: one
            for key, one in mended(form, whole[station], found, marks[station]).items()
            if key in values[station]
        }
        for station, found in errors.items()
        if found
    }
    return Written(values, boxes, slips, pages, files)


def _marks(line: Mapping[str, Any], kept: Mapping[str, int]) -> dict[str, int]:
    """Return what tallies and bubbles say, of the numbers of which they say another than the boxes."""
    found: dict[str, int] = {}
    for error in line.get("arith_errors", ()):
        field, _, kind = error.rpartition("-")
        if field not in kept:
            continue
        if kind == "tally":
            found[field] = sum(line["row_tally"].get(field, ()))
        elif kind == "bubbles":
            found[field] = int(line["bubbles"][field].replace("_", "0"))
        elif kind == "row_sums":
            found[field] = sum(int(one.strip("_X-") or 0) for one in line["row_totals"][field])
    return {field: value for field, value in found.items() if value != kept[field]}


def _compare(published: Path, photographs: Path, asked: argparse.Namespace) -> None:
    """Run the command as a user does."""
    from api.cli.main import main as run  # noqa: PLC0415

    before, out = sys.argv, asked.out / "comparison"
    sys.argv = ["chasil", "compare", str(published), str(photographs), "--out", str(out), "--jobs", str(asked.jobs)]
    try:
        run()
    except SystemExit as ended:
        if ended.code not in (0, 3):
            raise
    finally:
        sys.argv = before


if __name__ == "__main__":
    sys.exit(main())

"""A template from photographs of filled sheets, and what is read with it beside the shipped one.

    python -m tests.bench.filled SHARED [--seeds 101 102 103] [--photographs 12] [--pages 40]

Of the photographs of C.HASIL-KWK 2020 that may be learnt from (`training.evaluation.real_pages.csv`) each seed draws
some, `chasil forms new --filled` makes a template of them, somebody sets it as confirmed without another change, and
others of the photographs are read with it and with the shipped one. Prints what the template holds, the computing time
that it took, and what was read of the same numbers with each.
"""

import argparse
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
from rich.console import Console
from rich.table import Table

from api.core.forms import installed_forms
from pipeline import Reader
from pipeline.forms import PageTemplate
from tests import ROOT
from training.evaluation.metrics import share_text
from training.evaluation.one_number import right_and_accepted
from training.evaluation.split import LEARNT_FROM
from training.evaluation.truths import RealPage, real_pages
from training.proof.real_pages import Score, legible

SET, SHIPPED, PAGE = "wild/kwk-2020", "c-hasil-kwk-2020", 2
FIELDS = ("paslon_1", "paslon_2", "paslon_3", "suara_sah")
"""The numbers of the page, from the top down."""

_COMMAND = "from api.cli.main import main; main()"


def draft(photographs: Sequence[Path], folder: Path, page: int = PAGE) -> tuple[Path, float]:
    """Make a template in `folder`, and confirm it; return its file, and the computing time that it took, in s."""
    template = folder / "drafted.yaml"
    options = ["--filled", *photographs, "--page", page, "--out", template]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", _COMMAND, "forms", "new", *map(str, options)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    text = template.read_text(encoding="utf-8")
    template.write_text(text.replace("confirmed: false", "confirmed: true"), encoding="utf-8")
    return template, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def read_with(reader: Reader, fields: Sequence[str], pages: Sequence[RealPage]) -> Score:
    """Read pages with one template, whose numbers from the top down have these names."""
    score = Score()
    for page in pages:
        (reading,) = reader.read(page.path)
        score.pages += 1
        score.found += reading.pages[0].form is not None
        truth = legible(page.truth)
        for name, field in zip(FIELDS, fields, strict=False):
            if name not in truth:
                continue
            right, accepted = right_and_accepted(reading.fields.get(field), truth[name])
            score.numbers += 1
            score.right += right
            score.accepted += accepted
            score.wrong_accepted += accepted and not right
    return score


def contents(page: PageTemplate) -> str:
    """Return what was found on a page: boxes, tally grids, sums of rows."""
    boxes = sum(field.boxes.count for field in page.numbers)
    grids = [field.tally for field in page.numbers if field.tally]
    sums = sum(field.row_sums.rows for field in page.numbers if field.row_sums)
    return f"{boxes} boxes, {len(grids)} grids, {sums} row sums"


def main() -> None:
    """Print a line for each draw, with a line of the shipped template below it."""
    parser = argparse.ArgumentParser(prog="tests.bench.filled")
    parser.add_argument("shared", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102, 103])
    parser.add_argument("--photographs", type=int, default=12)
    parser.add_argument("--pages", type=int, default=40)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    known = [page for page in real_pages(given.shared, [SET]) if page.part in LEARNT_FROM]
    table = Table("draw", "template", "s", "found", "right", "accepted", "wrong accepted")
    for seed in given.seeds:
        drawn = random.Random(seed).sample(known, given.photographs)
        others = random.Random(seed + 1).sample([page for page in known if page not in drawn], given.pages)
        for row in _compared(seed, [page.path for page in drawn], others):
            table.add_row(*row)
    Console(width=150).print(table)


def _compared(seed: int, photographs: Sequence[Path], pages: Sequence[RealPage]) -> list[tuple[str, ...]]:
    with tempfile.TemporaryDirectory(prefix="chasil-filled-") as folder:
        template, seconds = draft(photographs, Path(folder))
        forms = installed_forms(template.parent)
        page = forms[template.stem].page(PAGE)
        own = read_with(Reader(template.stem, forms=forms), [field.name for field in page.numbers], pages)
        shipped = read_with(Reader(SHIPPED, forms=forms), FIELDS, pages)
    return [_row(str(seed), contents(page), f"{seconds:.0f}", own), _row("", "shipped", "", shipped)]


def _row(draw: str, template: str, seconds: str, score: Score) -> tuple[str, ...]:
    shares = (
        share_text(score.found, score.pages),
        share_text(score.right, score.numbers),
        share_text(score.accepted, score.numbers),
    )
    return draw, template, seconds, *shares, str(score.wrong_accepted)


if __name__ == "__main__":
    main()

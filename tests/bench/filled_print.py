"""How near the print that is recovered from filled photographs lies to the official one.

    python -m tests.bench.filled_print SHARED [--photographs 10] [--without NAME]...

Of the photographs of page 2 of C.HASIL-PPWP 2024 that may be learnt from (`training.evaluation.real_pages.csv`), whole
pages first, `chasil forms new --filled` makes a template and its print; photographs that are named are left out.
Features of that print that look like one of the official print, and lie near it, are compared with it in millimetres,
after the turn and the move of the whole sheet that bring them nearest: where the edge of the paper is, nobody asks. No
scale is fitted.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeline.forms import FORMS_FOLDER
from pipeline.registration.geometry import Points
from pipeline.registration.prints.page_print import PagePrint, load_print, print_path
from tests.bench.filled import draft
from training.evaluation.metrics import share_text
from training.evaluation.split import LEARNT_FROM
from training.evaluation.truths import real_pages

SET, FORM, PAGE = "wild/ppwp-2024", "c-hasil-ppwp-2024", 2

WITHIN = (0.7, 1.5)
"""Millimetres: what is asked where sheets lie flat, and elsewhere."""

ALIKE, SIZES, FAR_MM = 0.8, 0.35, 30.0
"""Least product of two descriptors, greatest difference of the logarithms of two sizes, and how far apart two features
are at most, that are taken for the same."""

STRAY_MM = 4.0
"""A pair that lies further apart after the whole was moved is two words that look alike."""


def pairs(recovered: PagePrint, official: PagePrint) -> tuple[Points, Points]:
    """Return where features of both prints lie that are each other's likest, mm (n, 2) each."""
    alike = recovered.descriptors @ official.descriptors.T
    apart = np.hypot(*(recovered.points[:, None] - official.points).transpose(2, 0, 1))
    sizes = np.abs(np.log(recovered.sizes[:, None] / official.sizes))
    alike[(apart > FAR_MM) | (sizes > SIZES)] = -1.0
    likest = alike.argmax(axis=1)
    mutual = alike.argmax(axis=0)[likest] == np.arange(len(likest))
    kept = mutual & (alike.max(axis=1) >= ALIKE)
    return recovered.points[kept], official.points[likest[kept]]


def distances(found: Points, true: Points) -> Points:
    """Return how far pairs of points (n, 2) lie apart once the whole was turned and moved; strays left out."""
    kept = np.ones(len(found), bool)
    away = np.zeros(len(found))
    for limit in (4 * STRAY_MM, 2 * STRAY_MM, STRAY_MM, STRAY_MM):
        middle, goal = found[kept].mean(axis=0), true[kept].mean(axis=0)
        left, _, right = np.linalg.svd((found[kept] - middle).T @ (true[kept] - goal))
        away = np.hypot(*((found - middle) @ left @ right + goal - true).T)
        kept = away <= limit
    return np.asarray(away[kept])


def main() -> None:
    """Recover, compare, and print what came of it."""
    parser = argparse.ArgumentParser(prog="tests.bench.filled_print")
    parser.add_argument("shared", type=Path)
    parser.add_argument("--photographs", type=int, default=10)
    parser.add_argument("--without", action="append", default=[], metavar="NAME")
    given = parser.parse_args()
    known = [path for path in _photographs(given.shared) if path.stem not in given.without]
    photographs = known[: given.photographs]
    with tempfile.TemporaryDirectory(prefix="chasil-filled-") as folder:
        template, seconds = draft(photographs, Path(folder), page=PAGE)
        recovered = load_print(print_path(template.parent, template.stem, PAGE))
    away = distances(*pairs(recovered, load_print(print_path(FORMS_FOLDER, FORM, PAGE))))
    told = [f"{len(photographs)} photographs, {seconds:.0f} s of computing, {len(away)} features of both prints"]
    told += [f"within {limit} mm: {share_text(int((away <= limit).sum()), len(away))}" for limit in WITHIN]
    told.append("median {:.2f} mm, 90 % within {:.2f} mm".format(*np.percentile(away, [50, 90])))
    sys.stdout.write("\n".join(told) + "\n")


def _photographs(shared: Path) -> Sequence[Path]:
    """Return the photographs of the page, those that show most of its numbers first."""
    known = [page for page in real_pages(shared, [SET]) if page.part in LEARNT_FROM and page.page == PAGE]
    return [page.path for page in sorted(known, key=lambda page: -len(page.places))]


if __name__ == "__main__":
    main()

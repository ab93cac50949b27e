"""Pictures that are none of our forms, listed in `negatives.csv`: none of them may be read as one.

Far ones are drawn: text, tables of other makes, walls, calendars, receipts, bar codes, screens, maps. Near ones are
real pages of the shared sets, whole and halved: of forms without a template, and of installed ones with their own taken
away; none of the test part.

    python -m tests.integration.registration.negatives SHARED
"""

import argparse
import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.forms import Forms, load_forms
from pipeline.registration import Registration, SheetFinder
from training.evaluation.truths import opened
from training.pages.strangers import draw_stranger

Grey = NDArray[np.uint8]
MANIFEST = Path(__file__).with_name("negatives.csv")


@dataclass(frozen=True, slots=True)
class Negative:
    """A picture that is no form of those that are installed.

    Attributes:
        picture: A kind of drawn pictures and a number, or a file below the shared folder.
        near: Whether it is a page of another form.
        without: The family that is taken away before it is looked at; "" where none is.
        part: What is shown of it: whole, top, bottom, left or right half.

    """

    picture: str
    near: bool
    without: str
    part: str

    def __str__(self) -> str:
        """Return its name in a list of tests."""
        return f"{self.picture} {self.part}"

    def grey(self, shared: Path) -> Grey:
        """Return the picture, uint8 (height, width), at the size at which a reader looks for sheets."""
        kind, _, number = self.picture.rpartition(" ")
        if kind:
            return draw_stranger(kind, int(number))
        return _part(opened(shared / self.picture)[0], self.part)


def listed() -> Sequence[Negative]:
    """Return every picture of the manifest."""
    with MANIFEST.open(encoding="utf-8", newline="") as file:
        return [
            Negative(row["picture"], row["near"] == "yes", row["without"], row["part"]) for row in csv.DictReader(file)
        ]


@cache
def finder_without(family: str) -> SheetFinder:
    """Return a finder of all installed forms but one family."""
    forms = load_forms()
    kept = {form: one for form, one in forms.installed.items() if one.family != family}
    return SheetFinder(Forms(kept, forms.folders))


def _part(grey: Grey, part: str) -> Grey:
    height, width = grey.shape[0] // 2, grey.shape[1] // 2
    cuts = {
        "whole": grey,
        "top": grey[:height],
        "bottom": grey[height:],
        "left": grey[:, :width],
        "right": grey[:, width:],
    }
    return np.ascontiguousarray(cuts[part])


def main() -> None:
    """Look for forms in every picture of the manifest; say which were taken for one."""
    parser = argparse.ArgumentParser(description="Look for forms where there are none.")
    parser.add_argument("shared", type=Path)
    shared = parser.parse_args().shared
    every = listed()
    taken = 0
    for negative in every:
        found = finder_without(negative.without).find(negative.grey(shared))
        if isinstance(found, Registration):
            taken += 1
            print(f"{negative}: {found.target.form.id} page {found.target.page.number}, {found.score:.4f}")  # noqa: T201
    print(f"{taken} of {len(every)} taken for a form")  # noqa: T201


if __name__ == "__main__":
    main()

"""Pictures that are none of our forms, listed in `negatives.csv`: none of them may be read as one.

Far ones are drawn: text, tables of other makes, walls, calendars, receipts, bar codes, screens, maps. Near ones are
real pages of the shared sets, whole and halved: of forms without a template, and of installed ones with their own taken
away; none of the test part.

    python -m tests.registration.negatives SHARED
"""

import argparse
import csv
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms import Forms, load_forms
from pipeline.registration import Registration, SheetFinder

Grey = NDArray[np.uint8]
LETTERS = list("abcdefgh iklmnop rstuv ")


def text_page(rng: np.random.Generator) -> Grey:
    """Return a page of text lines."""
    page = np.full((1400, 1000), 245, np.uint8)
    for line in range(60, 1360, int(rng.integers(20, 34))):
        words = "".join(rng.choice(LETTERS, 60))
        cv2.putText(page, words, (60, line), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 30, 1)
    return page


def other_table(rng: np.random.Generator) -> Grey:
    """Return a table with rows and columns of all sizes, some of its cells joined."""
    page = np.full((1400, 1000), 245, np.uint8)
    columns = [int(x) for x in np.cumsum(rng.integers(40, 200, int(rng.integers(4, 9)))) + 40]
    rows = [int(y) for y in np.cumsum(rng.integers(25, 90, 22)) + 60]
    for y in rows:
        cv2.line(page, (columns[0], y), (columns[-1], y), 20, 2)
    for x in columns:
        for top, bottom in itertools.pairwise(rows):
            if rng.random() < 0.85:
                cv2.line(page, (x, top), (x, bottom), 20, 2)
    return page


def tiled_wall(rng: np.random.Generator) -> Grey:
    """Return a wall of square tiles, noisy."""
    wall = np.full((1200, 1500), 200, np.uint8)
    side = int(rng.integers(30, 120))
    wall[::side], wall[:, ::side] = 120, 120
    return np.clip(wall + rng.normal(0, 6, wall.shape), 0, 255).astype(np.uint8)


def calendar(rng: np.random.Generator) -> Grey:
    """Return a month: seven columns, six rows, a number in every cell."""
    page = np.full((1100, 1500), 250, np.uint8)
    width, height = int(rng.integers(120, 200)), int(rng.integers(100, 160))
    for day in range(42):
        x, y = 40 + day % 7 * width, 60 + day // 7 * height
        cv2.rectangle(page, (x, y), (x + width, y + height), 40, 2)
        cv2.putText(page, str(day % 31 + 1), (x + 8, y + 40), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 30, 2)
    return page


def receipt(rng: np.random.Generator) -> Grey:
    """Return a till receipt on a table."""
    page = np.asarray(cv2.resize(rng.integers(90, 120, (140, 100)).astype(np.uint8), (1000, 1400)), dtype=np.uint8)
    page[100:1300, 320:700] = 240
    for line in range(150, 1280, 30):
        cv2.putText(page, "".join(rng.choice(LETTERS, 14)), (340, line), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 50, 1)
        cv2.putText(page, str(rng.integers(1000, 99999)), (590, line), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 50, 1)
    return page


def striped(rng: np.random.Generator) -> Grey:
    """Return stripes of all widths, both ways: a bar code, a cloth."""
    upright = np.repeat(rng.integers(0, 2, 120), rng.integers(3, 18, 120))[:1000]
    level = np.repeat(rng.integers(0, 2, 160), rng.integers(3, 18, 160))[:1300]
    return (250 - 110 * upright[None, :] - 110 * level[:, None]).astype(np.uint8)


def screen(rng: np.random.Generator) -> Grey:
    """Return a screen: windows with title bars, icons, lines of text."""
    picture = np.full((1000, 1500), int(rng.integers(30, 90)), np.uint8)
    for _ in range(5):
        left, top = (int(value) for value in rng.integers(0, (900, 500)))
        width, height = (int(value) for value in rng.integers((300, 200), (600, 480)))
        picture[top : top + height, left : left + width] = 250
        picture[top : top + 30, left : left + width] = 150
        for line in range(top + 60, top + height, 26):
            words = "".join(rng.choice(LETTERS, width // 16))
            cv2.putText(picture, words, (left + 10, line), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 40, 1)
    return picture


def street_map(rng: np.random.Generator) -> Grey:
    """Return a map: streets of several widths, mostly along two directions, blocks, a river, names."""
    picture = np.full((1200, 1200), 235, np.uint8)
    for width, count in ((14, 5), (6, 14), (2, 30)):
        for _ in range(count):
            at, lean = int(rng.integers(0, 1200)), int(rng.normal(0, 60))
            ends = ((at, 0), (at + lean, 1200)) if rng.random() < 0.5 else ((0, at), (1200, at + lean))
            cv2.line(picture, *ends, int(rng.integers(90, 190)), width)
    bends = np.column_stack([np.arange(0, 1201, 100), 600 + np.cumsum(rng.normal(0, 70, 13))]).astype(np.int32)
    cv2.polylines(picture, [bends], isClosed=False, color=150, thickness=40)
    for _ in range(25):
        place = (int(rng.integers(0, 1000)), int(rng.integers(20, 1200)))
        cv2.putText(picture, "".join(rng.choice(LETTERS, 9)), place, cv2.FONT_HERSHEY_SIMPLEX, 0.6, 30, 1)
    return picture


KINDS = (text_page, other_table, tiled_wall, calendar, receipt, striped, screen, street_map)


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
            return _drawn(kind, int(number))
        grey = cv2.imread(str(shared / self.picture), cv2.IMREAD_GRAYSCALE)
        assert grey is not None, self.picture
        return _part(_shrunk(np.asarray(grey, dtype=np.uint8)), self.part)


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


def _drawn(kind: str, number: int) -> Grey:
    """Draw a picture, turned a little and seen from near or far."""
    rng = np.random.default_rng(number)
    picture = {one.__name__: one for one in KINDS}[kind](rng)
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.uniform(-8, 8)), float(rng.uniform(0.7, 1.1)))
    turned = cv2.warpAffine(picture, matrix, (width, height), borderValue=(int(rng.integers(60, 255)),))
    return np.asarray(turned, dtype=np.uint8)


def _shrunk(grey: Grey) -> Grey:
    step = next((step for step in (8, 4, 2) if max(grey.shape) >= step * 1500), 1)
    size = (grey.shape[1] // step, grey.shape[0] // step)
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8) if step > 1 else grey


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

"""Pictures that are none of our forms, drawn: text, tables of other makes, walls, calendars, receipts, bar codes."""

import itertools
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

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


KINDS = (text_page, other_table, tiled_wall, calendar, receipt, striped)


def drawn(count: int) -> Iterator[tuple[str, Grey]]:
    """Yield `count` pictures with a name each, turned and seen at different sizes."""
    for number in range(count):
        rng = np.random.default_rng(number)
        kind = KINDS[number % len(KINDS)]
        picture = kind(rng)
        angle = float(rng.uniform(-8, 8))
        height, width = picture.shape
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, float(rng.uniform(0.7, 1.1)))
        turned = cv2.warpAffine(picture, matrix, (width, height), borderValue=(int(rng.integers(60, 255)),))
        yield f"{kind.__name__} {number}", np.asarray(turned, dtype=np.uint8)

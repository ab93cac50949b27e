"""Pictures that are no form, drawn: text, tables of other makes, walls, calendars, receipts, stripes, screens, maps."""

import itertools

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


def draw_stranger(kind: str, number: int) -> Grey:
    """Return picture `number` of a kind, uint8 (height, width), turned a little and seen from near or far."""
    rng = np.random.default_rng(number)
    picture = {one.__name__: one for one in KINDS}[kind](rng)
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.uniform(-8, 8)), float(rng.uniform(0.7, 1.1)))
    turned = cv2.warpAffine(picture, matrix, (width, height), borderValue=(int(rng.integers(60, 255)),))
    return np.asarray(turned, dtype=np.uint8)

"""A place with pen strokes becomes one strip: its lines in order, print left out, nothing where nothing is written."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.recognition.words.area import find_pen, printed_in
from pipeline.recognition.words.lines import GAP, HEIGHT, WIDEST, extents, to_strip

DENSITY, MARGIN = 2.0, 8


def place(*rows: str, width: int = 140, height: int = 200, slope: float = 0.0) -> NDArray[np.uint8]:
    """Return a place with rows of letters, uint8 (height, width)."""
    paper = np.full((height, width), 210, np.uint8)
    for index, row in enumerate(rows):
        for at, letter in enumerate(row):
            spot = (14 + 15 * at, 40 + 34 * index + round(slope * 15 * at))
            cv2.putText(paper, letter, spot, cv2.FONT_HERSHEY_SIMPLEX, 0.62, (60,), 2, cv2.LINE_AA)
    return paper


def test_a_blank_place_has_no_strip() -> None:
    assert to_strip(find_pen(place(), DENSITY, MARGIN)).shape == (HEIGHT, 0)


def test_lines_are_laid_one_behind_the_other() -> None:
    one, two = (to_strip(find_pen(place(*rows), DENSITY, MARGIN)) for rows in (("LIMA",), ("LIMA", "ENAM")))
    assert one.shape[0] == two.shape[0] == HEIGHT
    assert two.shape[1] == pytest.approx(2 * one.shape[1] + GAP, rel=0.25)
    rows = np.flatnonzero(two.max(axis=1) > 0.5)
    assert 15 <= rows[-1] - rows[0] <= 24


@pytest.mark.parametrize("slope", [-0.3, 0.2])
def test_slanting_lines_are_laid_level(slope: float) -> None:
    strip = to_strip(find_pen(place("EMPAT", "PULUH", slope=slope), DENSITY, MARGIN))
    inked = strip > 0.5
    tops = [int(np.flatnonzero(part.any(axis=1))[0]) for part in np.array_split(inked, 6, axis=1) if part.any()]
    assert max(tops) - min(tops) <= 6


def test_printed_edges_are_left_out() -> None:
    framed = place("LIMA")
    cv2.rectangle(framed, (MARGIN, MARGIN), (140 - MARGIN, 200 - MARGIN), (20,), 2)
    bare, with_edge = (to_strip(find_pen(area, DENSITY, MARGIN)) for area in (place("LIMA"), framed))
    assert with_edge.shape[1] == pytest.approx(bare.shape[1], abs=6)


def test_a_caption_is_left_out_where_the_template_names_it() -> None:
    captioned = place("LIMA")
    cv2.putText(captioned, "huruf kapital", (30, 180), cv2.FONT_HERSHEY_SIMPLEX, 0.3, (40,), 1, cv2.LINE_AA)
    area = find_pen(captioned, DENSITY, MARGIN)
    (printed,) = printed_in((0.0, 0.0, 62.0, 92.0), [(5.0, 76.0, 55.0, 10.0)], DENSITY, MARGIN)
    assert printed == pytest.approx((18.0, 160.0, 128.0, 180.0))
    assert printed_in((0.0, 0.0, 62.0, 92.0), [], DENSITY, MARGIN) == ()
    whole = to_strip(area)
    spared = to_strip(replace(area, printed=((18.0, 160.0, 128.0, 186.0),)))
    assert spared.shape[1] < whole.shape[1]
    assert spared.shape[1] == pytest.approx(to_strip(find_pen(place("LIMA"), DENSITY, MARGIN)).shape[1], abs=6)


def test_no_strip_is_longer_than_the_longest() -> None:
    noise = np.random.default_rng(3).integers(0, 255, (60, 900)).astype(np.uint8)
    assert to_strip(find_pen(noise, DENSITY, MARGIN)).shape[1] <= WIDEST


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 1.0])
def test_strokes_lie_where_opencv_says_that_they_do(share: float) -> None:
    pen = (np.random.default_rng(3).random((40, 70)) < share).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(pen, connectivity=8)
    y, x = np.nonzero(pen)
    found = extents(x, y, np.asarray(labels, np.int32)[y, x], count)
    assert found[1:].tolist() == np.asarray(stats)[1:].tolist()
    assert found[0, cv2.CC_STAT_AREA] == 0

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Literal

import numpy as np
import pytest

from training.handwriting import Hand, Stroke, fill_bubble, write_character, write_struck, write_tally, write_word
from training.handwriting.curves import resample
from training.handwriting.marks import OVER, write_over

CHARACTERS = "0123456789X-"


def _extent(strokes: list[Stroke]) -> tuple[float, float, float, float]:
    points = np.concatenate(strokes)
    return (*points.min(axis=0), *points.max(axis=0))


@pytest.mark.parametrize("label", CHARACTERS)
@pytest.mark.parametrize("style", ["segment", "free"])
def test_characters_stay_in_their_box(label: str, style: str) -> None:
    for seed in range(30):
        rng = np.random.default_rng(seed)
        hand = Hand.sample(rng)
        strokes = write_character(label, hand, rng)
        left, top, right, bottom = _extent(strokes)
        assert all(s.ndim == 2 and s.shape[1] == 2 and s.dtype == np.float64 for s in strokes)
        assert -0.25 < left < right < 1.25, style
        assert -0.25 < top < bottom < 1.25


def test_same_state_gives_same_strokes() -> None:
    def draw(seed: int) -> list[Stroke]:
        rng = np.random.default_rng(seed)
        return write_character("5", Hand.sample(rng), rng)

    for a, b in zip(draw(7), draw(7), strict=True):
        np.testing.assert_array_equal(a, b)
    assert any(a.shape != b.shape or not np.array_equal(a, b) for a, b in zip(draw(7), draw(8), strict=False))


def test_dash_is_level_and_one_is_upright() -> None:
    for seed in range(40):
        rng = np.random.default_rng(seed)
        left, top, right, bottom = _extent(write_character("-", Hand(), rng))
        assert right - left > 3 * (bottom - top)
        left, top, right, bottom = _extent(write_character("1", Hand(), rng))
        assert bottom - top > 3 * (right - left)


def test_segment_digits_follow_the_guide() -> None:
    rng = np.random.default_rng(0)
    boxes = np.array([_extent(write_character("8", Hand(loyalty=1.0), rng)) for _ in range(50)])
    np.testing.assert_allclose(np.median(boxes, axis=0), [0.29, 0.17, 0.71, 0.83], atol=0.05)


def test_unknown_character_is_refused() -> None:
    with pytest.raises(ValueError, match="no such character"):
        write_character("A", Hand(), np.random.default_rng(0))


@pytest.mark.parametrize("count", range(6))
def test_a_bundle_has_as_many_strokes(count: int) -> None:
    strokes = write_tally(count, Hand(), np.random.default_rng(count))
    assert len(strokes) == count
    upright = [np.ptp(s[:, 1]) > 2 * np.ptp(s[:, 0]) for s in strokes]
    assert sum(upright) == min(count, 4)


def test_a_bundle_of_six_is_refused() -> None:
    with pytest.raises(ValueError, match="0 to 5"):
        write_tally(6, Hand(), np.random.default_rng(0))


def test_bubble_styles_differ_in_ink() -> None:
    def length(style: str) -> float:
        strokes = fill_bubble(Hand(), np.random.default_rng(1), style)  # type: ignore[arg-type]
        return float(sum(np.hypot(*np.diff(s, axis=0).T).sum() for s in strokes))

    assert length("filled") > length("half") > length("tick")


def test_a_struck_box_has_more_than_a_speck() -> None:
    for seed in range(20):
        assert sum(len(s) for s in write_struck(Hand(), np.random.default_rng(seed))) > 20


SEGMENTS = {
    "0": ("abcdef",),
    "1": ("bc", "ef"),
    "2": ("abdeg",),
    "3": ("abcdg",),
    "4": ("bcfg",),
    "5": ("acdfg",),
    "6": ("acdefg", "cdefg"),
    "7": ("abc", "abcf", "abcg"),
    "8": ("abcdefg",),
    "9": ("abcdfg", "abcfg"),
}
"""The bars of a display that each digit is written along, in all usual variants."""


@pytest.mark.parametrize("pair", OVER)
def test_digits_written_over_one_another_leave_no_other_digit(pair: str) -> None:
    for first, second in product(*(SEGMENTS[digit] for digit in pair)):
        own = [set(first) - set(second), set(second) - set(first)]
        assert min(map(len, own)) >= 1
        assert sum(map(len, own)) >= 3
        left = set(first) | set(second)
        assert all(left != set(bars) for digit, kinds in SEGMENTS.items() for bars in kinds if digit != "8")


@pytest.mark.parametrize("style", ["segment", "free"])
def test_both_digits_of_an_overwritten_box_can_be_seen(style: Literal["segment", "free"]) -> None:
    shares = []
    for seed in range(120):
        rng = np.random.default_rng(seed)
        hand = replace(Hand.sample(rng), style=style)
        earlier, later = (np.concatenate([resample(s, 0.02) for s in digit]) for digit in write_over(hand, rng))
        gaps = np.hypot(*(earlier[:, None] - later[None]).transpose(2, 0, 1))
        shares += [float((gaps.min(axis=axis) > hand.pen_mm / 18.0).mean()) for axis in (0, 1)]
    assert min(shares) > 0.15  # of the length of each digit lies farther from the other than the pen is wide
    assert np.mean(shares) > 0.5


def test_every_spoiling_is_large_enough_to_be_seen() -> None:
    for seed in range(300):
        left, top, right, bottom = _extent(write_struck(Hand.sample(rng := np.random.default_rng(seed)), rng))
        assert max(right - left, bottom - top) > 0.2


def test_no_box_is_struck_by_one_level_line() -> None:
    # An 8 along the guide, its middle bar included, is 0.41 wide; a line through it is 0.7 or longer.
    for seed in range(400):
        strokes = write_struck(Hand(wobble=0.0, loyalty=1.0), np.random.default_rng(seed))
        level = [s for s in strokes if np.ptp(s[:, 0]) > 0.6 and np.ptp(s[:, 1]) < 0.25 * np.ptp(s[:, 0])]
        heights = sorted(float(s[:, 1].mean()) for s in level)
        assert len(level) != 1
        assert all(np.diff(heights) > 0.05)


def test_a_word_grows_to_the_right_and_skips_unknown_signs() -> None:
    rng = np.random.default_rng(0)
    short, long = write_word("TIGA", Hand(), rng), write_word("TIGA PULUH 7", Hand(), rng)
    assert _extent(long)[2] > 2 * _extent(short)[2]
    assert write_word("€", Hand(), rng) == []

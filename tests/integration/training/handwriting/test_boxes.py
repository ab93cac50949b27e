from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from training.handwriting import LABELS, BoxStyle, Hand, draw_box, draw_strokes, simulate_box
from training.handwriting.hand import Stroke


def _box(style: BoxStyle, scale: float = 4.0) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    side = int((style.size_mm + 8) * scale)
    canvas = np.ones((side, side, 3), dtype=np.float32)
    draw_box(canvas, (4 * scale, 4 * scale), style, scale, np.random.default_rng(0))
    return canvas


def test_frame_has_its_thickness_and_guide_is_light() -> None:
    canvas = _box(BoxStyle.candidate())
    row = canvas[30, :, 0]  # 3.5 mm below the frame's top line: above the first dots
    assert (1.0 - row[:20]).sum() / BoxStyle().darkness == pytest.approx(4.0, rel=0.1)  # 1 mm at 4 px/mm
    inside = canvas[24:88, 24:88]
    assert 0.6 < inside.min() < 0.85
    assert (inside < 0.9).mean() < 0.15
    assert _box(BoxStyle.plain())[24:80, 24:80].min() == 1.0


def test_shared_lines_do_not_darken() -> None:
    style = BoxStyle.table()
    once, rng = _box(style), np.random.default_rng(0)
    twice = once.copy()
    draw_box(twice, (16.0, 16.0), style, 4.0, rng)
    assert np.abs(twice - once).max() < 0.06


def test_a_box_outside_the_canvas_is_left_out() -> None:
    canvas = np.ones((20, 20, 3), dtype=np.float32)
    draw_box(canvas, (500.0, -900.0), BoxStyle(), 4.0, np.random.default_rng(0))
    draw_strokes(canvas, [np.array([[400.0, 3.0], [500.0, 9.0]])], Hand(), 4.0, np.random.default_rng(0))
    assert canvas.min() == 1.0


def test_ink_is_as_wide_as_the_pen_and_coloured() -> None:
    hand = Hand(pen_mm=1.5, pressure=0.0, fade=0.0, bleed=0.0, darkness=1.0)
    stroke: Stroke = np.array([[50.0, 10.0], [50.0, 90.0]])
    for scale in (1.0, 2.0, 5.0):
        canvas = np.ones((100, 100, 3), dtype=np.float32)
        draw_strokes(canvas, [stroke], hand, scale, np.random.default_rng(0))
        width = (1.0 - canvas[50, :, 2]).sum() / (1.0 - hand.colour[2])
        assert width == pytest.approx(1.5 * scale, rel=0.25)
        assert canvas[50, 50, 0] > canvas[50, 50, 2]  # blue ink
        assert np.all(canvas[:, :35] == 1.0)


@pytest.mark.parametrize("label", LABELS)
def test_crops_have_the_promised_form(label: str) -> None:
    rng = np.random.default_rng(3)
    for _ in range(12):
        crop = simulate_box(label, rng)
        assert crop.dtype == np.uint8
        assert crop.ndim == 3
        assert crop.shape[2] == 3
        assert all(17 <= n <= 300 for n in crop.shape[:2])


def test_same_state_gives_same_crop() -> None:
    first, again = (simulate_box("4", np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_unknown_label_is_refused() -> None:
    with pytest.raises(ValueError, match="no such label"):
        simulate_box("Q", np.random.default_rng(0))


def _ink_inside(label: str) -> float:
    """Mean darkness of the middle of the box against its bright paper, over many crops."""
    rng = np.random.default_rng(11)
    style, hand = replace(BoxStyle.candidate(), guide_darkness=0.2), Hand(pen_mm=1.4, darkness=1.0)
    found = []
    for _ in range(40):
        crop = simulate_box(label, rng, style=style, hand=hand).mean(axis=2)
        h, w = crop.shape
        middle = crop[int(0.25 * h) : int(0.75 * h), int(0.25 * w) : int(0.75 * w)]
        found.append(1.0 - middle.mean() / np.percentile(crop, 90))
    return float(np.median(found))


def test_empty_boxes_carry_the_least_ink_and_struck_ones_the_most() -> None:
    empty, dash, eight, struck = (_ink_inside(label) for label in "_-8#")
    assert empty < dash < eight < struck


def test_drawing_touches_only_the_surroundings_of_the_ink() -> None:
    """Work per character must not grow with the page: the rest of a large canvas stays untouched."""
    canvas = np.ones((900, 700, 3), dtype=np.float32)
    draw_strokes(canvas, [np.array([[100.0, 100.0], [140.0, 160.0]])], Hand(), 3.0, np.random.default_rng(0))
    changed = np.argwhere((canvas < 1.0).any(axis=2))
    assert changed.min(axis=0) == pytest.approx([100, 100], abs=12)
    assert changed.max(axis=0) == pytest.approx([160, 140], abs=12)

"""The parts of the recovery of a blank that are arithmetic alone."""

import cv2
import numpy as np
import pytest

from pipeline.drafting.filled.cleaning import ruled_ink, without_writing
from pipeline.drafting.filled.millimetres import scale_by
from pipeline.drafting.filled.perspective import squared
from pipeline.drafting.filled.photograph import Photograph
from pipeline.drafting.filled.ranks import at_rank, count_of, in_order
from pipeline.drafting.filled.unrolled import unrolled
from pipeline.registration.sheet import SheetMap
from pipeline.registration.surface import fit_surface


def test_ranks_are_those_of_what_was_seen() -> None:
    rng = np.random.default_rng(1)
    pictures = list(rng.integers(0, 255, (7, 5, 6), dtype=np.uint8))
    seen = [np.ones((5, 6), np.bool_) for _ in pictures]
    seen[2][1, 1] = seen[4][1, 1] = False
    ordered, counts = in_order(pictures, seen), count_of(seen)
    assert counts[1, 1] == 5
    middle = at_rank(ordered, counts, 0.5)
    assert middle[0, 0] == np.median([picture[0, 0] for picture in pictures])
    left = [picture[1, 1] for picture, there in zip(pictures, seen, strict=True) if there[1, 1]]
    assert middle[1, 1] == np.median(left)
    assert at_rank(ordered, np.zeros_like(counts), 0.5).min() == 255


def test_markers_give_millimetres_across_and_down_and_the_upper_two_alone_both() -> None:
    printed = np.array([[47.2, 65.0], [552.8, 65.0], [552.8, 875.0]])
    scale = scale_by(printed, printed * (1.6, 1.59) + (50, 20), (600.0, 900.0))
    assert np.allclose(scale.length, (1.6, 1.59))
    assert np.allclose(scale.origin, (50, 20))
    upper = scale_by(printed[:2], printed[:2] * 1.6 + (50, 20), (600.0, 900.0))
    assert np.allclose(upper.length, 1.6)


def test_lines_stay_where_ink_hides_a_part_of_them_and_two_beside_each_other_stay_two() -> None:
    unit = 20.0
    ink = np.zeros((200, 900), np.float32)
    ink[50:52] = 0.5
    ink[120:123, 100:800] = ink[128:131, 100:800] = 0.9
    ink[44:58, 300:350] = 0.5  # a blot over the upper line
    lines = ruled_ink(ink, unit)
    assert (lines[50:52, 200:700].max(axis=0) > 0).all()
    assert lines[125, 200:700].max() == 0
    assert not ruled_ink(np.where(np.arange(900) % 30 < 25, ink, 0), unit)[50, 100:800].any()  # dashes are no line


def test_what_the_lightest_photographs_do_not_show_is_written() -> None:
    usual, light = np.full((300, 300), 240, np.uint8), np.full((300, 300), 240, np.uint8)
    for picture in (usual, light):
        cv2.putText(picture, "SAH", (20, 80), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0,), 3)
    cv2.putText(usual, "187", (150, 220), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (0,), 3)
    ink, written = without_writing(usual, light, 20.0)
    assert ink[60:80, 20:80].max() > 0.9
    assert ink[150:260, 140:].max() < 0.1
    assert written[150:260, 140:].any()


def bent_photograph(turn: float) -> tuple[Photograph, np.ndarray]:
    """Return a photograph of a sheet of 600 x 900 bent about a level axis, and how far down the paper its frame is."""
    size, focal = (600.0, 900.0), 0.75 * 1600
    at = np.linspace(0, 900, 901)
    lean = np.radians(12) * np.sin(np.pi * np.clip((at - 300) / 400, 0, 1))
    down, away = (np.append(0, np.cumsum(part(lean)))[:-1] for part in (np.cos, np.sin))

    def seen(points: np.ndarray) -> np.ndarray:
        y, z = np.interp(points[:, 1], at, down) - 450, np.interp(points[:, 1], at, away)
        y, z = y * np.cos(turn) - z * np.sin(turn), y * np.sin(turn) + z * np.cos(turn) + 1100
        return np.column_stack([focal * (points[:, 0] - 300) / z + 599.5, focal * y / z + 799.5])

    # The frame is the sheet as it looks: foreshortened where it leans.
    flat = np.stack(np.meshgrid(np.linspace(0, 600, 25), np.linspace(0, 900, 37)), -1).reshape(-1, 2)
    paper = np.column_stack([flat[:, 0], np.interp(flat[:, 1], down * 900 / down[-1], at)])
    matrix, _ = cv2.findHomography(flat, seen(paper))
    back = cv2.perspectiveTransform(seen(paper)[None], np.linalg.inv(matrix))[0]
    surface = fit_surface(size, flat, back - flat, np.ones(len(flat)), 1e-4)
    photograph = Photograph(
        "bent", np.full((1600, 1200), 255, np.uint8), SheetMap(np.asarray(matrix, np.float64), surface)
    )
    return photograph, seen(np.column_stack([np.full(19, 300.0), np.linspace(0, 900, 19)]))


@pytest.mark.parametrize("turn", [0.0, 0.15])
def test_a_bend_that_foreshortens_print_is_taken_back(turn: float) -> None:
    photograph, true = bent_photograph(turn)
    places = np.column_stack([np.full(19, 300.0), np.linspace(0, 900, 19)])
    corners = np.array([[0.0, 0.0], [600.0, 900.0]])
    before = np.abs(photograph.place.to_picture(places) - true).max()
    (after,) = unrolled([photograph], (600.0, 900.0), corners, corners)
    assert np.abs(after.place.to_picture(places) - true).max() < 0.45 * before


def test_what_a_photograph_does_not_show_it_says_nothing_about() -> None:
    """Close looks at the head of a sheet outnumber the photograph that shows how it is bent below."""
    whole, true = bent_photograph(0.15)
    places = np.column_stack([np.full(19, 300.0), np.linspace(0, 900, 19)])
    corners = np.array([[0.0, 0.0], [600.0, 900.0]])
    heads = [Photograph(name, whole.even[:400], SheetMap(whole.place.matrix)) for name in ("one", "other")]
    before = np.abs(whole.place.to_picture(places) - true).max()
    after = unrolled([whole, *heads], (600.0, 900.0), corners, corners)[0]
    assert np.abs(after.place.to_picture(places) - true).max() < 0.6 * before


def test_lines_that_lean_towards_each_other_tell_how_print_is_spaced() -> None:
    size, aslant = (600.0, 900.0), np.array([[1.0, 0.0, -6.0], [0.0, 1.0, -9.0], [0.0, -2e-5, 1.0]])
    even = np.full((1800, 1200), 255, np.uint8)
    for at in range(100, 1200, 200):
        cv2.line(even, (at, 200), (at, 1600), (0,), 2)
    for at in range(200, 1700, 200):
        cv2.line(even, (100, at), (1100, at), (0,), 2)
    frame = np.diag([2.0, 2.0, 1.0]) @ aslant
    none = np.zeros((0, 2))
    (after,) = squared([Photograph("one", even, SheetMap(frame))], size, none, none)
    places = np.stack(np.meshgrid([100.0, 300.0, 500.0], np.linspace(150, 750, 7)), axis=-1)
    spaced = np.diff(after.place.to_picture(places.reshape(-1, 2)).reshape(places.shape), axis=0)[..., 1]
    assert np.ptp(spaced) < 0.004 * spaced.mean()  # 2 % as the frame was


def test_a_line_is_followed_where_it_fades_and_a_faint_stroke_by_itself_is_none() -> None:
    """The grid of C.HASIL-KWK 2020: the line below a row that nearly everybody crossed out."""
    unit = 24.0
    ink = np.zeros((200, 600), np.float32)
    ink[60:63, 20:580] = 0.3
    ink[60:63, 200:340] = 0.1  # longer than what ink may hide of a line
    ink[140:143, 200:340] = 0.1
    ruled = ruled_ink(ink, unit)
    assert (ruled[60:63, 30:570].max(axis=0) > 0).all()
    assert not ruled[130:150].any()

"""Pages proposed by their print: turned, mirrored, bent, in part, and beside another sheet."""

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.forms import TaggedPage, load_forms
from pipeline.registration.geometry import Grey, Matrix, Points, project
from pipeline.registration.picture import Picture
from pipeline.registration.prints.basis import load_basis
from pipeline.registration.prints.library import Printed
from pipeline.registration.prints.proposals import lay_by_print, propose_by_print
from pipeline.registration.prints.voting import PrintIndex
from pipeline.registration.proposal import Proposal
from tests.integration.registration.prints.drawn import SIZE, Seen, print_of, seen

FORM = load_forms()["c1-ppwp-2019"]


@cache
def known() -> tuple[Sequence[Printed], PrintIndex]:
    """Return two pages that are known by their print, and their index."""
    printed = [Printed((TaggedPage(FORM, FORM.page(page)),), print_of(seed)) for page, seed in ((1, 2), (2, 1))]
    return printed, PrintIndex([one.page for one in printed], load_basis())


@pytest.fixture(scope="module")
def shown() -> Seen:
    return seen(1, 0.9, (110.0, 80.0))


def moved(right: float, down: float) -> Matrix:
    return np.array([[1.0, 0.0, right], [0.0, 1.0, down], [0.0, 0.0, 1.0]])


def first(grey: Grey, *, mirrored: bool = False) -> Proposal:
    return next(iter(propose_by_print(Picture(grey), known(), mirrored=mirrored)))[0]


def off(proposal: Proposal, place: Matrix, bend: Points | None = None) -> NDArray[np.floating]:
    """Return how far each printed point was found from where it lies, px."""
    landmarks = proposal.landmarks
    found = project(proposal.matrix, landmarks.points + landmarks.shifts)
    true = project(place, landmarks.points) + (0.0 if bend is None else bend)
    return np.asarray(np.hypot(*(found - true).T))


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_page_is_proposed_in_every_direction(shown: Seen, quarters: int, mirrored: bool) -> None:
    width, height = shown.size
    place, grey = shown.matrix, shown.grey
    if mirrored:
        place, grey = np.array([[-1.0, 0.0, width - 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]) @ place, grey[:, ::-1]
    for _ in range(quarters):
        place = np.array([[0.0, -1.0, height - 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]) @ place
        width, height = height, width
    proposal = first(np.ascontiguousarray(np.rot90(grey, -quarters)), mirrored=mirrored)
    assert proposal.candidates[0].page.number == 2
    assert proposal.mirrored == mirrored
    assert np.median(off(proposal, place)) < 0.5


def test_a_page_that_is_bent_is_followed(shown: Seen) -> None:
    width, height = shown.size
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    wave = np.float32(8.0) * np.sin(x / np.float32(150.0))
    bent = np.asarray(cv2.remap(shown.grey, x, y - wave, cv2.INTER_LINEAR, borderValue=(250,)), dtype=np.uint8)
    proposal = first(bent)
    flat = project(shown.matrix, proposal.landmarks.points)
    bend = np.column_stack([np.zeros(len(flat)), 8.0 * np.sin(flat[:, 0] / 150.0)])
    assert np.percentile(off(proposal, shown.matrix, bend), 90) < 2.0
    assert np.median(off(proposal, shown.matrix)) > 2.0


def test_half_a_page_is_proposed_where_it_lies() -> None:
    part = seen(1, 1.6, (-300.0, -500.0))
    proposal = first(part.grey)
    assert proposal.candidates[0].page.number == 2
    assert np.median(off(proposal, part.matrix)) < 1.0


def test_of_a_page_that_is_not_known_little_is_matched(shown: Seen) -> None:
    own = first(shown.grey)
    others = [one for some in propose_by_print(Picture(seen(4).grey), known()) for one in some]
    assert own.matched is not None
    assert own.matched > 0.4
    assert all(one.matched is not None and one.matched < 0.1 for one in others)


@pytest.mark.parametrize("away", [(4.0, -3.0), (-2.0, -4.0)])
def test_from_a_map_that_is_nearly_right_a_page_is_laid_onto_its_print(shown: Seen, away: tuple[float, float]) -> None:
    laid = lay_by_print(Picture(shown.grey), known()[0][1], shown.matrix @ moved(*away))
    assert laid is not None
    assert np.median(off(laid, shown.matrix)) < 0.5


def test_where_its_print_is_not_hardly_any_of_it_is_matched(shown: Seen) -> None:
    laid = lay_by_print(Picture(shown.grey), known()[0][1], shown.matrix @ moved(90.0, 130.0))
    assert laid is None or (laid.matched is not None and laid.matched < 0.05)


def test_beside_a_sheet_that_is_known_another_is_found() -> None:
    left, right = seen(1, 0.7, (20.0, 50.0), (640, 950)), seen(2, 0.7, (20.0, 50.0), (640, 950))
    both = Picture(np.hstack([left.grey, right.grey]))
    outline = project(left.matrix, np.array([[0.0, 0.0], [SIZE[0], 0.0], SIZE, [0.0, SIZE[1]]]))
    found = [one for some in propose_by_print(both, known(), outside=outline) for one in some]
    assert found[0].candidates[0].page.number == 1
    assert np.median(off(found[0], moved(640.0, 0.0) @ right.matrix)) < 0.6
    assert found[0].matched is not None
    assert all(one.matched is not None and one.matched < 0.5 * found[0].matched for one in found[1:])


def test_nothing_is_proposed_on_bare_paper() -> None:
    bare = Picture(np.full((900, 700), 235, np.uint8))
    assert [list(some) for some in propose_by_print(bare, known())] == [[], []]

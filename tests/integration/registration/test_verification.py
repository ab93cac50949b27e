"""How sure a page and its numbers are: more evidence makes surer, and what was not asked says nothing."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from pipeline.evidence import PLACED
from pipeline.forms import TaggedPage, load_forms
from pipeline.registration.alignment import Alignment
from pipeline.registration.blocks import Block
from pipeline.registration.frames import Frame, Refinement
from pipeline.registration.geometry import corners
from pipeline.registration.prints.agreement import NOTHING, Agreement
from pipeline.registration.proposal import Landmarks, Proposal, Reach
from pipeline.registration.sheet import SheetMap
from pipeline.registration.verification import (
    FEWEST_OF_A_PART,
    FOUND,
    calibration,
    number_quantities,
    page_quantities,
    probability,
    verify,
)

FORM = load_forms()["c-hasil-ppwp-2024"]
TARGET = TaggedPage(FORM, FORM.page(1))
NUMBERS = {field.name: field for field in TARGET.page.numbers}
OUTLINE = corners((0.0, 0.0, FORM.sheet.width, FORM.sheet.height))


def laid(found: int = len(NUMBERS), score: float = 0.75, apart: float = 0.3, *, tag: bool = False) -> Alignment:
    """Return a page of which the first so many frames were found, so well, and so far apart from the others, mm."""
    names = list(NUMBERS)
    frames = {}
    for index, field in enumerate(TARGET.page.numbers):
        x, y, width, height = field.boxes.bounds
        centre = np.array([x + width / 2, y + height / 2])
        frames[field.name] = Frame(field.name, centre, np.zeros(2), score if index < found else 0.1)
    refinement = Refinement(SheetMap(np.eye(3)), frames, dict.fromkeys(names[:found], apart), frozenset(names[:found]))
    return Alignment(
        Proposal((TARGET,), np.eye(3), "print", Reach.NEAR, Landmarks.exact(OUTLINE), tag=tag, matched=0.4),
        TARGET,
        refinement,
    )


def printed(rank: float, count: int = 48) -> Agreement:
    """Return so many witnesses all over the sheet, each of this rank."""
    points = np.random.default_rng(1).uniform(0, 1, (count, 2)) * (FORM.sheet.width, FORM.sheet.height)
    return Agreement(points, np.full(count, rank))


def beside(agreeing: float) -> dict[str, Block]:
    """Return blocks beside all numbers, so much of each in its place."""
    return {name: Block(10, agreeing, 0.6) for name in NUMBERS}


def rising(values: list[float]) -> bool:
    return all(after >= before for before, after in itertools.pairwise(values)) and values[-1] > values[0]


@pytest.mark.parametrize("found", [0, 5, len(NUMBERS)])
def test_the_more_of_the_print_is_there_the_surer_is_the_page(found: int) -> None:
    verified = [verify(laid(found), printed(rank)) for rank in (0.5, 0.6, 0.75, 0.9, 1.0)]
    assert rising([one.probability for one in verified])
    assert rising([one.places["dpt_l"] for one in verified])


@pytest.mark.parametrize("print_", [None, printed(0.9)], ids=["without a print", "with its print"])
def test_the_more_frames_are_there_the_surer_is_the_page(print_: Agreement | None) -> None:
    assert rising([verify(laid(found), print_).probability for found in (0, 4, 10, len(NUMBERS))])
    by_score = [verify(laid(score=score), print_).probability for score in (0.36, 0.5, 0.9)]
    assert by_score == sorted(by_score)


def test_a_tag_makes_a_page_surer() -> None:
    assert verify(laid(4, tag=True), None).probability > verify(laid(4), None).probability


def test_a_page_with_all_its_print_is_found_and_bare_paper_is_not() -> None:
    assert verify(laid(), printed(1.0)).probability > FOUND
    assert verify(laid(0), printed(0.5)).probability < 1 - FOUND
    assert verify(laid(0), None).probability < 1 - FOUND


@pytest.mark.parametrize("found", [2, 10, len(NUMBERS)])
def test_a_print_that_a_page_lacks_is_no_evidence_against_it(found: int) -> None:
    without, with_none_there = verify(laid(found), None), verify(laid(found), printed(0.5))
    assert without.probability > with_none_there.probability
    # Nor is one that is too small to be seen.
    assert verify(laid(found), NOTHING).probability == without.probability


def test_a_number_is_as_sure_as_its_own_frame() -> None:
    few = laid(10)
    places = verify(few, printed(0.95)).places
    assert set(places) == set(NUMBERS)
    agreeing = few.refinement.agreeing
    assert min(places[name] for name in agreeing) > max(places[name] for name in set(NUMBERS) - agreeing)
    near, far = (verify(laid(apart=apart), printed(0.95)).places["dpt_l"] for apart in (0.2, 6.0))
    assert near > far


def test_the_print_around_a_number_speaks_for_its_place() -> None:
    alignment, whole = laid(0), printed(1.0)
    centre = alignment.refinement.frames["dpt_l"].centre
    away = np.hypot(*(whole.points - centre).T)
    order = np.argsort(away)
    here, there = np.ones(48), np.ones(48)
    here[order[:12]], there[order[-12:]] = 0.2, 0.2
    # As much of the page is missing in both.
    gone, elsewhere = (verify(alignment, replace(whole, ranks=ranks)).places["dpt_l"] for ranks in (here, there))
    assert gone < elsewhere < verify(alignment, whole).places["dpt_l"]


def test_a_page_that_lacks_the_print_of_one_part_is_less_sure_than_one_that_lacks_as_much_here_and_there() -> None:
    """Page 2 of C1-PPWP 2019 has the table of the copy of 2024, and another headline."""
    whole = printed(1.0)
    headline = (whole.points < np.array([FORM.sheet.width / 2, FORM.sheet.height / 3])).all(axis=1)
    assert headline.sum() >= FEWEST_OF_A_PART
    elsewhere = np.zeros(48, bool)
    elsewhere[:: 48 // headline.sum()][: headline.sum()] = True
    missing = [replace(whole, ranks=np.where(some, 0.2, 1.0)) for some in (headline, np.roll(elsewhere, 1))]
    parts = [page_quantities(laid(), print_, {})["print_of_parts"] for print_ in (*missing, whole)]
    assert parts[0] == pytest.approx(-0.6)
    assert parts[0] < parts[1] < parts[2] == 1.0
    assert verify(laid(8), missing[0]).probability < verify(laid(8), whole).probability
    # Too few of a part are in view to say anything of it.
    few = np.flatnonzero(~headline).tolist() + np.flatnonzero(headline)[: FEWEST_OF_A_PART - 1].tolist()
    hardly = Agreement(whole.points[few], missing[0].ranks[few])
    assert page_quantities(laid(), hardly, {})["print_of_parts"] == 1.0


@pytest.mark.parametrize("print_", [None, printed(0.9)], ids=["without a print", "with its print"])
@pytest.mark.parametrize("found", [0, 4, 10, len(NUMBERS)])
def test_no_number_is_surer_in_its_place_than_its_page_is_there(found: int, print_: Agreement | None) -> None:
    for tag in (False, True):
        verified = verify(laid(found, tag=tag), print_)
        assert max(verified.places.values()) <= verified.probability


@pytest.mark.parametrize("print_", [None, printed(0.9)], ids=["without a print", "with its print"])
def test_rings_and_lines_in_their_place_make_page_and_numbers_surer(print_: Agreement | None) -> None:
    verified = [verify(laid(5), print_, beside(share)) for share in (0.0, 0.5, 1.0)]
    assert rising([one.probability for one in verified])
    assert rising([one.places["dpt_l"] for one in verified])
    missing, unasked = verify(laid(5), print_, beside(0.0)), verify(laid(5), print_)
    assert missing.probability < unasked.probability
    assert missing.places["dpt_l"] < unasked.places["dpt_l"]


def test_quantities_lie_about_from_0_to_1_and_each_has_a_weight() -> None:
    weights = calibration()
    off = laid(5, apart=40.0)
    for alignment, print_, some in ((laid(), printed(1.0), 1.0), (laid(0), None, None), (off, printed(0.0), 0.0)):
        blocks = {} if some is None else beside(some)
        page = page_quantities(alignment, print_, blocks)
        number = number_quantities(alignment, print_, blocks, NUMBERS["dpt_l"], page)
        for name, quantities in (("page", page), ("number", number)):
            assert {"constant", *quantities} == set(weights[name])
            assert all(-1.5 <= value <= 1.5 for value in quantities.values())


def test_settled_means_that_nothing_is_in_doubt() -> None:
    sure = verify(laid(), printed(1.0))
    certain = replace(sure, probability=1.0, places=dict.fromkeys(NUMBERS, 1.0))
    assert certain.settled
    assert not replace(certain, probability=0.9).settled
    assert not replace(certain, places={**certain.places, "dpt_l": PLACED - 0.01}).settled
    # A page that may be none is behind one that is, however sure its numbers seem.
    doubtful = replace(certain, probability=FOUND - 0.01)
    assert replace(certain, probability=FOUND, places={"dpt_l": FOUND}).rank > doubtful.rank


def test_a_page_none_of_whose_numbers_is_in_its_place_is_not_found() -> None:
    page = replace(verify(laid(), printed(1.0)), probability=0.9, places=dict.fromkeys(NUMBERS, 0.3))
    assert not page.found
    assert replace(page, places={**page.places, "dpt_l": 0.6}).found
    assert not replace(page, probability=0.4, places={"dpt_l": 0.9}).found
    assert not replace(page, places={}).found


def test_with_a_tag_a_number_in_its_place_is_on_its_page() -> None:
    """Bent paper: few frames stand where they should, with their rings; the print where the paper is not bent."""
    tagged, without = (verify(laid(3, 0.6, tag=tag), printed(0.7), beside(1.0)) for tag in (True, False))
    quantities = page_quantities(tagged.alignment, printed(0.7), beside(1.0))
    assert probability(calibration()["page"], quantities) < FOUND <= max(tagged.places.values())
    assert tagged.probability == max(tagged.places.values())
    assert tagged.found
    assert not without.found

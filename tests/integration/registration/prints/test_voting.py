"""Which page lies where, by the votes of all features together."""

import numpy as np
import pytest

from pipeline.registration.prints.basis import load_basis
from pipeline.registration.prints.descriptors import find_features
from pipeline.registration.prints.proposals import ROUGH
from pipeline.registration.prints.voting import PrintIndex, Vote
from tests.integration.registration.prints.drawn import Seen, print_of, seen

WHOLE = [(1.0, (80.0, 60.0)), (0.7, (200.0, 300.0)), (0.45, (30.0, 20.0))]
PART = [(1.5, (-200.0, -300.0)), (2.0, (-600.0, -1000.0)), (1.0, (500.0, 60.0)), (0.9, (100.0, -700.0))]


@pytest.fixture(scope="module")
def index() -> PrintIndex:
    return PrintIndex([print_of(2), print_of(1), print_of(3)], load_basis())


def votes(index: PrintIndex, view: Seen) -> list[Vote]:
    return index.votes(view.features, view.small, view.size)


@pytest.mark.parametrize(("scale", "shift"), WHOLE + PART)
def test_the_page_is_voted_for_where_it_lies_whole_or_in_part(
    index: PrintIndex, scale: float, shift: tuple[float, float]
) -> None:
    view = seen(1, scale, shift)
    first, *others = votes(index, view)
    assert first.page == 1
    assert all(first.weight > 2 * other.weight for other in others)
    assert abs(first.matrix[0, 0] / view.matrix[0, 0] - 1) < 0.1
    # Near enough for the first look at where each printed feature is.
    assert view.off(first.matrix) < ROUGH[0][0] * max(view.size)


def test_a_page_that_is_not_known_has_no_vote_ahead_of_the_others(index: PrintIndex) -> None:
    weights = [vote.weight for vote in votes(index, seen(4))]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] < 1.5 * weights[-1]
    assert weights[0] < 0.2 * votes(index, seen(1))[0].weight


def test_print_that_stands_in_many_places_is_less_sure_of_each(index: PrintIndex) -> None:
    words = [np.bincount(page.words, minlength=index.basis.count) for page in index.pages]
    total = np.sum(words, axis=0)
    view = seen(1)
    found, _ = index.basis.words_of(view.small)
    rare = total[found] <= np.median(total[found])
    few, many = (index.votes(view.features.kept(some), view.small[some], view.size)[0] for some in (rare, ~rare))
    assert few.page == many.page == 1
    assert few.weight / rare.sum() > many.weight / (~rare).sum()


def test_bare_paper_votes_for_nothing(index: PrintIndex) -> None:
    bare = find_features(np.full((400, 300), 240, np.uint8), 100)
    assert index.votes(bare, index.basis.reduced(bare.descriptors), (300, 400)) == []

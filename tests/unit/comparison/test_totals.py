"""What a comparison comes to: sums by region and pair with their interval, votes at stake, and who is favoured."""

from collections.abc import Mapping

import pytest

from api.comparison.favour import holm, leanings
from api.comparison.published import PublishedStation
from api.comparison.stations import JudgedNumber, JudgedStation
from api.comparison.totals import Totals, stake
from api.comparison.verdict import Outcome, Verdict
from tests.unit.comparison.invented import form, sure

Given = Mapping[str, tuple[int, int | None, Outcome]]
"""Published, written and outcome by field."""


def station(code: str, given: Given) -> JudgedStation:
    numbers = [
        JudgedNumber(name, published, Verdict(outcome), None if written is None else sure(written))
        for name, (published, written, outcome) in given.items()
    ]
    return JudgedStation(PublishedStation(code, {one.field: one.published for one in numbers}), numbers, form())


STATIONS = [
    station(
        "1101012001001",
        {
            "paslon_1": (182, 132, Outcome.DIFFERS),
            "paslon_2": (60, 68, Outcome.QUESTION),
            "paslon_3": (29, 29, Outcome.AGREES),
            "suara_sah": (271, 229, Outcome.DIFFERS),
        },
    ),
    station("1101022001001", {"paslon_1": (10, 40, Outcome.DIFFERS), "paslon_2": (70, 69, Outcome.PAGE_CONTRADICTS)}),
    station("1271012001001", {"paslon_1": (5, None, Outcome.NO_PHOTOGRAPH), "paslon_2": (8, 8, Outcome.AGREES)}),
]


@pytest.fixture
def totals() -> Totals:
    found = Totals()
    for one in STATIONS:
        found.add(one)
    return found


def test_sums_of_a_region_are_those_of_its_stations(totals: Totals) -> None:
    sums = {
        (region, pair): (total.published, total.checked, total.difference, total.stations)
        for (region, pair), total in totals.pairs.items()
    }
    assert sums["0", "paslon_1"] == (197, 192, 20, 2)
    assert sums["11", "paslon_1"] == (192, 192, 20, 2)
    assert sums["110101", "paslon_1"] == (182, 182, 50, 1)
    assert sums["1271", "paslon_1"] == (5, 0, 0, 0)
    assert sums["0", "paslon_3"] == (29, 29, 0, 0)


def test_the_interval_holds_what_open_questions_may_add_either_way(totals: Totals) -> None:
    nation = totals.pairs["0", "paslon_2"]
    assert (nation.difference, nation.low, nation.high) == (0, -8, 1)
    sure_ = totals.pairs["0", "paslon_1"]
    assert (sure_.low, sure_.difference, sure_.high) == (20, 20, 20)
    assert [region for region, _ in totals.regions()] == ["0", "11", "1101", "110101", "110102"]


def test_numbers_and_stations_are_counted_once(totals: Totals) -> None:
    assert sum(totals.numbers.values()) == 8
    assert (totals.stations, totals.differing, totals.compared) == (3, 2, 5)


def test_votes_at_stake_are_those_of_pairs_that_surely_differ() -> None:
    assert [stake(one) for one in STATIONS] == [50, 30, 0]


def test_a_lean_that_chance_does_not_explain_is_told_and_an_even_one_is_not(totals: Totals) -> None:
    (both,) = totals.leanings()
    assert (both.pair, both.raised, both.lowered, both.votes, both.p_value) == ("paslon_1", 1, 1, 20, 1.0)
    found = {one.pair: one for one in leanings({"a": (30, 2, 900), "b": (11, 9, 5), "c": (0, 0, 0)})}
    assert found["a"].p_value < 0.001
    assert min(found["b"].p_value, found["c"].p_value) > 0.5


def test_of_several_pairs_each_is_weighed_among_them_all() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.03, "c": 0.06, "b": 0.06})

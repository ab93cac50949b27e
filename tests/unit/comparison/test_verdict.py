"""What becomes of one published number: differences stated, questions asked, officers' slips left where they are."""

from collections.abc import Mapping

import pytest

from api.comparison.verdict import Beside, Outcome, Support, Verdict, verdict_of
from pipeline.reading import FieldReading
from tests.unit.comparison.invented import INK, all_sure, contradicted, doubtful, form, sure

THRESHOLD = 0.9993


def judged(
    published: Mapping[str, int], read: Mapping[str, FieldReading], reviewed: Mapping[str, int] | None = None
) -> dict[str, Verdict]:
    beside = Beside(published, read, form().rules, THRESHOLD, reviewed or {})
    support = Support(beside)
    return {name: verdict_of(name, beside, support) for name in published if name in read}


def outcomes(published: Mapping[str, int], read: Mapping[str, FieldReading]) -> dict[str, str]:
    return {name: verdict.outcome.value for name, verdict in judged(published, read).items()}


def test_a_station_that_is_published_as_written_agrees_in_every_number() -> None:
    assert set(outcomes(INK, all_sure(INK)).values()) == {"agrees"}


@pytest.mark.parametrize(
    ("field", "published"),
    [("paslon_1", 182), ("paslon_2", 868), ("paslon_3", 0), ("suara_sah", 136188), ("suara_total", 23), ("dpt_j", 214)],
)
def test_another_figure_than_sure_ink_differs_and_nothing_else_does(field: str, published: int) -> None:
    found = outcomes({**INK, field: published}, all_sure(INK))
    assert found.pop(field) == "differs"
    assert set(found.values()) == {"agrees"}


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.999, THRESHOLD - 1e-6])
def test_a_difference_below_the_threshold_is_a_question(confidence: float) -> None:
    read = all_sure(INK) | {"paslon_1": doubtful(132, confidence=confidence)}
    assert outcomes({**INK, "paslon_1": 182}, read)["paslon_1"] == "question"


def test_ink_that_is_doubted_for_another_reason_than_a_sum_states_no_difference() -> None:
    read = all_sure(INK) | {"paslon_1": doubtful(132, confidence=0.99999, code="number_struck")}
    assert outcomes({**INK, "paslon_1": 182}, read)["paslon_1"] == "question"


@pytest.mark.parametrize(("confidence", "expected"), [(0.95, "agrees"), (0.5, "question")])
def test_a_guess_that_says_the_published_figure_is_no_agreement(confidence: float, expected: str) -> None:
    read = all_sure(INK) | {"paslon_1": doubtful(132, confidence=confidence)}
    assert outcomes(INK, read)["paslon_1"] == expected


@pytest.mark.parametrize("witness", ["bubbles", "tally", "row_sums", "words"])
def test_a_figure_that_another_mark_on_the_page_states_is_the_pages_own_contradiction(witness: str) -> None:
    read = all_sure(INK) | {"paslon_1": sure(132, said={witness: 133})}
    verdict = judged({**INK, "paslon_1": 133}, read)["paslon_1"]
    assert (verdict.outcome, verdict.reasons[0].code) == (Outcome.PAGE_CONTRADICTS, "compare_witness_says_so")
    assert outcomes({**INK, "paslon_1": 182}, read)["paslon_1"] == "differs"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"bubbles": 132, "tally": 88}, "differs"),
        ({"words": 132, "row_sums": 60}, "differs"),
        ({"tally": 88}, "question"),
        ({"bubbles": 182, "tally": 132}, "page_contradicts"),
    ],
)
def test_boxes_that_another_mark_disputes_stand_where_a_third_bears_them_out(
    said: Mapping[str, int], expected: str
) -> None:
    read = all_sure(INK) | {"paslon_1": contradicted(132, said)}
    assert outcomes({**INK, "paslon_1": 182}, read)["paslon_1"] == expected


SLIPS = [
    ({"suara_sah": 239}, {"suara_sah": 229}),
    ({"paslon_2": 58}, {"paslon_2": 68}),
    ({"suara_sah": 239, "suara_total": 246}, {"suara_sah": 229, "suara_total": 236}),
    ({"pengguna_j": 256}, {"pengguna_j": 236}),
    ({"dpt_j": 27}, {"dpt_j": 274}),
    ({"suara_tidak_sah": 17}, {"suara_tidak_sah": 7}),
]
"""What an officer has written wrong, and what is right: a sum of the page is broken in the ink."""


@pytest.mark.parametrize(("slip", "right"), SLIPS)
def test_an_officers_slip_is_never_the_publishers(slip: Mapping[str, int], right: Mapping[str, int]) -> None:
    written = all_sure({**INK, **slip})
    corrected = outcomes({**INK, **right}, written)
    assert "differs" not in corrected.values()
    assert {corrected[name] for name in slip} == {"page_contradicts"}
    as_written = outcomes({**INK, **slip}, written)
    assert set(as_written.values()) == {"agrees"}


@pytest.mark.parametrize(("slip", "right"), SLIPS)
def test_an_error_of_publication_beside_an_officers_slip_still_differs(
    slip: Mapping[str, int], right: Mapping[str, int]
) -> None:
    field = next(name for name in ("paslon_1", "paslon_3") if name not in slip)
    for published in ({**INK, **slip}, {**INK, **right}):
        found = outcomes({**published, field: INK[field] + 500}, all_sure({**INK, **slip}))
        assert found[field] == "differs"
        assert [name for name, outcome in found.items() if outcome == "differs"] == [field]


def test_a_sum_whose_parts_no_photograph_shows_is_weighed_with_what_is_published() -> None:
    read = all_sure({"suara_sah": 239, "suara_tidak_sah": 7, "suara_total": 236})
    assert outcomes(INK, read)["suara_sah"] == "page_contradicts"
    whole = all_sure({"suara_sah": 229, "suara_tidak_sah": 7, "suara_total": 236})
    assert outcomes({**INK, "suara_sah": 239}, whole)["suara_sah"] == "differs"


def test_what_people_decided_counts_whatever_the_machine_reads() -> None:
    read = all_sure(INK) | {"paslon_1": doubtful(182, confidence=0.4)}
    assert judged(INK, read, {"paslon_1": 132})["paslon_1"].outcome is Outcome.AGREES
    assert judged({**INK, "paslon_1": 182}, read, {"paslon_1": 132})["paslon_1"].outcome is Outcome.DIFFERS


def test_a_number_without_a_value_is_unreadable_whatever_is_published() -> None:
    read = all_sure(INK) | {"paslon_1": doubtful(None, code="number_struck")}
    for published in (0, 132):
        assert outcomes({**INK, "paslon_1": published}, read)["paslon_1"] == "unreadable"


def test_a_slip_that_people_have_confirmed_is_the_pages_and_not_the_publishers() -> None:
    """The officer wrote 69 where 68 votes are; the publisher has 68, with which the sums hold."""
    written = {**INK, "paslon_2": 69}
    read = all_sure(written) | {"paslon_2": doubtful(69)}
    assert judged(INK, read, {"paslon_2": 69})["paslon_2"].outcome is Outcome.PAGE_CONTRADICTS
    assert judged({**INK, "paslon_2": 86}, read, {"paslon_2": 69})["paslon_2"].outcome is Outcome.DIFFERS


def test_what_something_else_says_of_a_number_stands() -> None:
    given = Verdict(Outcome.QUESTION)
    beside = Beside({"paslon_1": 182}, all_sure(INK), form().rules, THRESHOLD, given={"paslon_1": given})
    assert verdict_of("paslon_1", beside, Support(beside)) is given

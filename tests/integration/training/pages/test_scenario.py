import numpy as np
import pytest

from pipeline.forms import FormTemplate, load_forms
from training.pages.election import broken_rules, draw_values
from training.pages.scenario import Officer, Scenario, draw_scenario, value_of
from training.pages.words import in_words


def _draw(form: FormTemplate, seed: int, officer_errors: float = 0.0, corrections: float = 0.0) -> Scenario:
    return draw_scenario(form, np.random.default_rng(seed), officer_errors=officer_errors, corrections=corrections)


def _values(scenario: Scenario) -> dict[str, int | None]:
    return {name: number.value for name, number in scenario.numbers.items()}


@pytest.mark.parametrize("seed", range(40))
def test_a_station_obeys_every_rule(form: FormTemplate, seed: int) -> None:
    values = draw_values(form, np.random.default_rng(seed))
    assert not [rule.id for rule in form.rules if rule.parsed.holds(dict(values)) is not True]
    assert all(
        0 <= value < 10**field.boxes.count
        for page in form.pages
        for field in page.numbers
        for value in [values[field.name]]
    )


@pytest.mark.parametrize("seed", range(40))
def test_what_is_written_is_consistent(form: FormTemplate, seed: int) -> None:
    scenario = _draw(form, seed)
    assert scenario.arith_errors == ()
    for page in form.pages:
        for field in page.numbers:
            written = scenario.numbers[field.name]
            assert len(written.boxes) == field.boxes.count
            assert written.value == value_of(written.boxes)
            if field.tally:
                assert sum(written.row_tally) == written.value
            if written.bubbles is not None:
                pairs = zip(written.boxes, written.bubbles, strict=True)
                assert all(bubble == sign if sign.isdigit() else bubble in "0_" for sign, bubble in pairs)
            if written.words:
                assert written.value is not None
                assert written.words == in_words(written.value)
            totals = [value_of(text) for text in written.row_totals]
            assert totals in ([], list(written.row_tally))


def test_the_sum_of_all_rows_is_theirs_or_the_one_of_the_boxes() -> None:
    """A wrong sum of a row goes into the sum of all of them, unless the officer wrote what the boxes have."""
    form = load_forms()["c-hasil-kwk-bupati-2024-pairs-2"]
    kept = set()
    for seed in range(120):
        scenario = _draw(form, seed, officer_errors=1.0)
        for name, written in scenario.numbers.items():
            wrong = f"{name}-row_sums" in scenario.arith_errors
            added = sum(value_of(text) or 0 for text in written.row_totals)
            if written.row_totals and not wrong:
                assert int(written.grand_total) == written.value == added
            elif written.row_totals:
                assert int(written.grand_total) in {written.value, added}
                kept.add(int(written.grand_total) == added)
    assert kept == {True, False}


@pytest.mark.parametrize("seed", range(80))
def test_an_officers_error_is_recorded(form: FormTemplate, seed: int) -> None:
    scenario = _draw(form, seed, officer_errors=1.0)
    assert scenario.arith_errors
    broken = broken_rules(form, _values(scenario))
    kinds = ("-tally", "-row_sums", "-bubbles", "-unmarked", "-twice", "-words")
    marks = [error for error in scenario.arith_errors if error.endswith(kinds)]
    assert sorted(scenario.arith_errors) == sorted([*broken, *marks])
    assert any(scenario.errors_on(page.number) for page in form.pages)
    for mark in marks:
        name, kind = mark.rsplit("-", 1)
        written = scenario.numbers[name]
        if kind == "tally":
            assert sum(written.row_tally) != written.value
        elif kind == "row_sums":
            sums = [value_of(text) for text in written.row_totals]
            wrong = [(a, b) for a, b in zip(sums, written.row_tally, strict=True) if a != b]
            assert len(wrong) == 1
            assert sum(written.row_tally) == written.value
        elif kind == "words":
            assert written.value is not None
            assert written.words
            assert written.words != in_words(written.value)
        elif kind == "unmarked":
            assert written.bubbles is not None
            digits = written.bubbles[-len(str(written.value)) :]
            assert digits.count("_") == 1
            assert set(written.bubbles) != {"_"}
        else:
            assert written.bubbles is not None
            assert value_of(written.bubbles) != written.value or written.bubbles != written.boxes


def test_a_struck_box_has_no_value(form: FormTemplate) -> None:
    scenario = _draw(form, 1, corrections=0.3)
    assert scenario.corrections
    for name in scenario.corrections:
        assert scenario.numbers[name].boxes.count("#") == 1
        assert scenario.numbers[name].value is None


@pytest.mark.parametrize(
    ("boxes", "value"),
    [("X24", 24), ("XX0", 0), ("XXX", 0), ("---", 0), ("___", None), ("--7", 7), ("007", 7), ("#12", None)],
)
def test_values_follow_the_scorers_conventions(boxes: str, value: int | None) -> None:
    assert value_of(boxes) == value


@pytest.mark.parametrize(
    ("officer", "value", "boxes"),
    [
        (Officer(), 7, "XX7"),
        (Officer(leading="-", zero="all"), 0, "---"),
        (Officer(zero="digits"), 0, "000"),
        (Officer(leading="_", zero="all"), 0, "__0"),
        (Officer(leading="0"), 123, "123"),
    ],
)
def test_habits_shape_the_boxes(officer: Officer, value: int, boxes: str) -> None:
    assert officer.boxes(value, 3) == boxes


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "NOL"),
        (11, "SEBELAS"),
        (17, "TUJUH BELAS"),
        (40, "EMPAT PULUH"),
        (100, "SERATUS"),
        (124, "SERATUS DUA PULUH EMPAT"),
        (1310, "SERIBU TIGA RATUS SEPULUH"),
        (2024, "DUA RIBU DUA PULUH EMPAT"),
    ],
)
def test_numbers_in_words(number: int, words: str) -> None:
    assert in_words(number) == words


def test_numbers_outside_the_range_have_no_words() -> None:
    with pytest.raises(ValueError, match="outside"):
        in_words(10_000)

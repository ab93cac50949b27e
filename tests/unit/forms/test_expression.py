from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.forms.expression import ExpressionError, parse


@pytest.mark.parametrize(
    ("text", "values", "holds"),
    [
        ("a == b + c", {"a": 5, "b": 2, "c": 3}, True),
        ("a == b + c", {"a": 5, "b": 2, "c": 4}, False),
        ("a == b + c", {"a": 5, "b": None, "c": 4}, None),
        ("a == b + c", {"a": 5}, None),
        ("a <= b", {"a": 5, "b": 5}, True),
        ("a < b", {"a": 5, "b": 5}, False),
        ("a >= b - 1", {"a": 4, "b": 5}, True),
        ("abs(a - b - ceil(0.02 * b)) <= 1", {"a": 153, "b": 150}, True),
        ("abs(a - b - ceil(0.02 * b)) <= 1", {"a": 155, "b": 150}, False),
    ],
)
def test_holds(text: str, values: Mapping[str, int | None], holds: bool | None) -> None:
    assert parse(text).holds(values) is holds


@given(st.integers(0, 50_000))
def test_the_reserve_of_two_percent_is_exact_for_every_number(voters: int) -> None:
    left, _ = parse("ceil(0.02 * a) == 0").sides({"a": voters})
    assert left == -(-2 * voters // 100)


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a == b == c",
        "a = b",
        "a == ",
        "1 == 1",
        "a == b / c",
        "a == b ** 2",
        "a == b[0]",
        "a == b.c",
        "a == __import__('os')",
        "a == ceil(b, c)",
        "a == open(b)",
        "a == 'text'",
        "a == (lambda: 1)()",
        "a if b else c",
    ],
)
def test_everything_outside_the_language_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


def test_linear_rules_show_their_factors() -> None:
    assert parse("a == b + 2 * c - 3").linear() == ({"a": 1, "b": -1, "c": -2}, 3)
    assert parse("abs(a) <= 1").linear() is None


@pytest.mark.parametrize(
    "text",
    [
        "a == " + "(" * 150 + "a" + ")" * 150 + "+a" * 3000,
        "a == " + "-" * 5000 + "a",
        "a == " + "+".join(["a"] * 500),
        "a\0 == b",
    ],
    ids=["long and nested", "many signs", "a sum of 500", "a null character"],
)
def test_what_the_parser_of_python_fails_on_is_refused_in_our_words(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


@pytest.mark.parametrize("text", ["a == 1e400", "a == " + "9" * 40, "a == a * a * a * a", "a == 0 * 1e300"])
def test_results_too_large_to_be_exact_are_refused(text: str) -> None:
    """Arrays hold 64 bits: single numbers and arrays would disagree on whether such a rule holds."""
    with pytest.raises(ExpressionError, match="too large to be exact"):
        parse(text)


def test_a_sum_over_every_candidate_of_a_large_form_is_allowed() -> None:
    names = [f"caleg_{number}" for number in range(390)]
    rule = parse("suara_sah == " + " + ".join(names))
    assert rule.holds({"suara_sah": 780, **dict.fromkeys(names, 2)}) is True

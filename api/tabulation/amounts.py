"""What one document adds to the sums: its counted numbers, and the marks of how far it has come."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from api.db.states import DocumentState, NumberState

RECEIVED, READ, REVIEW, FINAL, BROKEN = "_received", "_read", "_review", "_final", "_broken"
MARKS = (RECEIVED, READ, REVIEW, FINAL, BROKEN)
"""Stations with a page; with all pages read; held up by a number in review; with every required number final; with a
broken rule."""

COUNTED = "_counted:"
"""Before a field: in how many stations this number counts."""

COUNTED_STATES = (NumberState.ACCEPTED, NumberState.REVIEWED)
"""The states in which a number counts; one in review or unreadable is left out, and that is stated."""

PAIR = "paslon_"
"""How the fields of pairs begin."""

PAIRS, SOME_PAIRS = "_pairs:", "_pairs?:"
"""Before a number: stations of which so many pairs were read, and every one of them counts. Before a field: the votes
of a pair in just these stations. Sums of pairs are over different stations, so that their ratio would say nothing. The
second of stations of which a page is missing: where forms differ in their pairs, it may hold others."""

VOTED, ENTITLED = "pengguna_j", "dpt_j"
"""The fields of a turnout: all who voted, by all on the permanent list."""

TURNOUT, TURNOUT_VOTED, TURNOUT_ENTITLED = "_turnout", "_turnout:voted", "_turnout:entitled"
"""Stations where both fields of the turnout count, and their sums over just these stations. The plain sums of the two
fields are over different stations, so their ratio would say nothing."""


class Standing(Protocol):
    """What is asked of a number: a row of the table, or the columns of one."""

    @property
    def field(self) -> str:
        """Its field."""

    @property
    def state(self) -> str:
        """Its state."""

    @property
    def final(self) -> int | None:
        """What people or the machine decided."""


def amounts_of(numbers: Iterable[Standing], *, complete: bool, broken: bool, final: bool) -> dict[str, int]:
    """Return what a document adds, by field and mark; nothing is listed as 0.

    Args:
        numbers: Its numbers as they stand.
        complete: Whether every page of the form is there and read.
        broken: Whether a rule of the form is broken as it is written: every number of it counts.
        final: Whether every number that the form requires counts; a date that waits holds no station up.

    """
    found: dict[str, int] = {RECEIVED: 1}
    states, seen = [], 0
    for number in numbers:
        states.append(number.state)
        seen += number.field.startswith(PAIR)
        if counts(number):
            found[number.field] = number.final or 0
            found[COUNTED + number.field] = 1
    found |= _pairs(found, seen, PAIRS if complete else SOME_PAIRS)
    if VOTED in found and ENTITLED in found:
        found |= {TURNOUT: 1, TURNOUT_VOTED: found[VOTED], TURNOUT_ENTITLED: found[ENTITLED]}
    marks = {
        READ: complete,
        REVIEW: NumberState.REVIEW in states and not final,
        FINAL: final,
        BROKEN: broken,
    }
    found.update({mark: 1 for mark, holds in marks.items() if holds})
    return {item: amount for item, amount in found.items() if amount}


def counted_fields(numbers: Iterable[Standing]) -> set[str]:
    """Return the fields of the numbers that count."""
    return {number.field for number in numbers if counts(number)}


def counts(number: Standing) -> bool:
    """Tell whether a number counts: the machine accepted it, or a person read it, and it has a value."""
    return number.state in COUNTED_STATES and number.final is not None


def _pairs(found: Mapping[str, int], seen: int, mark: str) -> dict[str, int]:
    """Return the marks of a station of which every pair counts; nothing where one of them does not."""
    votes = {field: amount for field, amount in found.items() if field.startswith(PAIR)}
    if not votes or len(votes) != seen:
        return {}
    return {f"{mark}{seen}": 1, **{mark + field: amount for field, amount in votes.items()}}


def broken_as_written(rules: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether a hard rule does not hold although every number of it counts: so it stands on the paper."""
    return any(rule["holds"] is False and rule["severity"] == "hard" and rule.get("counts", True) for rule in rules)


def amounts_of_document(
    state: str, missing_pages: Sequence[Any], rules: Iterable[Mapping[str, Any]], numbers: Sequence[Standing]
) -> dict[str, int]:
    """Return what a document adds, from nothing but its row and the rows of its numbers.

    Args:
        state: State of the document; `waiting` while a page is still to be read, `accepted` where every number counts
            that its form requires.
        missing_pages: Pages of the form that nobody uploaded.
        rules: Its rules as they stand: `{"id", "holds", "severity", "counts"}`.
        numbers: Its numbers as they stand.

    """
    complete = bool(numbers) and state != DocumentState.WAITING and not missing_pages
    final = complete and state == DocumentState.ACCEPTED
    return amounts_of(numbers, complete=complete, broken=broken_as_written(rules), final=final)

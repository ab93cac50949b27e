"""What one document adds to the sums of its station's regions, put in place of what it added before.

It is the document's counted numbers, and the marks of how far it has come (`api.tabulation.amounts`).

Sums are kept for the village, the district and the regency of a station. Nothing is kept above: each change would have
to wait for the same row of the nation, and 514 regencies add up in milliseconds.

On PostgreSQL the writers of one regency come one after the other (a lock that ends with the transaction): a document
that moves takes rows of two stations, and would otherwise wait in a circle with a page that is read meanwhile. SQLite
has one writer anyway.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import BigInteger, Integer, String, bindparam, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from api.db.states import DocumentState, NumberState
from api.db.tables import Document, StationCount, Tally
from api.db.transactions import take_lock
from api.db.types import Instant, now
from api.tabulation.amounts import (
    BROKEN,
    COUNTED,
    COUNTED_STATES,
    ENTITLED,
    FINAL,
    PAIR,
    PAIRS,
    READ,
    RECEIVED,
    REVIEW,
    SOME_PAIRS,
    TURNOUT,
    TURNOUT_ENTITLED,
    TURNOUT_VOTED,
    VOTED,
)

KEPT_DIGITS = (4, 6, 10)
"""Digits of the regions whose sums are kept: regency, district, village."""

_ADD = text(
    """
    INSERT INTO tally (election_id, region, item, digits, amount, moved_at)
    SELECT :election, moved.region, moved.item, moved.digits, moved.amount, :moved_at
    FROM unnest(:regions, :items, :digits, :amounts) AS moved(region, item, digits, amount)
    ON CONFLICT (election_id, region, item) DO UPDATE
    SET amount = tally.amount + excluded.amount, moved_at = excluded.moved_at
    """
).bindparams(
    bindparam("regions", type_=ARRAY(String)),
    bindparam("items", type_=ARRAY(String)),
    bindparam("digits", type_=ARRAY(Integer)),
    bindparam("amounts", type_=ARRAY(BigInteger)),
    bindparam("moved_at", type_=Instant()),
)
"""All rows in one statement; the text never changes, so PostgreSQL prepares it once."""


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
    return _amounts_of(numbers, complete=complete, broken=_broken_as_written(rules), final=final)


def _amounts_of(numbers: Iterable[Standing], *, complete: bool, broken: bool, final: bool) -> dict[str, int]:
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


def counts(number: Standing) -> bool:
    """Return whether a number counts: the machine accepted it, or a person read it, and it has a value."""
    return number.state in COUNTED_STATES and number.final is not None


def _pairs(found: Mapping[str, int], seen: int, mark: str) -> dict[str, int]:
    """Return the marks of a station of which every pair counts; nothing where one of them does not."""
    votes = {field: amount for field, amount in found.items() if field.startswith(PAIR)}
    if not votes or len(votes) != seen:
        return {}
    return {f"{mark}{seen}": 1, **{mark + field: amount for field, amount in votes.items()}}


def _broken_as_written(rules: Iterable[Mapping[str, Any]]) -> bool:
    """Return whether a hard rule does not hold although every number of it counts: so it stands on the paper."""
    return any(rule["holds"] is False and rule["severity"] == "hard" and rule.get("counts", True) for rule in rules)


def count_document(session: Session, document: Document, numbers: Sequence[Standing]) -> None:
    """Let the sums follow a document; where it is filed nowhere, it adds nothing to them.

    Args:
        session: A writing session that holds the document's lock.
        document: The document, its state and its rules as they are now.
        numbers: All its numbers as they stand.

    """
    if document.election_id and document.station and document.moved_to is None:
        amounts = amounts_of_document(document.state, document.missing_pages, document.rules, numbers)
        replace_contribution(session, document.election_id, document.station, document.id, amounts)


def replace_contribution(
    session: Session, election: str, station: str, document: str, amounts: Mapping[str, int]
) -> None:
    """Replace what a station's document adds to the sums by `amounts`."""
    known = _known(session, election, station)
    moved = _difference(known.amounts if known else {}, amounts)
    if known is None:
        place = {"election_id": election, "station": station}
        session.add(StationCount(**place, document_id=document, amounts=dict(amounts), moved_at=now()))
    else:
        known.document_id, known.amounts = document, dict(amounts)
        if moved:
            known.moved_at = now()
    session.flush()
    _move(session, election, station, moved)


def remove_contribution(session: Session, election: str, station: str) -> None:
    """Remove what a station adds to the sums: its only document went elsewhere."""
    known = _known(session, election, station)
    if known is not None:
        moved = _difference(known.amounts, {})
        session.delete(known)
        session.flush()
        _move(session, election, station, moved)


def _known(session: Session, election: str, station: str) -> StationCount | None:
    """Return what a station adds now; nobody else of its regency moves sums until the transaction ends."""
    take_lock(session, f"tally {election} {station[: KEPT_DIGITS[0]]}")
    return session.get(StationCount, (election, station), with_for_update=True, populate_existing=True)


def _move(session: Session, election: str, station: str, moved: Mapping[str, int]) -> None:
    """Add to the kept sums above a station."""
    rows = [(station[:digits], item, digits, amount) for digits in KEPT_DIGITS for item, amount in moved.items()]
    if not rows:
        return
    if session.get_bind().dialect.name == "postgresql":
        columns = dict(zip(("regions", "items", "digits", "amounts"), map(list, zip(*rows, strict=True)), strict=True))
        session.execute(_ADD, {"election": election, "moved_at": now(), **columns})
        return
    statement = sqlite.insert(Tally)
    added = statement.on_conflict_do_update(
        index_elements=["election_id", "region", "item"],
        set_={
            "amount": Tally.__table__.c.amount + statement.excluded.amount,
            "moved_at": statement.excluded.moved_at,
        },
    )
    names, shared = ("region", "item", "digits", "amount"), {"election_id": election, "moved_at": now()}
    session.execute(added, [{**shared, **dict(zip(names, row, strict=True))} for row in rows])


def _difference(old: Mapping[str, int], new: Mapping[str, int]) -> dict[str, int]:
    """Return by how much each item moves from `old` to `new`; nothing that stays."""
    moved = {item: new.get(item, 0) - old.get(item, 0) for item in old.keys() | new.keys()}
    return {item: amount for item, amount in moved.items() if amount}

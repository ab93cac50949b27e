"""Compare every column of every row with what the log says of it."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Select, func, inspect, select
from sqlalchemy.orm import Mapper, Session, aliased

from api.core.pieces import in_pieces
from api.db.tables import Region
from api.ledger.leaf import canonical, fact_of, key_columns
from api.ledger.protected import PROTECTED
from api.ledger.pseudonyms import known_pseudonyms
from api.verification.entries import ROWS
from api.verification.replay import Replay, subject_of
from pipeline.reasons import Reason

Step = Callable[[], None]

_LAST = ("decision", "page", "reading", "document")
"""Tables that others are compared with: they are done last."""


def told_tables() -> list[type[Any]]:
    """Return the tables that the log tells of, in the order in which they are compared."""
    kinds = [kind for kind, columns in PROTECTED.items() if columns.recorded]
    return sorted(kinds, key=lambda kind: kind.__tablename__ in _LAST)


def check_rows(session: Session, replay: Replay, step: Step) -> Iterator[Reason]:
    """Yield every row that is not as the events say, and everything they say that no row answers to.

    Args:
        session: A reading session, in the same state as the events.
        replay: What the rows must be.
        step: Called after every row.

    """
    people = known_pseudonyms(session)
    for kind in told_tables():
        for reasons in _table(session, replay, kind, people):
            yield from reasons
            step()
    for seq, subject in replay.left():
        yield Reason("audit_row_missing", {"seq": seq, "subject": subject})
    yield from _stations(session)


def _table(session: Session, replay: Replay, kind: type[Any], people: Mapping[str, str]) -> Iterator[list[Reason]]:
    keys = key_columns(kind)

    def named(person: str) -> str:
        return people.get(person, "?")

    found = session.execute(_asked(inspect(kind))).mappings()
    for piece in in_pieces(found, ROWS):
        for row in piece:
            try:
                fact = fact_of(kind, tuple(row[name] for name in keys), dict(row), named)
            except (AttributeError, TypeError, KeyError) as error:  # a value of a shape that no program writes
                subject = subject_of(kind.__tablename__, tuple(row[name] for name in keys))
                yield [row_changed(subject, repr(error)[:40], "?", "?")]
                continue
            seen = {**(fact.public or {}), **(fact.sealed or {})}
            yield _compared(replay, kind.__tablename__, fact.identity, seen)


@cache
def _asked(mapper: Mapper[Any]) -> Select[Any]:
    """Return the question for the columns of a table; a short history takes less time than to put thirty together."""
    kind = mapper.class_
    names = sorted(PROTECTED[kind].recorded | set(key_columns(kind)))
    return select(*(getattr(kind, name).label(name) for name in names)).execution_options(yield_per=ROWS)


def _compared(replay: Replay, table: str, key: tuple[Any, ...], seen: Mapping[str, Any]) -> list[Reason]:
    subject, known = subject_of(table, key), replay.take(table, key)
    if known is None:
        return [Reason("audit_row_unknown", {"seq": "-", "subject": subject})]
    told, seq = known
    found = [
        row_changed(subject, column, value, told[column], seq)
        for column, value in seen.items()
        if column in told and not _same(value, told[column])
    ]
    if table == "number":
        found += _standing(replay, subject, seq, told)
    return found


def _same(one: Any, other: Any) -> bool:
    """Return whether two JSON values are the same; most are texts, and need no canonical form to be held together."""
    if isinstance(one, str) and isinstance(other, str):
        return one == other
    return canonical(one) == canonical(other)


def row_changed(subject: str, column: str, seen: Any, expected: Any, seq: int | str = "-") -> Reason:
    """Return what is said of a column that is not what it must be, and by which event, where one says so."""
    told = {"column": column, "seen": str(seen)[:80], "expected": str(expected)[:80]}
    return Reason("audit_row_changed", {"seq": seq, "subject": subject, **told})


def _standing(replay: Replay, subject: str, seq: int | str, told: Mapping[str, Any]) -> list[Reason]:
    """What counts must be what the last decision says, or else what the machine says where it was sure enough."""
    if not {"final", "value", "boxes"} <= told.keys():  # sealed, and the opening was destroyed
        return []
    if told["decision_id"] is None:
        sure = told["outcome"] == "accepted"
        expected = {
            "state": "accepted" if sure else "review",
            "final": told["value"] if sure else None,
            "final_boxes": told["boxes"],
        }
    else:
        decision = replay.look("decision", (told["decision_id"],))
        if decision is None or "new" not in decision:
            return [row_changed(subject, "decision_id", told["decision_id"], "a decision", seq)]
        if (decision["document_id"], decision["field"]) != (told["document_id"], told["field"]):
            return [row_changed(subject, "decision_id", told["decision_id"], "a decision about it", seq)]
        new = decision["new"]
        expected = {"state": new["state"], "final": new["value"], "final_boxes": new["boxes"]}
    return [
        row_changed(subject, column, told[column], value, seq)
        for column, value in expected.items()
        if told[column] != value
    ]


def _stations(session: Session) -> Iterator[Reason]:
    """The number of stations of a region is that of the listed stations in it."""
    part = aliased(Region)
    below = select(func.coalesce(func.sum(part.stations), 0)).where(part.parent == Region.code).scalar_subquery()
    larger = select(Region.code, Region.stations, below).where(Region.level != "station", Region.stations != below)
    for code, seen, expected in session.execute(larger):
        yield row_changed(f"region:{code}", "stations", seen, expected)
    single = select(Region.code, Region.stations, Region.listed).where(Region.level == "station")
    for code, seen, listed in session.execute(single.execution_options(yield_per=ROWS)):
        if seen != (1 if listed else 0):
            yield row_changed(f"region:{code}", "stations", seen, int(listed))

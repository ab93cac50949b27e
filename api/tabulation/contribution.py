"""Replace what a station adds to the sums of its regions, by the difference.

Sums are kept for the village, the district and the regency of a station. Nothing is kept above: each change would have
to wait for the same row of the nation, and 514 regencies add up in milliseconds.

On PostgreSQL the writers of one regency come one after the other (a lock that ends with the transaction): a document
that moves takes rows of two stations, and would otherwise wait in a circle with a page that is read meanwhile. SQLite
has one writer anyway.
"""

from collections.abc import Mapping

from sqlalchemy import BigInteger, Integer, String, bindparam, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from api.db.engine import take_lock
from api.db.tables import StationCount, Tally
from api.db.types import Instant, now

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
    names, told = ("region", "item", "digits", "amount"), {"election_id": election, "moved_at": now()}
    session.execute(added, [{**told, **dict(zip(names, row, strict=True))} for row in rows])


def _difference(old: Mapping[str, int], new: Mapping[str, int]) -> dict[str, int]:
    """Return by how much each item moves from `old` to `new`; nothing that stays."""
    moved = {item: new.get(item, 0) - old.get(item, 0) for item in old.keys() | new.keys()}
    return {item: amount for item, amount in moved.items() if amount}

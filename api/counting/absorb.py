"""Move the sums of the regions by what one document has changed.

Sums are kept for the village, the district and the regency of a station. Nothing is kept above: each change would have
to wait for the same row of the nation, and 514 regencies add up in milliseconds.
"""

from collections.abc import Mapping

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.counting.amounts import difference
from api.db.tables import StationCount, Tally

KEPT_DIGITS = (4, 6, 10)
"""Digits of the regions whose sums are kept: regency, district, village."""


def absorb(session: Session, election: str, station: str, document: str, amounts: Mapping[str, int]) -> None:
    """Let a station's document add `amounts` from now on, in place of what it added before.

    Rows are taken in one order, smallest region first, so that two writers never wait for each other in a circle.
    """
    known = session.get(StationCount, (election, station), with_for_update=True)
    moved = difference(known.amounts if known else {}, amounts)
    if known is None:
        session.add(StationCount(election_id=election, station=station, document_id=document, amounts=dict(amounts)))
    else:
        known.document_id, known.amounts = document, dict(amounts)
    session.flush()
    _move(session, election, station, moved)


def withdraw(session: Session, election: str, station: str) -> None:
    """Let a station add nothing any more: its only document went elsewhere."""
    known = session.get(StationCount, (election, station), with_for_update=True)
    if known is not None:
        moved = difference(known.amounts, {})
        session.delete(known)
        session.flush()
        _move(session, election, station, moved)


def _move(session: Session, election: str, station: str, moved: Mapping[str, int]) -> None:
    """Add to the kept sums above a station."""
    rows = [
        {"election_id": election, "region": station[:digits], "item": item, "digits": digits, "amount": amount}
        for digits in sorted(KEPT_DIGITS, reverse=True)
        for item, amount in sorted(moved.items())
    ]
    if not rows:
        return
    dialect = session.get_bind().dialect.name
    statement = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(Tally)
    added = statement.on_conflict_do_update(
        index_elements=["election_id", "region", "item"],
        set_={"amount": Tally.__table__.c.amount + statement.excluded.amount},
    )
    session.execute(added, rows)

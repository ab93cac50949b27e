"""What is counted and where: elections, the list of regions, and places that only documents name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.db.tables import Document, Election, Region, Tally
from api.regions.codes import LEVELS, NATION
from api.tabulation.amounts import FINAL, RECEIVED

STRANGE = 50
"""Unlisted stations that one page shows."""

_REGENCY_DIGITS = 4


@dataclass(frozen=True, slots=True)
class ElectionLine:
    """An election and how far its stations are."""

    id: str
    form: str
    title: Mapping[str, str]
    received: int
    final: int


@dataclass(frozen=True, slots=True)
class Strange:
    """A station that a document names and no list does."""

    code: str
    documents: int


@dataclass(frozen=True, slots=True)
class Counted:
    """Elections and regions.

    Attributes:
        elections: All of them.
        levels: By level, how many regions the lists name.
        expected: Stations that the lists name.
        strange: Stations that no list names, the first of them.
        strange_count: How many there are.

    """

    elections: Sequence[ElectionLine]
    levels: Mapping[str, int]
    expected: int
    strange: Sequence[Strange]
    strange_count: int


def counted(session: Session) -> Counted:
    """Return elections and regions as they stand."""
    listed = select(Region.level, func.count()).where(Region.listed).group_by(Region.level)
    found = dict(iter(session.execute(listed)))
    nation = session.get(Region, NATION)
    unlisted = (Region.level == "station", ~Region.listed)
    named = (
        select(Region.code, func.count(Document.id))
        .join(Document, Document.station == Region.code)
        .where(*unlisted, Document.moved_to.is_(None))
        .group_by(Region.code)
        .order_by(Region.code)
    )
    return Counted(
        elections=_elections(session),
        levels={level: found.get(level, 0) for level in LEVELS.values() if level != "nation"},
        expected=0 if nation is None else nation.stations,
        strange=[Strange(code, documents) for code, documents in session.execute(named.limit(STRANGE))],
        strange_count=session.scalar(select(func.count()).select_from(named.subquery())) or 0,
    )


def _elections(session: Session) -> list[ElectionLine]:
    # The sums of regencies hold every station once.
    sums = (
        select(Tally.election_id, Tally.item, func.sum(Tally.amount))
        .where(Tally.digits == _REGENCY_DIGITS, Tally.item.in_((RECEIVED, FINAL)))
        .group_by(Tally.election_id, Tally.item)
    )
    amounts = {(election, item): int(amount) for election, item, amount in session.execute(sums)}
    return [
        ElectionLine(
            id=row.id,
            form=row.form_id,
            title={"id": row.title_id, "en": row.title_en},
            received=amounts.get((row.id, RECEIVED), 0),
            final=amounts.get((row.id, FINAL), 0),
        )
        for row in session.scalars(select(Election).order_by(Election.id))
    ]

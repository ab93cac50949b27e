"""The sums of a region and of its parts, as they stand in one state of the database."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.db.log_tables import LogLeaf, LogPending
from api.db.tables import Region, StationCount, Tally
from api.regions.codes import LEVELS, NATION, NATION_NAME, STATION_DIGITS, inside
from api.tabulation.contribution import KEPT_DIGITS
from pipeline.errors import MissingError

SHAPE = 1
"""Grows when answers change their shape, so that nobody keeps an old one."""

Items = dict[str, int]
"""Amounts by field and mark, as `api.tabulation.amounts` names them."""


def state_of(session: Session) -> str:
    """Return a name of the present state: every change of a sum comes with an event.

    It is how many events there are, in the tree or waiting for it: the largest number would not do, since
    transactions end in another order than that in which they took their numbers.
    """
    last = select(func.max(LogLeaf.position)).scalar_subquery()
    waiting = select(func.count()).select_from(LogPending).scalar_subquery()
    sequenced, pending = session.execute(select(last, waiting)).one()
    return f"{SHAPE}-{(-1 if sequenced is None else sequenced) + 1 + pending}"


def region_of(session: Session, code: str) -> Region:
    """Return a region; the nation is there even before any list.

    Raises:
        MissingError: `region_unknown`.

    """
    found = session.get(Region, code)
    if found is None and code == NATION:
        return Region(code=NATION, parent=None, level="nation", name=NATION_NAME, stations=0, listed=False)
    if found is None:
        raise MissingError("region_unknown", seen=code[:20])
    return found


def regions_above(session: Session, region: Region) -> list[Region]:
    """Return what lies above a region, the largest first."""
    codes = [region.code[:digits] for digits in LEVELS if 1 < digits < len(region.code)]
    above = [region_of(session, NATION)] if region.code != NATION else []
    return above + list(session.scalars(select(Region).where(Region.code.in_(codes)).order_by(Region.code)))


def parts_of(session: Session, region: Region, after: str, limit: int) -> tuple[list[Region], str | None]:
    """Return a page of the parts of a region by code, and the cursor of the next page where there is one."""
    wanted = select(Region).where(Region.parent == region.code, Region.code > after)
    found = session.scalars(wanted.order_by(Region.code).limit(limit + 1)).all()
    return list(found[:limit]), found[limit - 1].code if len(found) > limit else None


def sums_of(session: Session, election: str, region: str) -> Items:
    """Return the sums of one region, or what one station adds."""
    if len(region) == STATION_DIGITS:
        found = session.get(StationCount, (election, region))
        return dict(found.amounts) if found else {}
    if len(region) in KEPT_DIGITS:
        kept = select(Tally.item, Tally.amount).where(Tally.election_id == election, Tally.region == region)
        return {row.item: row.amount for row in session.execute(kept)}
    added = select(Tally.item, func.sum(Tally.amount).label("amount")).where(
        Tally.election_id == election, Tally.digits == KEPT_DIGITS[0], inside(Tally.region.expression, region)
    )
    return {row.item: int(row.amount) for row in session.execute(added.group_by(Tally.item))}


def moved_at(session: Session, election: str, region: str) -> datetime | None:
    """Return when a sum of a region, or what one station adds, last changed; None where nothing was ever added."""
    if len(region) == STATION_DIGITS:
        station = (StationCount.election_id == election, StationCount.station == region)
        return session.scalar(select(StationCount.moved_at).where(*station))
    within = (Tally.election_id == election, inside(Tally.region.expression, region))
    digits = len(region) if len(region) in KEPT_DIGITS else KEPT_DIGITS[0]
    return session.scalar(select(func.max(Tally.moved_at)).where(*within, Tally.digits == digits))


def sums_of_parts(session: Session, election: str, parts: Sequence[Region]) -> Mapping[str, Items]:
    """Return the sums of regions of one level, by code."""
    codes = [part.code for part in parts]
    if not codes:
        return {}
    digits = len(codes[0])
    if digits == STATION_DIGITS:
        query = select(StationCount).where(StationCount.election_id == election, StationCount.station.in_(codes))
        return {count.station: dict(count.amounts) for count in session.scalars(query)}
    if digits in KEPT_DIGITS:
        kept = select(Tally.region, Tally.item, Tally.amount).where(
            Tally.election_id == election, Tally.region.in_(codes)
        )
        return _grouped((row.region, row.item, row.amount) for row in session.execute(kept))
    code = func.substr(Tally.region, 1, digits).label("code")
    added = select(code, Tally.item, func.sum(Tally.amount).label("amount")).where(
        Tally.election_id == election, Tally.digits == KEPT_DIGITS[0]
    )
    rows, wanted = session.execute(added.group_by(code, Tally.item)), frozenset(codes)
    return _grouped((row.code, row.item, int(row.amount)) for row in rows if row.code in wanted)


def _grouped(rows: Iterable[tuple[str, str, int]]) -> dict[str, Items]:
    found: dict[str, Items] = {}
    for code, item, amount in rows:
        found.setdefault(code, {})[item] = amount
    return found

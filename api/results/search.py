"""Find a place by what people know of it: its name, its code, or the number of a station and its village."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from api.db.tables import ABOVE_STATIONS, Region
from api.regions.codes import LEVELS, STATION_DIGITS, chain_of
from api.schemas.tabulation import RegionLine
from api.tabulation.views import region_line

MOST = 50
"""Places that are shown; whoever meets more types more."""

LONGEST = 100
"""Signs of a question."""

SHORTEST = 2
"""Signs of a name or a code; fewer would find everything."""

_LEVELS = tuple(level for level in LEVELS.values() if level != "station")
_CODE = re.compile(r"[0-9][0-9 .-]*[0-9]")
_STATION = re.compile(r"(?:(.+?)[\s,]+)?tps[\s.]*([0-9]{1,3})(?:[\s,]+(.+))?", re.IGNORECASE)
_ESCAPE = "\\"


@dataclass(frozen=True, slots=True)
class Place:
    """A place that was found, and what it lies in, the nearest first; the nation is left out."""

    region: RegionLine
    inside: Sequence[RegionLine]


@dataclass(frozen=True, slots=True)
class Found:
    """What a question finds.

    Attributes:
        places: The largest regions first, then by code.
        more: Whether there are more than `MOST`.
        short: Whether the question is too short to be asked.

    """

    places: Sequence[Place]
    more: bool
    short: bool


def search(session: Session, question: str) -> Found:
    """Return the places that a question means: a code or its beginning, "TPS 3 <village>", or a part of a name."""
    wanted_text = " ".join(question.split())[:LONGEST]
    if len(wanted_text) < SHORTEST:
        return Found([], more=False, short=bool(wanted_text))
    wanted = _wanted(session, wanted_text)
    order = (func.length(Region.code), Region.code)
    rows = session.scalars(select(Region).where(wanted).order_by(*order).limit(MOST + 1)).all()
    return Found(_with_path(session, rows[:MOST]), more=len(rows) > MOST, short=False)


def _wanted(session: Session, wanted_text: str) -> ColumnElement[bool]:
    if _CODE.fullmatch(wanted_text):
        return _begins(re.sub(r"[^0-9]", "", wanted_text))
    station = _STATION.fullmatch(wanted_text)
    name = station and (station[1] or station[3])
    if station and name:
        villages = session.scalars(select(Region.code).where(named(name), Region.level == "village").limit(MOST + 1))
        return Region.code.in_([f"{village}{int(station[2]):03d}" for village in villages])
    return named(wanted_text)


def _begins(digits: str) -> ColumnElement[bool]:
    """Return the condition that a code begins with digits, however many: a range, so that the index serves it."""
    if len(digits) > STATION_DIGITS:
        return Region.code == digits
    above = str(int(digits) + 1).zfill(len(digits))
    begins = Region.code >= digits
    return begins if len(above) > len(digits) else begins & (Region.code < above)


def named(name: str) -> ColumnElement[bool]:
    """Return the condition that a region above stations has this in its name; `%` and `_` are signs like others."""
    escaped = re.sub(r"([%_\\])", r"\\\1", name.lower())
    matches = func.lower(Region.name).like(f"%{escaped}%", escape=_ESCAPE)
    return and_(ABOVE_STATIONS, Region.level.in_(_LEVELS), matches)


def _with_path(session: Session, rows: Iterable[Region]) -> list[Place]:
    found = list(rows)
    codes = {code for row in found for code in chain_of(row.code)[1:-1]}
    above = {row.code: region_line(row) for row in session.scalars(select(Region).where(Region.code.in_(codes)))}
    return [
        Place(region_line(row), [above[code] for code in chain_of(row.code)[1:-1] if code in above]) for row in found
    ]

"""Codes of regions and stations: province 2, regency 4, district 6, village 10, polling station 13 digits; nation "0".

The digits are those of the commission's station codes (2 + 2 + 2 + 4 + 3); "0" is what its own files call the nation. A
code says by itself what lies above it.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select, true, update
from sqlalchemy.orm import Session, aliased

from api.db.tables import Region

NATION, NATION_NAME = "0", "Indonesia"
LEVELS = {1: "nation", 2: "province", 4: "regency", 6: "district", 10: "village", 13: "station"}
"""Level by number of digits."""

STATION_DIGITS = 13


def is_code(text: str) -> bool:
    """Return whether a text can be the code of a region or a station."""
    return text.isascii() and text.isdigit() and len(text) in LEVELS and (len(text) > 1 or text == NATION)


def is_station(text: str) -> bool:
    """Return whether a text can be the code of a polling station."""
    return is_code(text) and len(text) == STATION_DIGITS


def parent_of(code: str) -> str | None:
    """Return the code of the region above; None for the nation."""
    if code == NATION:
        return None
    digits = sorted(LEVELS)
    above = digits[digits.index(len(code)) - 1]
    return NATION if above == 1 else code[:above]


def chain_of(code: str) -> list[str]:
    """Return a code and everything above it, the nation last."""
    found = [code]
    while (above := parent_of(found[-1])) is not None:
        found.append(above)
    return found


def within(code: str, scope: str) -> bool:
    """Return whether a region lies in a scope, or is it."""
    return scope == NATION or code.startswith(scope)


def inside(column: ColumnElement[Any], code: str) -> ColumnElement[bool]:
    """Return the condition that a code lies in a region, or is it: a range, so that an index serves it.

    Digits sort alike in every collation, so the bound is the next code and not a sign that comes after all digits.
    """
    if code == NATION:
        return true()
    above = str(int(code) + 1).zfill(len(code))
    return column >= code if len(above) > len(code) else and_(column >= code, column < above)


def ensure(session: Session, station: str) -> None:
    """Make sure that a station and all above it are there; those that no list names go by their code."""
    codes = chain_of(station)
    known = set(session.scalars(select(Region.code).where(Region.code.in_(codes))))
    for code in reversed(codes):
        if code not in known:
            level, name = LEVELS[len(code)], NATION_NAME if code == NATION else code
            session.add(Region(code=code, parent=parent_of(code), level=level, name=name, listed=False))
    session.flush()


def count_stations(session: Session) -> None:
    """Set how many listed stations are expected in every region; called after a list has come in."""
    session.execute(
        update(Region)
        .where(Region.level == "station")
        .values(stations=case((Region.listed, 1), else_=0))
        .where(Region.stations != case((Region.listed, 1), else_=0))
    )
    part = aliased(Region)
    below = select(func.coalesce(func.sum(part.stations), 0)).where(part.parent == Region.code).scalar_subquery()
    for level in ("village", "district", "regency", "province", "nation"):
        session.execute(update(Region).where(Region.level == level).values(stations=below))

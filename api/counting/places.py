"""Codes of regions and stations: province 2, regency 4, district 6, village 10, polling station 13 digits; nation "0".

The digits are those of the commission's station codes (2 + 2 + 2 + 4 + 3); "0" is what its own files call the nation. A
code says by itself what lies above it.
"""

import re
from collections.abc import Iterable

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.db.tables import Region

NATION = "0"
LEVELS = {1: "nation", 2: "province", 4: "regency", 6: "district", 10: "village", 13: "station"}
"""Level by number of digits."""

STATION_DIGITS = 13
_STATION = re.compile(r"(?<![0-9])[0-9]{13}(?![0-9])")


def is_code(text: str) -> bool:
    """Tell whether a text can be the code of a region or a station."""
    return text.isascii() and text.isdigit() and len(text) in LEVELS and (len(text) > 1 or text == NATION)


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
    """Tell whether a region lies in a scope, or is it."""
    return scope == NATION or code.startswith(scope)


def station_in(name: str) -> str | None:
    """Return the station code that a file or folder name holds, if it holds just one."""
    found = set(_STATION.findall(name))
    return found.pop() if len(found) == 1 else None


def ensure(session: Session, station: str) -> None:
    """Make sure that a station and all above it are there; those that no list named go by their code."""
    codes = chain_of(station)
    known = set(session.scalars(select(Region.code).where(Region.code.in_(codes))))
    for code in reversed(codes):
        if code not in known:
            level = LEVELS[len(code)]
            session.add(Region(code=code, parent=parent_of(code), level=level, name=code, listed=False))
    session.flush()


def count_stations(session: Session) -> None:
    """Set how many listed stations are expected in every region; called after a list has come in."""
    session.execute(update(Region).where(Region.level != "station").values(stations=0))
    session.execute(update(Region).where(Region.level == "station", Region.listed).values(stations=1))
    totals: dict[str, int] = {}
    for code in session.scalars(select(Region.code).where(Region.level == "station", Region.listed)):
        for above in chain_of(code)[1:]:
            totals[above] = totals.get(above, 0) + 1
    _store_totals(session, totals.items())


def _store_totals(session: Session, totals: Iterable[tuple[str, int]]) -> None:
    rows = [{"code": code, "stations": count} for code, count in totals]
    if rows:
        session.execute(update(Region), rows)

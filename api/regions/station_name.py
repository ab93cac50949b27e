"""A polling station in words, so that whoever typed its code sees whether it is the right one."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.tables import Region
from api.regions.codes import NATION, STATION_DIGITS, chain_of
from api.regions.named_station import stations_listed
from api.regions.provinces import PROVINCES


@dataclass(frozen=True, slots=True)
class StationName:
    """A polling station as people call it.

    Attributes:
        code: Its code.
        listed: Whether the imported list has it; None where no list was imported.
        name: Its name and those of what it lies in, from the station outwards, as far as they are known.

    """

    code: str
    listed: bool | None
    name: str


def station_name_of(session: Session, code: str) -> StationName:
    """Return what is known of a polling station.

    Args:
        session: Where the list of regions is.
        code: 13 digits.

    """
    above = [one for one in chain_of(code) if one != NATION]
    rows = {row.code: row for row in session.scalars(select(Region).where(Region.code.in_(above), Region.listed))}
    listed = (code in rows) if stations_listed(session) else None
    names = [f"TPS {code[10:]}", *(rows[one].name for one in above if one in rows and len(one) < STATION_DIGITS)]
    if len(names) == 1 and code[:2] in PROVINCES:
        names.append(PROVINCES[code[:2]])
    return StationName(code, listed, ", ".join(names))

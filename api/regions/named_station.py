"""Which polling station the name of a file means. One rule for every way in.

13 digits are not yet a station: phones name photographs by the time in milliseconds, and programs for chats by the
number of the sender. So a code in a name counts

    where a list of stations was imported    if the list has it
    where none was                           if the name begins with it, its province exists, it can be neither a time
                                             nor a telephone number, and whoever uploads confirms it

and never where a camera or a chat program made the name. Whatever does not count leaves the document to be assigned.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.tables import Region
from api.db.types import now
from api.regions.codes import LEVELS, NATION, STATION_DIGITS
from api.regions.codes_in_names import candidates
from api.regions.provinces import province_exists
from pipeline.reasons import Reason

_FIRST_TIME = datetime(2010, 1, 1, tzinfo=UTC)
"""No photograph of a phone that names it by its milliseconds is older."""

_CLOCK_AHEAD = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class NamedStation:
    """What a name says of a polling station.

    Attributes:
        station: The code that counts; None where none does.
        proposed: A code that counts once whoever uploads has confirmed it; only where no list was imported.
        reason: Why a code in the name does not count; None where there is none.

    """

    station: str | None = None
    proposed: str | None = None
    reason: Reason | None = None

    @property
    def code(self) -> str | None:
        """The code that the name means, confirmed or not."""
        return self.station or self.proposed


def named_station(session: Session, name: str, *, confirmed: bool = False) -> NamedStation:
    """Return what the name of a file, with its folders and its archive, says of a polling station.

    Args:
        session: Where the list of stations is.
        name: As given, folders with slashes.
        confirmed: Whether whoever uploads has said that names hold stations; of use only where no list was imported.

    """
    found = candidates(name)
    if not found:
        return NamedStation()
    if stations_listed(session):
        return _by_list([one.code for one in found], listed_among(session, {one.code for one in found}))
    leading = [one.code for one in found if one.leads and _without_list(one.code, now())]
    if len(set(leading)) > 1:
        return NamedStation(reason=_ambiguous(leading))
    if not leading:
        return NamedStation()
    if confirmed:
        return NamedStation(station=leading[0])
    return NamedStation(proposed=leading[0], reason=Reason("station_unconfirmed", {"station": leading[0]}))


def stations_listed(session: Session) -> bool:
    """Return whether a list of polling stations was imported: whether any are expected in the nation."""
    return bool(session.scalar(select(Region.stations).where(Region.code == NATION)))


def listed_among(session: Session, codes: Collection[str]) -> set[str]:
    """Return those codes that the imported list has as polling stations."""
    wanted = (Region.code.in_(codes), Region.level == LEVELS[STATION_DIGITS], Region.listed)
    return set(session.scalars(select(Region.code).where(*wanted)))


def is_known_station(session: Session, code: str) -> bool:
    """Return whether a code is on the imported list; where none was imported nobody can say no."""
    return not stations_listed(session) or bool(listed_among(session, {code}))


def _by_list(codes: list[str], listed: set[str]) -> NamedStation:
    counting = [code for code in codes if code in listed]
    if len(set(counting)) > 1:
        return NamedStation(reason=_ambiguous(counting))
    if counting:
        return NamedStation(station=counting[0])
    return NamedStation(reason=Reason("station_not_listed", {"station": codes[0]}))


def _ambiguous(codes: list[str]) -> Reason:
    return Reason("station_ambiguous", {"stations": ", ".join(dict.fromkeys(codes))})


def _without_list(code: str, moment: datetime) -> bool:
    """Return whether 13 digits can be a code as far as that can be said without any list."""
    return province_exists(code) and not _is_time(code, moment)


def _is_time(code: str, moment: datetime) -> bool:
    """Return whether 13 digits are a time that has been, in ms since 1970."""
    first, last = (round(one.timestamp() * 1000) for one in (_FIRST_TIME, moment + _CLOCK_AHEAD))
    return first <= int(code) <= last

"""`/api/v1/stations`: which polling station a code or a file's name means, before anything is sent."""

from typing import Annotated

from fastapi import APIRouter, Path

from api.http.auth.current import guarded, may
from api.http.dependencies import RecordsDep
from api.people.roles import Permission
from api.regions.named_station import named_station
from api.regions.station_name import station_name_of
from api.schemas.common import ReasonLine
from api.schemas.stations import NamedStationBody, NamedStationList, NamesBody, PlaceBody

router = APIRouter(prefix="/stations", tags=["documents"], dependencies=[may(Permission.UPLOAD)])

StationPath = Annotated[str, Path(pattern=r"^[0-9]{13}$", examples=["0024010001002"])]


@router.get("/{station}", responses=guarded((422, "request_invalid")))
def show(station: StationPath, records: RecordsDep) -> PlaceBody:
    """Return what the imported list calls a code, or that it lacks it."""
    with records.database.reading() as session:
        place = station_name_of(session, station)
    return PlaceBody(code=place.code, listed=place.listed, name=place.name)


@router.post("/named", responses=guarded((422, "request_invalid")))
def named(body: NamesBody, records: RecordsDep) -> NamedStationList:
    """Say of each name of a file where it would be filed, by the rule that holds for every upload."""
    with records.database.reading() as session:
        found = [(name, named_station(session, name)) for name in body.names]
        places = {
            station.code: station_name_of(session, station.code) for _, station in found if station.code is not None
        }
    return NamedStationList(
        names=[
            NamedStationBody(
                name=name,
                station=station.station,
                proposed=station.proposed,
                place=None if station.code is None else places[station.code].name,
                reasons=[] if station.reason is None else [ReasonLine(**station.reason.to_json())],
            )
            for name, station in found
        ]
    )

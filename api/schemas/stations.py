"""The polling stations that names of files stand for, asked before anything is uploaded."""

from typing import Annotated

from pydantic import Field

from api.schemas.common import Exact, ReasonLine

MOST_NAMES = 200


class PlaceBody(Exact):
    """A polling station in words."""

    code: str
    listed: bool | None = Field(description="Whether the imported list has it; null where none was imported.")
    name: str = Field(examples=["TPS 002, DESA TERATAI, KECAMATAN MELATI"])


class NamesBody(Exact):
    """Names of files, with their folders."""

    names: list[Annotated[str, Field(max_length=1000)]] = Field(min_length=1, max_length=MOST_NAMES)


class NamedStationBody(Exact):
    """What a name says of a polling station."""

    name: str
    station: str | None = Field(description="Where the file would be filed by its name alone.")
    proposed: str | None = Field(description="What counts once you confirm it with `station`; no list can tell.")
    place: str | None = Field(description="The polling station in words.")
    reasons: list[ReasonLine] = Field(description="Why a code in the name does not count.")


class NamedStationList(Exact):
    """What names say of polling stations, in the order in which they were given."""

    names: list[NamedStationBody]

"""Which photograph is of which station: by the published address, else by the code in a file's or folder's name."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.parse import unquote, urlsplit

from api.comparison.published import PublishedStation
from api.regions.codes_in_names import codes_in
from pipeline.documents import Limits, Page, RejectedPage, list_documents
from pipeline.documents.names import path_name, printable
from pipeline.documents.opening import open_item
from pipeline.documents.walk import Item
from pipeline.reading import PageReading

MOST_SHARING = 20
"""A file name that the published addresses of more stations end in, such as 1.jpg, names none of them."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Photograph:
    """A file with pages of a station.

    Attributes:
        name: As it is shown.
        open: Opens its pages; nothing is raised.
        address: Where it is published, where that is known.
        reading: The reading of its one page, where somebody has read it already.

    """

    name: str
    open: Callable[[], Sequence[Page | RejectedPage]]
    address: str | None = None
    reading: PageReading | None = None


class Photographs(Protocol):
    """Where photographs are."""

    def of(self, station: PublishedStation) -> Sequence[Photograph]:
        """Return the photographs of a station, in order."""
        ...

    def may_have(self, station: PublishedStation) -> bool:
        """Return whether a station may have photographs; quickly, since most of a nation may have none."""
        ...

    def reviewed(self, station: str) -> Mapping[str, int]:
        """Return what people have decided of a station's numbers."""
        ...

    @property
    def strays(self) -> int:
        """How many photographs belong to no published station."""
        ...


class Folder:
    """Photographs in files, folders and ZIPs.

    Args:
        paths: Where they are.
        stations: What is published, whose addresses may name the files; gone through once.
        limits: What one file may ask of the machine.

    """

    def __init__(self, paths: Sequence[Path], stations: Iterable[PublishedStation], limits: Limits) -> None:
        self._limits = limits
        self._tops = sorted({path_name(path.parent) + "/" for path in paths} - {"./"}, key=len, reverse=True)
        items = [item for group in list_documents(paths, limits) for item in group.items]
        published = _published_under(items, stations)
        self._items: dict[str, list[tuple[Item, str | None]]] = defaultdict(list)
        self.strays = 0
        for item in items:
            found = published.get(item.file)
            if not found and (own := _station_of(item)):
                found = [(own, None)]
            for station, address in found or []:
                self._items[station].append((item, address))
            self.strays += not found

    def of(self, station: PublishedStation) -> Sequence[Photograph]:
        """Return the photographs of a station, in the order of their names."""
        return [self._photograph(station.code, item, address) for item, address in self._items.get(station.code, [])]

    def may_have(self, station: PublishedStation) -> bool:
        """Return whether a file was found for a station."""
        return station.code in self._items

    def reviewed(self, station: str) -> Mapping[str, int]:  # noqa: ARG002  nobody has reviewed a folder
        """Return nothing: no people stand behind a folder."""
        return {}

    def _photograph(self, station: str, item: Item, address: str | None) -> Photograph:
        return Photograph(self._shown(item), lambda: open_item(item, station, self._limits), address)

    def _shown(self, item: Item) -> str:
        """Return a file's name from what was named on: where that lies is everyone's own, and no part of a report."""
        top = next((top for top in self._tops if item.name.startswith(top)), "")
        return item.name.removeprefix(top)


def last_part(address: str) -> str:
    """Return the file name that an address ends in; "" where it ends in none."""
    try:
        return printable(PurePosixPath(unquote(urlsplit(address).path)).name)
    except ValueError:
        return ""


def _published_under(
    items: Sequence[Item], stations: Iterable[PublishedStation]
) -> Mapping[str, list[tuple[str, str | None]]]:
    """Return the stations, with the address, whose published addresses end in the name of a file."""
    names = {item.file for item in items}
    found: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
    for station in stations:
        for address in station.images:
            name = last_part(address)
            if name in names and len(found[name]) <= MOST_SHARING:
                found[name].append((station.code, address))
    return {name: places for name, places in found.items() if len(places) <= MOST_SHARING}


def _station_of(item: Item) -> str | None:
    """Return the station whose code a file's name holds, or the nearest folder's around it."""
    names = (item.file, *reversed(item.place[1]))
    found = (codes_in(name) for name in names)
    return next((code for codes in found if len(codes) == 1 for code in codes), None)

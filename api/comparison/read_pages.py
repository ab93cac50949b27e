"""Read the photographs of stations, some at a time, and keep what was read; what was read before is not read again."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.comparison.photographs import Photograph, Photographs
from api.comparison.published import PublishedStation
from api.comparison.sheets import print_of, votes_of
from api.comparison.work import KeptPhotograph, KeptReading, Work
from api.core.in_order import in_order
from api.core.version import program_version
from models.package import default_package, load_package
from pipeline import Reader
from pipeline.documents import Page, RejectedPage
from pipeline.packing import pack

Advance = Callable[[int], None]

NO_BYTES = "-"
"""Before the name of a file that stands where its hash would, were there bytes."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the photographs of one station gave."""

    photographs: Sequence[KeptPhotograph]
    readings: Sequence[KeptReading]
    reviewed: Mapping[str, int]
    station: str


class PageReader:
    """Reads pages that were not read before.

    Args:
        reader: Reads them.
        work: Knows what was read.

    """

    def __init__(self, reader: Reader, work: Work) -> None:
        self._reader, self._work = reader, work
        self.key = reader_key(reader)

    def see(self, station: PublishedStation, photographs: Photographs) -> Seen:
        """Open and read the photographs of a station; nothing is raised for what they hold."""
        rows: dict[tuple[str, int], KeptPhotograph] = {}
        readings: dict[tuple[str, int], KeptReading] = {}
        for place, photograph in enumerate(photographs.of(station)):
            for page in photograph.open():
                source = page.source
                # A file whose bytes could not be had has no hash to be known by, and is tried again.
                sha256 = source.sha256 or f"{NO_BYTES}{photograph.name}"
                known = (sha256, source.page)
                row = KeptPhotograph(station.code, place, photograph.name, photograph.address, source.page, sha256)
                rows.setdefault(known, row)  # a file that lies in two places is one photograph
                again = not source.sha256 or not self._work.has_reading(self.key, *known)
                if known not in readings and again:
                    readings[known] = self._read(page, photograph, sha256)
        return Seen(list(rows.values()), list(readings.values()), photographs.reviewed(station.code), station.code)

    def _read(self, page: Page | RejectedPage, photograph: Photograph, sha256: str) -> KeptReading:
        reading = photograph.reading or self._reader.read_page(page)
        seen = print_of(page, reading) if isinstance(page, Page) else None
        return KeptReading(
            sha256,
            page.source.page,
            pack(reading),
            reading.form,
            reading.form_page,
            votes_of(reading),
            seen,
        )


def reader_key(reader: Reader) -> str:
    """Return who reads: what a reading must have in common with another to stand for it."""
    model = load_package(default_package("digits"))
    return f"{program_version()} {model.id} {model.sha256[:16]} {','.join(sorted(reader.forms))}"


def read_stations(
    stations: Iterable[PublishedStation],
    photographs: Photographs,
    pages: PageReader,
    work: Work,
    jobs: int,
    advance: Advance,
) -> None:
    """Read the photographs of stations, `jobs` stations at a time; each station is kept when it is read.

    Args:
        stations: Whose.
        photographs: Where they are.
        pages: Reads them.
        work: Keeps it.
        jobs: Stations at a time.
        advance: Called with how many further stations are done.

    """
    having = _having(stations, photographs, advance)
    for seen in in_order(lambda station: pages.see(station, photographs), having, jobs):
        decided = [(seen.station, field, value) for field, value in seen.reviewed.items()]
        if seen.photographs or decided:
            work.add_photographs(pages.key, seen.photographs, seen.readings, decided)
        advance(1)


def _having(
    stations: Iterable[PublishedStation], photographs: Photographs, advance: Advance
) -> Iterator[PublishedStation]:
    """Yield the stations that may have photographs; the others are done."""
    for station in stations:
        if photographs.may_have(station):
            yield station
        else:
            advance(1)

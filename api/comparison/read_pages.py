"""Read the photographs of stations, some at a time, and keep what was read; what was read before is not read again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from api.comparison.photographs import Photograph, Photographs
from api.comparison.published import PublishedStation
from api.comparison.sheets import print_of, votes_said
from api.comparison.work import KeptPhotograph, KeptReading, Work
from api.core.in_order import in_order
from api.core.version import program_version
from models.package import default_package, load_package
from pipeline import Reader
from pipeline.documents import Page, RejectedPage
from pipeline.packing import pack
from pipeline.reading import PageReading

Advance = Callable[[int], None]


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
        rows: list[KeptPhotograph] = []
        readings: dict[tuple[str, int], KeptReading] = {}
        for place, photograph in enumerate(photographs.of(station)):
            for page in photograph.open():
                source = page.source
                rows.append(
                    KeptPhotograph(station.code, place, photograph.name, photograph.address, source.page, source.sha256)
                )
                known = (source.sha256, source.page)
                if known not in readings and not self._work.has_reading(self.key, *known):
                    readings[known] = self._read(page, photograph)
        return Seen(rows, list(readings.values()), photographs.reviewed(station.code), station.code)

    def _read(self, page: Page | RejectedPage, photograph: Photograph) -> KeptReading:
        reading = photograph.reading or self._reader.read_page(page)
        seen = print_of(page, reading) if isinstance(page, Page) else None
        return KeptReading(
            page.source.sha256,
            page.source.page,
            pack(reading),
            reading.form,
            reading.form_page,
            votes_said(reading),
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
        advance: Told how many further stations are done.

    """
    for seen in in_order(lambda station: pages.see(station, photographs), stations, jobs):
        decided = [(seen.station, field, value) for field, value in seen.reviewed.items()]
        if seen.photographs or decided:
            work.add_photographs(pages.key, seen.photographs, seen.readings, decided)
        advance(1)


def unread(reading: PageReading) -> bool:
    """Tell whether nothing could be read of a page."""
    return not reading.fields

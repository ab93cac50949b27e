"""The comparison, step by step: published file, photographs, their readings, the verdicts, what they come to."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.comparison.elsewhere import pages_elsewhere
from api.comparison.findings import REPORTED, add_findings
from api.comparison.ink import inks_of
from api.comparison.lines import station_lines, summary_line
from api.comparison.outcome_test import Outlook, contest_of, sample_line
from api.comparison.photographs import Photographs
from api.comparison.published import PublishedStation
from api.comparison.random_sample import Drawn
from api.comparison.read_pages import PageReader, read_stations
from api.comparison.snapshot import described
from api.comparison.stations import Aside, JudgedNumber, JudgedStation, PageOf, Setting, judge_station
from api.comparison.totals import Totals
from api.comparison.work import Work
from api.core.version import program_version
from pipeline.documents import Page
from pipeline.forms import FormTemplate
from pipeline.packing import unpack

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison under way.

    Attributes:
        work: The work file, with the published figures in it.
        photographs: Where the photographs are.
        pages: Reads them.
        forms: Templates by id.
        threshold: Posterior from which a reading is sure.
        family: The family of forms that the figures are of; None for the one that most pages are of.
        drawn: The stations of the sample; None where all are compared.
        sampling: Seed and confidence of the sample.

    """

    work: Work
    photographs: Photographs
    pages: PageReader
    forms: Mapping[str, FormTemplate]
    threshold: float
    family: str | None
    drawn: Sequence[Drawn] | None
    sampling: "Sampling"

    @property
    def count(self) -> int:
        """How many stations are compared."""
        return self.work.count() if self.drawn is None else len(self.drawn)

    def stations(self) -> Iterator[PublishedStation]:
        """Yield the stations that are compared, by code."""
        if self.drawn is None:
            yield from self.work.stations()
            return
        for one in self.drawn:
            station = self.work.station(one.code)
            assert station is not None
            yield station


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a sample was drawn, and how sure what is said of it must be."""

    seed: str = ""
    confidence: float = 0.95


def read_all(comparison: Comparison, jobs: int, advance: Callable[[int], None]) -> None:
    """Read the photographs of all stations that are compared; what was read before is not read again."""
    comparison.work.forget_photographs()
    read_stations(comparison.stations(), comparison.photographs, comparison.pages, comparison.work, jobs, advance)


def judge_all(comparison: Comparison, write: Callable[[Iterable[Line]], None], advance: Callable[[int], None]) -> Line:
    """Judge every published number, and keep what the report shows; return the summary line.

    Args:
        comparison: What was read.
        write: Takes the lines of a station.
        advance: Called with how many further stations are done.

    """
    work, key = comparison.work, comparison.pages.key
    work.forget_findings()
    setting = Setting(
        comparison.forms, comparison.family or family_of(work, key, comparison.forms), comparison.threshold
    )
    elsewhere = pages_elsewhere(work, key)
    totals, outlook = Totals(), Outlook(comparison.drawn)
    for published in comparison.stations():
        station = _judged(work, key, published, setting, elsewhere.get(published.code, Aside()))
        totals.add(station)
        outlook.add(station)
        write(station_lines(station))
        _keep(comparison, station)
        advance(1)
    by = {
        "program": program_version(),
        "reader": key,
        "form": setting.family,
        "threshold": comparison.threshold,
        "photographs_of_no_station": comparison.photographs.strays,
    }
    sample = None
    if comparison.drawn is not None:
        contest = contest_of(work.stations(), comparison.forms, setting.family)
        sample = sample_line(outlook, contest, comparison.sampling.seed, comparison.sampling.confidence)
    return summary_line(totals, described(work), by, sample)


def family_of(work: Work, key: str, forms: Mapping[str, FormTemplate]) -> str | None:
    """Return the family of forms that most pages are of; None where none was read."""
    query = """
        SELECT r.form, count(*) FROM photograph p JOIN reading r ON r.sha256 = p.sha256 AND r.page = p.page
        WHERE r.key = ? AND r.form IS NOT NULL GROUP BY r.form ORDER BY r.form
    """
    counts: Counter[str] = Counter()
    for form, count in work.rows(query, key):
        if form in forms:
            counts[forms[form].family] += count
    return counts.most_common(1)[0][0] if counts else None


def _judged(work: Work, key: str, published: PublishedStation, setting: Setting, aside: Aside) -> JudgedStation:
    pages = []
    for photograph in work.photographs_of(published.code):
        packed = work.packed(key, photograph.sha256, photograph.page)
        if packed is not None:
            pages.append(PageOf(photograph, unpack(packed)))
    return judge_station(published, pages, aside, setting, work.reviewed_of(published.code))


def _keep(comparison: Comparison, station: JudgedStation) -> None:
    """Keep what the report shows of a station, with the ink."""
    reported = [one for one in station.numbers if one.verdict.outcome in REPORTED]
    if reported:
        add_findings(comparison.work, station, dict(_inks(comparison, station, reported)))


def _inks(
    comparison: Comparison, station: JudgedStation, reported: Sequence[JudgedNumber]
) -> Iterator[tuple[str, bytes]]:
    """Yield the ink of numbers, page by page."""
    if station.form is None:
        return
    wanted: dict[tuple[int, int], list[JudgedNumber]] = {}
    for one in reported:
        if one.page is not None:
            wanted.setdefault((one.page.photograph.place, one.page.photograph.page), []).append(one)
    photographs = comparison.photographs.of(station.published) if wanted else ()
    for (place, number), numbers in wanted.items():
        page, reading = _opened(photographs, place, number), numbers[0].page
        assert reading is not None
        if page is not None and page.source.sha256 == reading.photograph.sha256:
            yield from inks_of(page, reading.reading, station.form, [one.field for one in numbers]).items()


def _opened(photographs: Sequence[Any], place: int, number: int) -> Page | None:
    if place >= len(photographs):
        return None
    pages = [page for page in photographs[place].open() if isinstance(page, Page) and page.source.page == number]
    return pages[0] if pages else None

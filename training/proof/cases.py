"""Pages with their truth that were read: real ones and simulated ones alike, each as a document of its own."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from pipeline import Reader
from pipeline.forms import FormTemplate
from pipeline.reading import DocumentReading
from training.evaluation.split import LEARNT_FROM, Part
from training.evaluation.truths import SETS, RealPage, real_pages
from training.pages.simulate import Simulation, simulate_document
from training.proof.real_pages import ailments, is_found, legible
from training.runs.processes import counted
from training.words.evaluate import spelt_number

SCREEN, CUT, SCAN, PHOTO = "of a screen", "cut to the vote columns", "scan", "photograph"


@dataclass(frozen=True, slots=True)
class Case:
    """One page that was read, and what is true of it.

    Attributes:
        sheet: Form and page.
        capture: How it was taken.
        part: What it may be used for; None of a simulated page.
        found: Whether it was read as the page that it is.
        reading: The page as a document of its own.
        values: The numbers that a person can tell, by field.
        differing: Numbers of which it is known that another witness states another number.
        ails: What ails the picture, in the words of its truth; of a drawn page nothing is said.

    """

    sheet: str
    capture: str
    part: Part | None
    found: bool
    reading: DocumentReading
    values: Mapping[str, int]
    differing: frozenset[str]
    ails: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """Time that the page took, from its bytes to its decision."""
        return sum(self.reading.pages[0].timing_ms.values()) / 1000.0


def real_cases(pages: Iterable[RealPage], reader: Reader, jobs: int) -> Iterator[Case]:
    """Read real pages; those of one station are not brought together, since hardly any is there with all its pages."""
    known = list(pages)
    with ThreadPoolExecutor(jobs) as pool:
        readings = pool.map(lambda page: reader.read(page.path)[0], known)
        for page, reading in zip(known, counted(readings, len(known)), strict=True):
            yield case_of(page, reading)


def learnt_cases(shared: Path, reader: Reader, jobs: int) -> Iterator[tuple[RealPage, Case]]:
    """Read the real pages of a folder that may be learnt from; yield each beside its case."""
    folder, sets = of_folder(shared)
    pages = [page for page in real_pages(folder, sets or SETS) if page.part in LEARNT_FROM]
    yield from zip(pages, real_cases(pages, reader, jobs), strict=True)


def case_of(page: RealPage, reading: DocumentReading) -> Case:
    """Return a real page beside its reading."""
    sheet = f"{page.form} {page.page or ''}".strip()
    found, values = is_found(page, reading), legible(page.truth)
    differing, ails = _differing(page, values), tuple(ailments(page))
    return Case(sheet, capture_of(page), page.part, found, reading, values, differing, ails)


def simulated_cases(
    form: FormTemplate, reader: Reader, *, count: int, difficulty: str, seed: int, jobs: int
) -> Iterator[Case]:
    """Draw documents, none with a contradiction planted, and read their pages one by one."""
    settings = Simulation(form, seed=seed, difficulty=difficulty, officer_errors=0.0)

    def read(index: int) -> list[tuple[dict[str, Any], DocumentReading]]:
        return [(page.truth, reader.read(page.jpeg, page.name)[0]) for page in simulate_document(settings, index)]

    with ThreadPoolExecutor(jobs) as pool:
        for truth, reading in chain.from_iterable(counted(pool.map(read, range(count)), count)):
            values = {name: value for name, value in truth["values"].items() if value is not None}
            found = (reading.pages[0].form, reading.pages[0].form_page) == (form.id, truth["page"])
            sheet = f"{form.id} {truth['page']}"
            yield Case(sheet, f"simulated, {difficulty}", None, found, reading, values, frozenset())


def capture_of(page: RealPage) -> str:
    """Return how a real page was taken, in one of four words for it."""
    capture = str(page.truth.get("capture", "")).lower()
    quality = " ".join(page.truth.get("quality") or ()).lower()
    kinds = (
        (SCREEN, "screen" in capture or "screen" in quality),
        (CUT, "vote table" in capture),
        (SCAN, capture.startswith("scan")),
    )
    return next((name for name, is_so in kinds if is_so), PHOTO)


def of_folder(folder: Path) -> tuple[Path, tuple[str, ...] | None]:
    """Return the folder of sets and which of them there are; a folder with a `truth.jsonl` is a set of its own."""
    return (folder, (".",)) if (folder / "truth.jsonl").is_file() else (folder, None)


def _differing(page: RealPage, values: Mapping[str, int]) -> frozenset[str]:
    """Return the numbers whose words or row sums are known to state another number than the boxes do."""
    spelt = {name: "".join(str(words).upper().split()) for name, words in page.truth.get("words", {}).items()}
    words = {
        name for name, letters in spelt.items() if letters and spelt_number(letters, 3) not in {values.get(name), None}
    }
    rows = {
        name
        for name, sums in page.truth.get("row_totals", {}).items()
        if all(one.isdigit() for one in sums) and sums and sum(map(int, sums)) != values.get(name)
    }
    return frozenset((words | rows) & set(values))

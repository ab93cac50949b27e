"""Cut bubbles, tally cells and row sums, with their truth, from simulated pages as the reader itself would cut them."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.extraction.strips import Place
from pipeline.forms import FormTemplate, NumberField, load_forms
from pipeline.forms.template import RowSums
from pipeline.recognition.bubbles.cut import cut_bubbles
from pipeline.recognition.tallies.cut import cut_cells, cut_sums
from pipeline.recognition.tallies.grid import locate
from pipeline.registration import Registration, SheetFinder
from pipeline.registration.geometry import Grey
from training.pages.fill import Cancelled, Pens, fill_page
from training.pages.photograph import Photo, encode_jpeg, photograph
from training.pages.scenario import Scenario, Written, draw_scenario
from training.pages.sheet import PrintStyle, draw_sheet
from training.runs.processes import processes
from training.witnesses.practice import practice_pens, practice_scenario, stray_marks

FORM = "c-hasil-ppwp-2024"
LEVELS = ("easy", "medium", "medium", "hard")
CANCELLED = -1
"""Label of a tally cell that holds no stroke, but part of a cancelling one."""

UNKNOWN = -2
"""Label of a tally cell, or bubble, of which nobody knows whether anything is in it."""

NOTHING = -3
"""Label of a tally cell without strokes of which nobody knows whether a cancelling one runs through it."""

_SCALE = 3.0
_RESOLUTIONS = (1.45, 3.0)


@dataclass(frozen=True, slots=True)
class NumberSample:
    """What was cut of one number, and what is true of it.

    Attributes:
        page: Number of the simulated page in its run: what is split and calibrated by.
        level: Difficulty.
        name: The number.
        bubbles: uint8 (count, 10, h, w); None where the form has none.
        marked: bool (count, 10), or int8 with `UNKNOWN`.
        cells: uint8 (rows, columns, h, w).
        strokes: int8 (rows, columns), `CANCELLED`, `NOTHING` or `UNKNOWN` where it is no count.
        sums: uint8 (rows, count, h, w).
        sum_marks: One character a cell: digit, X, _ (empty), # (part of a cancelling stroke).
        located: Whether the grid's lines were found.

    """

    page: int
    level: str
    name: str
    bubbles: NDArray[np.uint8] | None
    marked: NDArray[np.bool_] | NDArray[np.int8] | None
    cells: NDArray[np.uint8] | None
    strokes: NDArray[np.int8] | None
    sums: NDArray[np.uint8] | None
    sum_marks: tuple[str, ...]
    located: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Which pages to simulate. The same settings give the same samples.

    Attributes:
        seed: Of the run.
        practice: Practice pages, or pages as officers fill them.
        levels: Difficulties, one after the other.
        form: Id of the form.

    """

    seed: int
    practice: bool = True
    levels: tuple[str, ...] = LEVELS
    form: str = FORM


def samples(run: Run, indices: Iterable[int], jobs: int = 1) -> Iterator[NumberSample]:
    """Yield the samples of the pages `indices` of a run; pages on which the sheet is not found yield nothing."""
    if jobs == 1:
        for index in indices:
            yield from page_samples(run, index)
        return
    with processes(jobs) as pool:
        wanted = list(indices)
        for found in pool.map(page_samples, [run] * len(wanted), wanted, chunksize=4):
            yield from found


def page_samples(run: Run, index: int) -> list[NumberSample]:
    """Simulate one page, find it, and cut what its witnesses are read from."""
    rng = np.random.default_rng([run.seed, index])
    form = _form(run.form)
    pages = [page.number for page in form.pages if any(field.tally or field.bubbles for field in page.numbers)]
    number = pages[0] if len(pages) == 1 or rng.random() < 0.8 else pages[1]
    level = run.levels[index % len(run.levels)]
    photo, scenario, cancelled = _photographed(run, form, number, level, rng)
    grey = _grey(photo, rng)
    found = SheetFinder({form.id: form}).find(grey)
    if not isinstance(found, Registration) or found.target.page.number != number:
        return []
    wanted = [field for field in form.page(number).numbers if field.tally or field.bubbles]
    return [_cut(grey, found, field, scenario, cancelled.get(field.name), (index, level)) for field in wanted]


@cache
def _form(name: str) -> FormTemplate:
    return load_forms()[name]


def _photographed(
    run: Run, form: FormTemplate, page: int, level: str, rng: np.random.Generator
) -> tuple[Photo, Scenario, dict[str, Cancelled]]:
    """Print, fill in and photograph one page."""
    scenario = practice_scenario(form, rng) if run.practice else draw_scenario(form, rng, officer_errors=0.05)
    pens = practice_pens(rng) if run.practice else Pens.sample(rng)
    sheet = draw_sheet(form, page, _SCALE, PrintStyle.sample(rng))
    cancelled = fill_page(sheet, scenario, page, pens, _SCALE, rng)
    if run.practice and rng.random() < 0.5:
        stray_marks(sheet, [field for field in form.page(page).numbers if field.tally], _SCALE, rng)
    return photograph(sheet, rng, level, pixels_per_mm=_SCALE), scenario, cancelled


def _grey(photo: Photo, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the photograph through JPEG, at a resolution at which the reader would look at it."""
    data = np.frombuffer(encode_jpeg(photo), np.uint8)
    grey = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    factor = float(rng.uniform(*_RESOLUTIONS)) / photo.geometry.pixels_per_mm()
    if factor < 1.0:
        grey = np.asarray(cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return grey


def _cut(
    grey: NDArray[np.uint8],
    found: Registration,
    field: NumberField,
    scenario: Scenario,
    cancelled: Cancelled | None,
    source: tuple[int, str],
) -> NumberSample:
    written = scenario.numbers[field.name]
    sheet, resolution = found.sheet, found.pixels_per_mm
    bubbles = cells = sums = strokes = None
    located = False
    if field.bubbles:
        bubbles = cut_bubbles(grey, lambda points: sheet.to_picture(points, field.name), field.bubbles, resolution)
    if field.tally:
        grid = locate(grey, sheet, field.tally, field.row_sums, field.name)
        located = grid.located
        cells = cut_cells(grey, grid.place, field.tally, resolution)
        strokes = _strokes(field, written, cancelled)
        sums = _cut_sums(grey, grid.place, field.row_sums, resolution)
    marked = marked_bubbles(written.bubbles or "", written.doubled) if bubbles is not None else None
    return NumberSample(
        *source, field.name, bubbles, marked, cells, strokes, sums, _sum_marks(field, written, scenario), located
    )


def marked_bubbles(text: str, doubled: Iterable[str]) -> NDArray[np.bool_]:
    """Return which bubbles are marked, (count, 10), from the sign of every column and the digits of those with "?"."""
    marked = np.zeros((len(text), 10), bool)
    several = iter(doubled)
    for column, sign in enumerate(text):
        for digit in next(several) if sign == "?" else sign.strip("_"):
            marked[column, int(digit)] = True
    return marked


def _strokes(field: NumberField, written: Written, cancelled: Cancelled | None) -> NDArray[np.int8]:
    """Return the strokes in every cell (rows, columns), `CANCELLED` where only a cancelling stroke runs."""
    assert field.tally is not None
    strokes = np.zeros((field.tally.rows, field.tally.columns), np.int8)
    if written.cells:
        strokes[: len(written.cells)] = written.cells
    if cancelled is not None:
        strokes[cancelled & (strokes == 0)] = CANCELLED
    return strokes


def _cut_sums(grey: Grey, place: Place, sums: RowSums | None, resolution: float) -> NDArray[np.uint8] | None:
    """Return the cells of the row sums; none where a sum has one undivided cell."""
    return None if sums is None or sums.free_digits else cut_sums(grey, place, sums, resolution)


def _sum_marks(field: NumberField, written: Written, scenario: Scenario) -> tuple[str, ...]:
    """Return what stands in the row-sum cells, a text a row; # where a cancelling stroke may run."""
    if field.row_sums is None:
        return ()
    unused = field.row_sums.rows - len(written.row_totals)
    cancelled = written.row_totals and unused > 1 and scenario.officer.cancels
    return (*written.row_totals, *[("#" if cancelled else "_") * field.row_sums.count] * unused)


def save(file: Path, found: Iterable[NumberSample]) -> int:
    """Write samples to one compressed file of NumPy arrays; return how many."""
    kept = list(found)
    arrays = {field.name: np.empty(len(kept), object) for field in fields(NumberSample)}
    for index, sample in enumerate(kept):
        for name, column in arrays.items():
            column[index] = getattr(sample, name)
    np.savez_compressed(file, allow_pickle=True, **arrays)
    return len(kept)


def load(file: Path) -> list[NumberSample]:
    """Read samples that `save` wrote. The file holds pickled objects: read none from others."""
    with np.load(file, allow_pickle=True) as data:
        columns = {field.name: data[field.name] for field in fields(NumberSample)}
    count = len(columns["page"])
    return [NumberSample(**{name: column[i] for name, column in columns.items()}) for i in range(count)]


def digest(found: Iterable[NumberSample]) -> str:
    """Return a hash over the pictures of samples, for a package's description."""
    whole = hashlib.sha256()
    for sample in found:
        for part in (sample.bubbles, sample.cells, sample.sums):
            if part is not None:
                whole.update(part.tobytes())
    return whole.hexdigest()

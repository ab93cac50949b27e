"""Whole documents of simulated pages, written to a folder with their truth."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import UsageError
from pipeline.forms import FormTemplate
from training.pages.difficulty import LEVELS
from training.pages.fill import Pens, fill_page
from training.pages.photograph import encode_jpeg, photograph
from training.pages.print_source import print_source
from training.pages.scenario import Scenario, draw_scenario
from training.pages.sheet import PrintStyle, draw_sheet
from training.pages.truth import truth_line
from training.runs.processes import processes

TRUTH_FILE = "truth.jsonl"
MAX_COUNT = 100_000
_FINE, _COARSE = 4.0, 3.0  # pixels per mm of the drawn sheet, for large and for small pictures


@dataclass(frozen=True, slots=True)
class Simulation:
    """What to simulate. The same settings give the same files, however many processes work.

    Attributes:
        form: The template.
        seed: Of the whole run.
        difficulty: "easy", "medium", "hard", "wild" or "scan".
        page: This page only; all pages without it.
        long_side: Of the pictures in pixels; as usual for the difficulty without it.
        officer_errors: Probability of an officer's error in a document, 0..1.
        corrections: Probability of a struck box in a number, 0..1.
        quality: JPEG quality; as usual for the difficulty without it.
        folders: Beside whose templates the blanks lie that pages are printed from; without one, from the template.

    Raises:
        UsageError: `simulation_option`: a setting is outside its range.

    """

    form: FormTemplate
    seed: int = 0
    difficulty: str = "medium"
    page: int | None = None
    long_side: int | None = None
    officer_errors: float = 0.05
    corrections: float = 0.0
    quality: int | None = None
    folders: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        pages = [page.number for page in self.form.pages]
        _check("--seed", self.seed, self.seed >= 0, "0...")
        _check("--difficulty", self.difficulty, self.difficulty in LEVELS, ", ".join(LEVELS))
        _check("--page", self.page, self.page is None or self.page in pages, ", ".join(map(str, pages)))
        _check("--long-side", self.long_side, self.long_side is None or 600 <= self.long_side <= 6000, "600..6000")
        _check("--officer-errors", self.officer_errors, 0.0 <= self.officer_errors <= 1.0, "0..1")
        _check("--corrections", self.corrections, 0.0 <= self.corrections <= 1.0, "0..1")


@dataclass(frozen=True, slots=True)
class SimulatedPage:
    """One page.

    Attributes:
        name: File name.
        jpeg: The picture.
        truth: Its line of truth.

    """

    name: str
    jpeg: bytes
    truth: dict[str, Any]


def simulate_documents(
    settings: Simulation,
    count: int,
    out_dir: Path,
    *,
    jobs: int = 1,
    advance: Callable[[], None] | None = None,
) -> int:
    """Write `count` documents: CODE-p1.jpg, CODE-p2.jpg, ... and `truth.jsonl`, one page a line.

    Args:
        settings: What to simulate.
        count: Documents, each with all its pages or with the one page chosen.
        out_dir: Made if missing; must not hold a `truth.jsonl` yet.
        jobs: Processes.
        advance: Called after every document.

    Returns:
        How many pages were written.

    Raises:
        UsageError: `simulation_option` or `simulation_folder`.

    """
    _check("--count", count, 1 <= count <= MAX_COUNT, f"1..{MAX_COUNT}")
    _check("--jobs", jobs, 1 <= jobs <= 256, "1..256")
    truth = out_dir / TRUTH_FILE
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        lines = truth.open("x", encoding="utf-8")
    except OSError as error:
        raise UsageError("simulation_folder", path=str(out_dir), why=error.strerror or str(error)) from error
    pages = 0
    with lines:
        for document in _documents(settings, count, jobs):
            for page in document:
                (out_dir / page.name).write_bytes(page.jpeg)
                lines.write(json.dumps(page.truth) + "\n")
                pages += 1
            if advance:
                advance()
    return pages


def simulate_document(settings: Simulation, index: int) -> list[SimulatedPage]:
    """Return the pages of document number `index` of a run; depends on nothing else than its arguments."""
    rng = np.random.default_rng([settings.seed, index])
    code = f"00{settings.seed % 99 + 1:02d}{index // 9999 % 99 + 1:02d}{index % 9999 + 1:04d}{rng.integers(1, 31):03d}"
    scenario = draw_scenario(
        settings.form, rng, officer_errors=settings.officer_errors, corrections=settings.corrections, code=code
    )
    pens, style = Pens.sample(rng), PrintStyle.sample(rng)
    numbers = [settings.page] if settings.page else [page.number for page in settings.form.pages]
    # A source of chance for each page: one page alone is the same page as among the others.
    return [
        _page(settings, scenario, number, pens, style, np.random.default_rng([settings.seed, index, number]), index)
        for number in numbers
    ]


def _page(
    settings: Simulation,
    scenario: Scenario,
    page: int,
    pens: Pens,
    style: PrintStyle,
    rng: np.random.Generator,
    index: int,
) -> SimulatedPage:
    """Print, fill in and photograph one page."""
    small = settings.difficulty == "scan" or (settings.long_side is not None and settings.long_side < 3000)
    scale = _COARSE if small else _FINE
    source = print_source(settings.form, page, settings.folders)
    sheet = draw_sheet(settings.form, page, scale, style, source.blank)
    fill_page(sheet, scenario, page, pens, scale, rng)
    photo = photograph(sheet, rng, settings.difficulty, pixels_per_mm=scale, long_side=settings.long_side)
    name = f"{scenario.code}-p{page}.jpg"
    truth = truth_line(
        scenario,
        page,
        file=name,
        capture=photo.capture,
        geometry=photo.geometry,
        difficulty=settings.difficulty,
        seed=(settings.seed, index),
    )
    return SimulatedPage(name, encode_jpeg(photo, settings.quality), {**truth, **source.stated})


def _documents(settings: Simulation, count: int, jobs: int) -> Iterator[list[SimulatedPage]]:
    """Yield the documents in order, from this process or from others."""
    if jobs == 1:
        yield from (simulate_document(settings, index) for index in range(count))
        return
    with processes(jobs) as pool:
        # In portions: finished documents wait in memory until it is their turn to be written.
        for start in range(0, count, 4 * jobs):
            portion = range(start, min(start + 4 * jobs, count))
            yield from pool.map(simulate_document, [settings] * len(portion), portion)


def _check(option: str, value: object, fine: bool, expected: str) -> None:
    """Refuse a setting that is out of range."""
    if not fine:
        raise UsageError("simulation_option", option=option, value=value, expected=expected)

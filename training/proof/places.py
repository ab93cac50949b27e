"""Judge the finder on pages that are drawn: which are found, and do the numbers lie where it says?

    chasil evaluate places [--count 200] [--seed 9100] [--difficulty wild] [--form FORM] [--jobs 2]

One page a seed, each page of the form in turn. Prints how many are found: of all, and of those with a number wholly in
view, since of the others there is nothing to count; how far off the numbers are, in parts of a box, among those that
are said to be in place with 0.99 and more; and what is not found, with its seed and the reason.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from pipeline.clock import Clock
from pipeline.documents import open_documents
from pipeline.documents.source import Page
from pipeline.forms import Forms, FormTemplate, load_forms
from pipeline.reasons import Reason
from pipeline.registration import Registration, SheetFinder
from pipeline.registration.geometry import Grey, Points
from pipeline.search import Sighting, seek
from training.evaluation.metrics import share_text
from training.evaluation.truths import reduced
from training.pages.simulate import Simulation, simulate_document
from training.registration.offsets import off_in_boxes
from training.runs.processes import counted, processes

SAID = 0.99
"""Probability from which a number's place is held to what was said of it."""

SLIGHT, FAR = 0.1, 0.25
"""Parts of a box by which a number may be off: what is hardly seen in a cut, and what spoils it."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the finder made of a drawn page.

    Attributes:
        name: Seed, page and level, to draw it again.
        in_view: Numbers that lie wholly in the picture.
        found: Whether it was found, as the page that it is.
        why: The code of the refusal, or the page that it was taken for; "" where it was found.
        off: By number that is said to be in place: how far off it is, in parts of a box.

    """

    name: str
    in_view: int
    found: bool
    why: str
    off: Mapping[str, float]


def look(form: FormTemplate, difficulty: str, finder: SheetFinder, seed: int) -> Drawn:
    """Draw the page of a seed and look for it."""
    number = form.pages[seed % len(form.pages)].number
    (drawn,) = simulate_document(Simulation(form, seed=seed, difficulty=difficulty, page=number), 0)
    page = next(iter(open_documents([(drawn.name, drawn.jpeg)]))).pages[0]
    assert isinstance(page, Page), drawn.name
    places = {name: np.array(quad, dtype=np.float64) for name, quad in drawn.truth["number_boxes_px"].items()}
    size = np.array([page.source.width, page.source.height])
    in_view = sum(bool((place >= 0).all() and (place <= size).all()) for place in places.values())
    seen = seek(page, partial(_register, finder), Clock(), anywhere=True)
    name = f"seed {seed}, page {number}, {difficulty}"
    if isinstance(seen, Reason):
        return Drawn(name, in_view, False, seen.code, {})
    target = seen.found.target
    if (target.form.id, target.page.number) != (form.id, number):
        return Drawn(name, in_view, False, f"{target.form.id} {target.page.number}", {})
    return Drawn(name, in_view, True, "", dict(_offs(seen, places)))


def _register(finder: SheetFinder, grey: Grey, _: int, *, whole: bool) -> Registration | Reason:
    return finder.find(grey, stretched=whole)


def _offs(seen: Sighting, places: Mapping[str, Points]) -> Iterator[tuple[str, float]]:
    for field in seen.found.target.page.numbers:
        if seen.found.places.get(field.name, 0.0) >= SAID:
            yield field.name, off_in_boxes(field, seen.found.sheet, reduced(places[field.name], seen.reduction))


def lines(drawn: Sequence[Drawn]) -> Iterator[str]:
    """Yield what came of the pages, then those that were not found."""
    shown = [one for one in drawn if one.in_view]
    offs = [off for one in drawn for off in one.off.values()]
    yield f"found: {share_text(sum(one.found for one in drawn), len(drawn))}"
    yield f"found of those with a number in view: {share_text(sum(one.found for one in shown), len(shown))}"
    yield f"numbers said to be in place at {SAID} and more: {len(offs)}"
    for limit in (SLIGHT, FAR):
        astray = sum(off > limit for off in offs)
        yield f"of these off by more than {limit} of a box: {share_text(astray, len(offs), 2)}"
    for one in drawn:
        if not one.found:
            yield f"{one.name}, {one.in_view} numbers in view: {one.why}"
        for name, off in one.off.items():
            if off > FAR:
                yield f"{one.name}: {name} is {off:.2f} of a box off"


def evaluate(form: str, difficulty: str, count: int, seed: int, jobs: int) -> None:
    """Draw `count` pages from `seed` on, look for them in `jobs` processes, and print what came of it."""
    seeds = range(seed, seed + count)
    with processes(jobs) as pool:
        found = pool.map(partial(_looked, form, difficulty), seeds, chunksize=2)
        print(*lines([*counted(found, count)]), sep="\n")  # noqa: T201


def _looked(form: str, difficulty: str, seed: int) -> Drawn:
    forms, finder = _finder()
    return look(forms[form], difficulty, finder, seed)


@cache
def _finder() -> tuple[Forms, SheetFinder]:
    forms = load_forms()
    return forms, SheetFinder(forms)

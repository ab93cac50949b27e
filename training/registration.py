"""Teach the verification of registrations how sure it is that a page, and each of its numbers, lies where it seems to.

Pages with their truth are looked for as the reader does, with their own form and without it; every alignment that was
tried is an example, right or wrong. Right ones are disturbed as well, so that numbers that ended on a neighbour's frame
are among them. Two logistic regressions weigh what `pipeline.registration.verification` measures.

    python -m training.registration SHARED [--pages N] [--jobs N] [--out FILE]

SHARED holds the sets of real pages (`training.evaluation.truths`), of which those for training and calibration are
used; N simulated pages come beside them. Writes the weights and prints how often what was said to be sure was so.
"""

import argparse
import itertools
import json
import multiprocessing
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms import Forms, load_forms
from pipeline.registration.alignment import Alignment, align
from pipeline.registration.finder import SheetFinder
from pipeline.registration.geometry import Grey, Points, corners
from pipeline.registration.picture import Picture
from pipeline.registration.prints.library import PrintLibrary
from pipeline.registration.proposal import Proposal, Reach
from pipeline.registration.verification import CALIBRATION_FILE, number_quantities, page_quantities, probability
from training.evaluation.split import LEARNT_FROM, Part
from training.evaluation.truths import RealPage, opened, real_pages
from training.metrics import wilson
from training.pages.simulate import Simulation, simulate_document
from training.pages.strangers import KINDS, draw_stranger

NEAR_ENOUGH = 0.25
"""A number lies in its place if its boxes are off by no more than this share of a box."""

FAR_OFF = 1.0
"""A page whose numbers are mostly off by more than this share of a box lies elsewhere."""

DISTURBED = 2
"""Disturbed alignments of every page."""

LEVELS = ("medium", "hard", "wild", "wild", "scan")
BINS = (0.0, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1.01)
"""Probabilities between which the curve is told."""

MOST_OF_A_SET = 70
"""Real pages of one set."""

AGREED = 0.7
"""Share of frames, and agreement of print, from which a page that nobody has measured lies where it seems to."""

NUMBERS_ELSEWHERE = 3
"""Numbers, about, of every page that is not there."""

FIRST_STRANGER = 1000
"""Number of the first drawn stranger: the tests look at smaller ones."""

_TRIED = 3  # proposals of each way of looking
_RIDGE = 0.05
_ROUNDS = 60
_SIGNS = {"print_asked": -1, "matched_asked": -1, "lines_asked": -1, "apart": -1}


@dataclass(frozen=True, slots=True)
class PictureWithTruth:
    """A picture with where its numbers lie.

    Attributes:
        name: For people.
        grey: uint8 (height, width).
        form, page: What it shows; the form's id or its family's.
        places: Corners of all boxes of each number, px (4, 2), or its hull; empty where they are not known.
        real: Whether it was photographed.
        held: Whether it judges the fit instead of teaching it.
        shared_print: As in the template of what it shows.
        printed: Whether it shows the print of its form, not only the lines and boxes of its template.

    """

    name: str
    grey: Grey
    form: str
    page: int
    places: Mapping[str, Points]
    real: bool
    held: bool
    shared_print: str | None = None
    printed: bool = True


@dataclass(frozen=True, slots=True)
class Example:
    """What was measured of an alignment or of a number in it, and whether it is right."""

    picture: str
    real: bool
    held: bool
    quantities: Mapping[str, float]
    right: bool


def examples_of(
    picture: PictureWithTruth, finders: "Finders", rng: np.random.Generator
) -> tuple[list[Example], list[Example]]:
    """Return the examples of pages and of numbers that one picture gives."""
    looked_at = Picture(picture.grey)
    finder, strangers = finders.of(picture)
    tried = [] if finder is None else list(_alignments(looked_at, finder))
    if finder is not None and not picture.places:
        picture = replace(picture, places=_agreed(finder, looked_at, tried, picture))
    right = [one for one in tried if _is_right(one, picture)]
    disturbed = [align(looked_at, _disturbed(right[0], rng)) for _ in range(DISTURBED if right else 0)]
    pages = [_page(finder, looked_at, one, picture) for one in (*tried, *disturbed) if finder]
    others = list(_alignments(looked_at, strangers))
    pages += [_page(strangers, looked_at, one, picture) for one in others]
    numbers = [_numbers(finder, looked_at, one, picture) for one in (*right, *disturbed) if finder]
    numbers += [_numbers_elsewhere(strangers, looked_at, one, picture) for one in others]
    return [page for page in pages if page is not None], [number for some in numbers for number in some]


class Finders:
    """Those that know a picture's own form alone, and those that know all others; each made once.

    Args:
        forms: The templates.

    """

    def __init__(self, forms: Forms) -> None:
        self.forms = forms
        self._made: dict[tuple[str, bool], tuple[SheetFinder | None, SheetFinder]] = {}

    def of(self, picture: PictureWithTruth) -> tuple[SheetFinder | None, SheetFinder]:
        """Return the finder of a picture's own form, None where it is not installed, and that of the others."""
        key = (picture.form, picture.printed)
        if key not in self._made:
            installed = self.forms.installed
            own = {form: known for form, known in installed.items() if picture.form in (form, known.family)}
            others = {form: known for form, known in installed.items() if form not in own}
            made = [
                SheetFinder(some, None if picture.printed else PrintLibrary(some, ()))
                for some in (Forms(own, self.forms.folders), Forms(others, self.forms.folders))
            ]
            self._made[key] = (made[0] if own else None, made[1])
        return self._made[key]


def _alignments(picture: Picture, finder: SheetFinder) -> Iterator[Alignment]:
    """Yield what the finder would try on a picture that is not mirrored, whatever it thinks of what came before."""
    for proposals in finder.proposals(picture):
        for proposal in itertools.islice(proposals, _TRIED):
            if proposal.mirrored:
                return
            yield align(picture, proposal)


def _agreed(
    finder: SheetFinder, looked_at: Picture, tried: Sequence[Alignment], picture: PictureWithTruth
) -> Mapping[str, Points]:
    """Return where the numbers of a page lie that nobody has measured: where frames and print agree; else nowhere."""
    for alignment in tried:
        measured = page_quantities(alignment, finder.agreement(looked_at, alignment))
        both = measured["frames"] >= AGREED and measured["print_sure"] >= AGREED
        if both and _is_of(alignment, picture):
            sheet, numbers = alignment.refinement.sheet, alignment.target.page.numbers
            return {field.name: sheet.to_picture(corners(field.boxes.bounds), field.name) for field in numbers}
    return {}


def _is_of(alignment: Alignment, picture: PictureWithTruth) -> bool:
    """Return whether an alignment is of the form and page that a picture shows."""
    form = alignment.target.form
    same = picture.form in (form.id, form.family) and alignment.target.page.number == picture.page
    return same and not alignment.proposal.mirrored


def _shares_print(alignment: Alignment, picture: PictureWithTruth) -> bool:
    return picture.shared_print is not None and alignment.target.page.shared_print == picture.shared_print


def _offs(alignment: Alignment, picture: PictureWithTruth) -> dict[str, float]:
    """Return how far off the numbers in view are, in parts of a box."""
    fields = {field.name: field for field in alignment.target.page.numbers}
    offs = {}
    for name, place in picture.places.items():
        if name in fields and name in alignment.refinement.frames:
            seen = alignment.refinement.sheet.to_picture(corners(fields[name].boxes.bounds), name)
            share = (
                fields[name].boxes.width
                * fields[name].boxes.height
                / (fields[name].boxes.bounds[2] * fields[name].boxes.bounds[3])
            )
            side = np.sqrt(cv2.contourArea(place.astype(np.float32)) * share)
            offs[name] = float(np.hypot(*(seen.mean(axis=0) - place.mean(axis=0))) / max(side, 1e-6))
    return offs


def _is_right(alignment: Alignment, picture: PictureWithTruth) -> bool | None:
    """Return whether a page is the one that is there and lies where it is; None where it is near."""
    if not _is_of(alignment, picture):
        # Pages with the same print are told apart by other means.
        return None if _shares_print(alignment, picture) else False
    offs = list(_offs(alignment, picture).values())
    if not offs:
        return None
    off = float(np.median(offs))
    # Some pages were measured with their numbers named from below.
    turned = off >= FAR_OFF and min(offs) <= NEAR_ENOUGH
    return None if turned or NEAR_ENOUGH < off < FAR_OFF else off <= NEAR_ENOUGH


def _page(finder: SheetFinder, looked_at: Picture, alignment: Alignment, picture: PictureWithTruth) -> Example | None:
    right = _is_right(alignment, picture)
    if right is None:
        return None
    return Example(
        picture.name,
        picture.real,
        picture.held,
        page_quantities(alignment, finder.agreement(looked_at, alignment)),
        right,
    )


def _numbers(finder: SheetFinder, looked_at: Picture, alignment: Alignment, picture: PictureWithTruth) -> list[Example]:
    print_ = finder.agreement(looked_at, alignment)
    fields = {field.name: field for field in alignment.target.page.numbers}
    return [
        Example(
            picture.name,
            picture.real,
            picture.held,
            number_quantities(alignment, print_, fields[name]),
            off <= NEAR_ENOUGH,
        )
        for name, off in _offs(alignment, picture).items()
    ]


def _numbers_elsewhere(
    finder: SheetFinder, looked_at: Picture, alignment: Alignment, picture: PictureWithTruth
) -> list[Example]:
    """Return examples of numbers of a page that is not there: wherever they seem to lie, it is wrong."""
    if _is_right(alignment, picture) is not False:
        return []
    print_ = finder.agreement(looked_at, alignment)
    shown = [field for field in alignment.target.page.numbers if field.name in alignment.refinement.frames]
    some = shown[:: max(1, len(shown) // NUMBERS_ELSEWHERE)]
    measured = [number_quantities(alignment, print_, field) for field in some]
    return [Example(picture.name, picture.real, picture.held, one, right=False) for one in measured]


def _disturbed(alignment: Alignment, rng: np.random.Generator) -> Proposal:
    """Return a right alignment moved by a third of a box to a box and a half, in any direction."""
    boxes = alignment.target.page.numbers[0].boxes
    away, angle = rng.uniform(0.3, 1.5) * min(boxes.width, boxes.height), rng.uniform(0, 2 * np.pi)
    moved = np.array([[1.0, 0.0, away * np.cos(angle)], [0.0, 1.0, away * np.sin(angle)], [0.0, 0.0, 1.0]])
    proposal = alignment.proposal
    matrix = alignment.refinement.sheet.matrix @ moved
    # What led to the right place says nothing of where it was moved to.
    away_from = replace(proposal, candidates=(alignment.target,), matrix=matrix, reach=Reach.NEAR)
    return replace(away_from, tag=False, lines=None, matched=None)


def with_and_without_print(examples: Sequence[Example]) -> list[Example]:
    """Return examples, and each whose print was asked once more as of a form without a print.

    The finder asks print only where the rest leaves a doubt, and many forms have none.
    """
    unasked = {"print_asked": 0.0, "print": 0.0, "print_sure": 0.0, "print_least": 0.0}
    asked = (one for one in examples if one.quantities["print_asked"])
    blind = [
        replace(one, quantities={name: unasked.get(name, value) for name, value in one.quantities.items()})
        for one in asked
    ]
    return [*examples, *blind]


def fit(examples: Sequence[Example]) -> Mapping[str, float]:
    """Return the weights of a logistic regression with a small ridge.

    What speaks for a place must not count against it because it goes with something else that does: a quantity whose
    weight has the wrong sign is left out, the worst first.
    """
    right = np.array([example.right for example in examples], dtype=np.float64)
    names = list(examples[0].quantities)
    while True:
        design = np.array([[1.0, *(example.quantities[name] for name in names)] for example in examples])
        weights = _regression(design, right)
        signed = {name: weight * _SIGNS.get(name, 1) for name, weight in zip(names, weights[1:], strict=True)}
        worst = min(signed, key=signed.__getitem__)
        if signed[worst] >= 0:
            break
        names.remove(worst)
    fitted = dict(zip(["constant", *names], (round(float(one), 4) for one in weights), strict=True))
    return {name: fitted.get(name, 0.0) for name in ["constant", *examples[0].quantities]}


def _regression(design: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weights (k,) by Newton's method; the first column of the design (n, k) is 1."""
    weights = np.zeros(design.shape[1])
    ridge = np.diag([0.0] + [_RIDGE] * (len(weights) - 1))
    for _ in range(_ROUNDS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (right - chance) - ridge @ weights
        curvature = (design.T * (chance * (1 - chance))) @ design + ridge + 1e-9 * np.eye(len(ridge))
        step = np.linalg.solve(curvature, gradient)
        weights += step * min(1.0, 5.0 / max(1e-9, float(np.abs(step).max())))
    return weights


def simulated(forms: Forms, index: int, seed: int) -> PictureWithTruth:
    """Return a simulated page of one of the confirmed forms with its truth."""
    rng = np.random.default_rng([seed, index])
    known = [form for form in forms if forms.installed[form].confirmed]
    form = forms[str(rng.choice(known))]
    number = int(rng.choice([page.number for page in form.pages]))
    level = str(rng.choice(LEVELS))
    (page,) = simulate_document(Simulation(form, seed=seed, difficulty=level, page=number), index)
    grey, scale = opened((page.name, page.jpeg))
    places = {name: _reduced(np.array(quad), scale) for name, quad in page.truth["number_boxes_px"].items()}
    printed = bool(form.page(number).artwork.captions)
    name = f"simulated {level} {form.id} {page.name}"
    return PictureWithTruth(
        name,
        grey,
        form.id,
        number,
        places,
        real=False,
        held=index % 3 == 0,
        shared_print=form.page(number).shared_print,
        printed=printed,
    )


def stranger(index: int) -> PictureWithTruth:
    """Return a drawn picture that is no form; none that the tests look at."""
    kind = KINDS[index % len(KINDS)].__name__
    grey = draw_stranger(kind, FIRST_STRANGER + index)
    if index % 2:
        grey = _with_a_tag(grey, np.random.default_rng([FIRST_STRANGER, index]))
    return PictureWithTruth(f"{kind} {index}", grey, "", 0, {}, real=False, held=index % 3 == 0)


def _with_a_tag(grey: Grey, rng: np.random.Generator) -> Grey:
    """Return a picture with the tag of page 1 to 3 of the presidential form stuck somewhere on it, as on a poster."""
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h10)
    side = int(rng.integers(60, 200))
    tag = np.pad(dictionary.generateImageMarker(int(rng.integers(101, 104)), side), side // 8, constant_values=255)
    place = [int(rng.integers(0, max(1, extent - tag.shape[0]))) for extent in grey.shape]
    stuck = grey.copy()
    stuck[place[0] : place[0] + tag.shape[0], place[1] : place[1] + tag.shape[1]] = np.rot90(tag, 2)
    return stuck


def photographed(page: RealPage) -> PictureWithTruth:
    """Return a real page with its truth, decoded as the reader does first."""
    grey, scale = opened(page.path)
    places = {name: _reduced(quad, scale) for name, quad in page.places.items()}
    held = page.part is not Part.TRAIN
    return PictureWithTruth(page.path.name, grey, page.form, page.page or 0, places, real=True, held=held)


def report(name: str, weights: Mapping[str, float], examples: Sequence[Example]) -> Iterator[str]:
    """Yield how often examples of each probability were right, real ones beside all."""
    chances = np.array([probability(weights, one.quantities) for one in examples])
    right = np.array([one.right for one in examples])
    real = np.array([one.real for one in examples])
    yield f"{name}: {len(right)} examples held back, {right.sum()} right, {real.sum()} of real pages"
    for low, high in itertools.pairwise(BINS):
        inside = (chances >= low) & (chances < high)
        counts = [(int(right[some].sum()), int(some.sum())) for some in (inside, inside & real)]
        said = ["{} of {} ({:.2f} to {:.2f} %)".format(*one, *(100 * end for end in wilson(*one))) for one in counts]
        yield f"  {low:5.3f} to {min(high, 1.0):5.3f}: {said[0]} right; real {said[1]}"


def _reduced(points: Points, scale: int) -> Points:
    """Return points, px (n, 2), in a picture so many times smaller: pixel centres are half a pixel in."""
    return np.asarray((points + 0.5) / scale - 0.5)


def _examples(seed: int, task: RealPage | int) -> tuple[list[Example], list[Example]]:
    """Return the examples of one real page, a simulated one, or, below 0, a drawn stranger."""
    cv2.setNumThreads(1)
    finders = _finders()
    if isinstance(task, RealPage):
        picture = photographed(task)
    else:
        picture = simulated(finders.forms, task, seed) if task >= 0 else stranger(-1 - task)
    return examples_of(picture, finders, np.random.default_rng([seed, zlib.crc32(picture.name.encode())]))


@cache
def _finders() -> Finders:
    return Finders(load_forms())


def _some(pages: Iterator[RealPage]) -> Iterator[RealPage]:
    """Yield pages that may be learnt from, not many more of one kind than of another."""
    seen: Counter[str] = Counter()
    for page in pages:
        kind = page.path.parent.parent.name
        seen[kind] += page.part in LEARNT_FROM
        if page.part in LEARNT_FROM and seen[kind] <= MOST_OF_A_SET:
            yield page


def _gathered(
    work: Callable[[RealPage | int], tuple[list[Example], list[Example]]], tasks: Sequence[RealPage | int], jobs: int
) -> tuple[list[Example], list[Example]]:
    pages: list[Example] = []
    numbers: list[Example] = []
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        for done, (some_pages, some_numbers) in enumerate(pool.map(work, tasks, chunksize=4), start=1):
            pages, numbers = pages + some_pages, numbers + some_numbers
            print(f"\r{done} of {len(tasks)}", end="", flush=True)  # noqa: T201
    print()  # noqa: T201
    return pages, numbers


def main() -> None:
    """Look for all pages, fit, write the weights, print the curves."""
    parser = argparse.ArgumentParser(description="Calibrate the verification of registrations.")
    parser.add_argument("shared", type=Path, help="folder of the sets of real pages")
    parser.add_argument("--pages", type=int, default=300, help="simulated pages")
    parser.add_argument("--strangers", type=int, default=96, help="drawn pictures that are no form")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--out", type=Path, default=CALIBRATION_FILE)
    parser.add_argument("--keep", type=Path, help="write all examples here as JSON")
    arguments = parser.parse_args()
    real = list(_some(real_pages(arguments.shared)))
    tasks: list[RealPage | int] = [*real, *range(arguments.pages), *range(-1, -1 - arguments.strangers, -1)]
    work = partial(_examples, arguments.seed)
    examples = dict(zip(("page", "number"), _gathered(work, tasks, arguments.jobs), strict=True))
    if arguments.keep:
        rows = {name: [asdict(one) for one in some] for name, some in examples.items()}
        arguments.keep.write_text(json.dumps(rows), encoding="utf-8")
    examples = {name: with_and_without_print(some) for name, some in examples.items()}
    fitted = {name: fit([one for one in some if not one.held]) for name, some in examples.items()}
    for name, weights in fitted.items():
        held = [one for one in examples[name] if one.held]
        print(*report(name, weights, held), sep="\n")  # noqa: T201
    arguments.out.write_text(json.dumps({"weights": fitted}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

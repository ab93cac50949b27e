"""Teach the verification of registrations how sure it is that a page, and each of its numbers, lies where it seems to.

Pages with their truth are looked for as the reader does, with their own form and without it; every alignment that was
tried is an example, right or wrong. Right ones are disturbed as well, so that numbers that ended on a neighbour's frame
are among them. Two logistic regressions weigh what `pipeline.registration.verification` measures.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms import Forms
from pipeline.registration.alignment import Alignment, align
from pipeline.registration.finder import SheetFinder
from pipeline.registration.geometry import Grey, Points, corners
from pipeline.registration.picture import Picture
from pipeline.registration.prints.library import PrintLibrary
from pipeline.registration.proposal import Proposal, Reach
from pipeline.registration.verification import number_quantities, page_quantities
from training.pages.simulate import Simulation, simulate_document

NEAR_ENOUGH = 0.25
"""A number lies in its place if its boxes are off by no more than this share of a box."""

FAR_OFF = 1.0
"""A page whose numbers are mostly off by more than this share of a box lies elsewhere."""

DISTURBED = 2
"""Disturbed alignments of every page."""

LEVELS = ("medium", "hard", "wild", "wild", "scan")
HIDDEN_TAG = 0.5
"""Share of the simulated pages whose tag is painted over."""

_TRIED = 3  # proposals of each way of looking
_RIDGE = 0.05
_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class PictureWithTruth:
    """A picture with where its numbers lie.

    Attributes:
        name: For people.
        grey: uint8 (height, width).
        form, page: What it shows; the form's id or its family's.
        places: Corners of all boxes of each number, px (4, 2), or its hull; empty where they are not known.
        real: Whether it was photographed.
        printed: Whether it shows the print of its form, not only the lines and boxes of its template.

    """

    name: str
    grey: Grey
    form: str
    page: int
    places: Mapping[str, Points]
    real: bool
    printed: bool = True


@dataclass(frozen=True, slots=True)
class Example:
    """What was measured of an alignment or of a number in it, and whether it is right."""

    picture: str
    real: bool
    quantities: Mapping[str, float]
    right: bool


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights by quantity, and the probability of every example (n,) under them."""

    weights: Mapping[str, float]
    probabilities: NDArray[np.float64]


def examples_of(
    picture: PictureWithTruth, forms: Forms, rng: np.random.Generator
) -> tuple[list[Example], list[Example]]:
    """Return the examples of pages and of numbers that one picture gives."""
    looked_at = Picture(picture.grey)
    own = [form for form in forms if picture.form in (form, forms.installed[form].family)]
    strangers = Forms({form: forms.installed[form] for form in forms if form not in own}, forms.folders)
    finder, other = (
        SheetFinder(some, None if picture.printed else PrintLibrary(some, ())) for some in (forms, strangers)
    )
    tried = list(_alignments(looked_at, finder)) if own else []
    right = [one for one in tried if _is_right(one, picture)]
    disturbed = [align(looked_at, _disturbed(right[0], rng)) for _ in range(DISTURBED if right else 0)]
    pages = [_page(finder, looked_at, one, picture) for one in (*tried, *disturbed)]
    pages += [_page(other, looked_at, one, picture) for one in _alignments(looked_at, other)]
    numbers = [_numbers(finder, looked_at, one, picture) for one in (*right, *disturbed)]
    return [page for page in pages if page is not None], [number for some in numbers for number in some]


def _alignments(picture: Picture, finder: SheetFinder) -> Iterator[Alignment]:
    """Yield what the finder would try, whatever it thinks of what came before."""
    for proposals in finder.proposals(picture):
        for proposal in itertools.islice(proposals, _TRIED):
            yield align(picture, proposal)


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
    form = alignment.target.form
    same = picture.form in (form.id, form.family) and alignment.target.page.number == picture.page
    if not same or alignment.proposal.mirrored:
        return False
    if offs := list(_offs(alignment, picture).values()):
        off = float(np.median(offs))
        return None if NEAR_ENOUGH < off < FAR_OFF else off <= NEAR_ENOUGH
    # Where nobody has measured the numbers: their frames are there.
    return len(alignment.refinement.agreeing) >= 0.5 * max(1, alignment.refinement.searched)


def _page(finder: SheetFinder, looked_at: Picture, alignment: Alignment, picture: PictureWithTruth) -> Example | None:
    right = _is_right(alignment, picture)
    if right is None:
        return None
    return Example(
        picture.name, picture.real, page_quantities(alignment, finder.agreement(looked_at, alignment)), right
    )


def _numbers(finder: SheetFinder, looked_at: Picture, alignment: Alignment, picture: PictureWithTruth) -> list[Example]:
    print_ = finder.agreement(looked_at, alignment)
    fields = {field.name: field for field in alignment.target.page.numbers}
    return [
        Example(picture.name, picture.real, number_quantities(alignment, print_, fields[name]), off <= NEAR_ENOUGH)
        for name, off in _offs(alignment, picture).items()
    ]


def _disturbed(alignment: Alignment, rng: np.random.Generator) -> Proposal:
    """Return a right alignment moved by a third of a box to a box and a half, in any direction."""
    boxes = alignment.target.page.numbers[0].boxes
    away, angle = rng.uniform(0.3, 1.5) * min(boxes.width, boxes.height), rng.uniform(0, 2 * np.pi)
    moved = np.array([[1.0, 0.0, away * np.cos(angle)], [0.0, 1.0, away * np.sin(angle)], [0.0, 0.0, 1.0]])
    proposal = alignment.proposal
    matrix = alignment.refinement.sheet.matrix @ moved
    return replace(proposal, candidates=(alignment.target,), matrix=matrix, reach=Reach.NEAR)


def fit(examples: Sequence[Example]) -> Fitted:
    """Return logistic regression with a small ridge, right and wrong examples weighed as they come."""
    names = list(examples[0].quantities)
    design = np.array([[1.0, *(example.quantities[name] for name in names)] for example in examples])
    right = np.array([example.right for example in examples], dtype=np.float64)
    weights = np.zeros(design.shape[1])
    ridge = np.diag([0.0] + [_RIDGE] * len(names))
    for _ in range(_ROUNDS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (right - chance) - ridge @ weights
        curvature = (design.T * (chance * (1 - chance))) @ design + ridge + 1e-9 * np.eye(len(ridge))
        step = np.linalg.solve(curvature, gradient)
        weights += step * min(1.0, 5.0 / max(1e-9, float(np.abs(step).max())))
    chance = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -40, 40)))
    return Fitted(dict(zip(["constant", *names], (round(float(one), 4) for one in weights), strict=True)), chance)


def simulated(forms: Forms, pages: int, seed: int) -> Iterator[PictureWithTruth]:
    """Yield simulated pages of the confirmed forms with their truth."""
    rng = np.random.default_rng(seed)
    known = [form for form in forms if forms.installed[form].confirmed]
    for index in range(pages):
        form = forms[str(rng.choice(known))]
        number = int(rng.choice([page.number for page in form.pages]))
        level = str(rng.choice(LEVELS))
        settings = Simulation(form, seed=seed, difficulty=level, page=number)
        (page,) = simulate_document(settings, index)
        grey = _decoded(page.jpeg)
        scale = grey[1]
        places = {name: (np.array(quad) + 0.5) / scale - 0.5 for name, quad in page.truth["number_boxes_px"].items()}
        printed = bool(form.page(number).artwork.captions)
        name = f"simulated {level} {form.id} {page.name}"
        yield PictureWithTruth(name, grey[0], form.id, number, places, real=False, printed=printed)


def _decoded(jpeg: bytes) -> tuple[Grey, int]:
    """Return the picture as the reader would decode it first, and how many times smaller it is."""
    whole = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert whole is not None
    reduction = next((step for step in (8, 4, 2) if max(whole.shape) >= step * 1500), 1)
    if reduction > 1:
        size = (whole.shape[1] // reduction, whole.shape[0] // reduction)
        whole = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
    return np.asarray(whole, dtype=np.uint8), reduction

"""Pictures with their truth to learn from: real pages, simulated ones, drawn ones that are no form."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.forms import Forms
from pipeline.registration.geometry import Grey, Points
from training.evaluation.split import Part
from training.evaluation.truths import RealPage, opened, reduced
from training.pages.simulate import Simulation, simulate_document
from training.pages.strangers import KINDS, draw_stranger

LEVELS = ("medium", "hard", "wild", "wild", "scan")

FIRST_STRANGER = 1000
"""Number of the first drawn stranger: the tests look at smaller ones."""


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


def simulated(forms: Forms, index: int, seed: int) -> PictureWithTruth:
    """Return a simulated page of one of the confirmed forms with its truth."""
    rng = np.random.default_rng([seed, index])
    known = [form for form in forms if forms.installed[form].confirmed]
    form = forms[str(rng.choice(known))]
    number = int(rng.choice([page.number for page in form.pages]))
    level = str(rng.choice(LEVELS))
    (page,) = simulate_document(Simulation(form, seed=seed, difficulty=level, page=number), index)
    grey, scale = opened((page.name, page.jpeg))
    places = {name: reduced(np.array(quad), scale) for name, quad in page.truth["number_boxes_px"].items()}
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
    places = {name: reduced(quad, scale) for name, quad in page.places.items()}
    held = page.part is not Part.TRAIN
    return PictureWithTruth(page.path.name, grey, page.form, page.page or 0, places, real=True, held=held)

"""What comes out when a sheet is found, however it was found, and what is to be said of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from pipeline.evidence import PLACED
from pipeline.forms import TaggedPage
from pipeline.reasons import Reason
from pipeline.registration.frames import refine, unit_mm
from pipeline.registration.geometry import Grey, Matrix, Points, project
from pipeline.registration.proposal import Landmarks
from pipeline.registration.sharpness import sharpness_mm
from pipeline.registration.sheet import SheetMap
from pipeline.registration.verification import CERTAIN, Verified

MIN_BOX_PIXELS = 12.0
"""Below this many px a box is too small to be read: readers guess."""

LEAST_BOX_PIXELS = 5.0
"""Below this many px nothing can be read at all."""

MAX_EDGE_SHARE = 0.25
"""Above this share of a box's side, a printed edge is so wide that the strokes of a digit run together."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A sheet that was found, in the pixels of the picture it was looked for in.

    Attributes:
        target: Form and page.
        sheet: Map from sheet mm to picture px.
        method: `tag` where the tag gave the form; `corners` where a person marked the corners of the sheet,
            `corners_and_print` where its print proved them; `lines`
            where the ruled lines, `print` where the rest of the print led to it.
        score: Probability that the page is this one and lies there.
        places: Probability that each number's boxes lie within a quarter of a box of where the map says, by number.
        rotation: Degrees clockwise that the sheet lies turned, to the nearest quarter.
        error_mm: See `Refinement`.
        edge_width_mm: Sharpness.
        pixels_per_mm: Least resolution among the numbers, in the picture it was looked for in.
        notes: Fallbacks that were taken, and advice to the uploader.
        withheld: Why no number of the page may be accepted without people; empty where nothing speaks against it.

    """

    target: TaggedPage
    sheet: SheetMap
    method: str
    score: float
    places: Mapping[str, float]
    rotation: int
    error_mm: float
    edge_width_mm: float
    pixels_per_mm: float
    notes: tuple[Reason, ...] = ()
    withheld: tuple[Reason, ...] = field(default=())

    def outline(self) -> Points:
        """Return the four corners of the sheet in the picture, px (4, 2), clockwise from its upper left corner."""
        return self.sheet.outline(self.target.form.sheet)

    def moved(self, offset: Points) -> "Registration":
        """Return the same sheet in a picture in which the one it was looked for in begins at `offset` px (2,)."""
        return replace(self, sheet=self.sheet.moved(offset))

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Everything that is to be said of the page."""
        return (*self.withheld, *(note for note in self.notes if note not in self.withheld))

    def doubts(self) -> dict[str, tuple[Reason, ...]]:
        """Return why each number of the page may not be accepted, by number; those that may have none.

        Of a page that is sure, the doubt of a number's place is weighed with all else that is known of it. Where the
        page itself is not, everything on it may lie elsewhere together, and agree with itself there.
        """
        unsure = () if self.score >= CERTAIN else (Reason("number_place_unsure"),)
        return {
            field.name: (*self.withheld, *(() if self.places.get(field.name, 0.0) >= PLACED else unsure))
            for field in self.target.page.numbers
        }

    @property
    def box_pixels(self) -> float:
        """Side of the smallest box of the page, px."""
        return self.pixels_per_mm * 20.0 * unit_mm(self.target.page.numbers)


def registration_of(grey: Grey, verified: Verified) -> Registration:
    """Describe a sheet that lies in `grey`, uint8 (height, width)."""
    alignment = verified.alignment
    target, sheet = alignment.target, alignment.refinement.sheet
    return Registration(
        target=target,
        sheet=sheet,
        method=alignment.proposal.method,
        score=verified.probability,
        places=verified.places,
        rotation=rotation_of(target, sheet.matrix),
        error_mm=alignment.refinement.error_mm,
        edge_width_mm=sharpness_mm(grey, target.page, sheet),
        pixels_per_mm=min(sheet.resolution(np.array(field.boxes.bounds[:2])) for field in target.page.numbers),
        notes=alignment.proposal.advice,
    )


def refine_again(grey: Grey, factor: float, found: Registration) -> Registration:
    """Carry a registration over to the same picture decoded `factor` times as large, refined there."""
    larger = found.sheet.scaled(factor)
    numbers = found.target.page.numbers
    anchors = np.array([field.boxes.bounds[:2] for field in numbers], dtype=np.float64)
    landmarks = Landmarks(anchors, larger.displacement(anchors), np.ones(len(anchors)))
    refinement = refine(grey, larger.matrix, found.target, landmarks, far=False)
    sheet, error = (refinement.sheet, refinement.error_mm) if refinement.agreeing else (larger, found.error_mm)
    again = replace(
        found,
        sheet=sheet,
        error_mm=error,
        edge_width_mm=sharpness_mm(grey, found.target.page, sheet),
        pixels_per_mm=found.pixels_per_mm * factor,
    )
    # Whether it is fit to be read was said of the smaller picture.
    kept = tuple(reason for reason in found.withheld if reason not in unfit(found))
    return replace(again, withheld=(*kept, *unfit(again)))


def unfit(found: Registration) -> tuple[Reason, ...]:
    """Return why what is read of a sheet cannot be believed: it is too small in the picture, or blurred."""
    side = 20.0 * unit_mm(found.target.page.numbers)
    reasons = []
    if found.box_pixels < MIN_BOX_PIXELS:
        reasons.append(Reason("sheet_too_small", {"seen": int(found.box_pixels), "limit": MIN_BOX_PIXELS}))
    if found.edge_width_mm > MAX_EDGE_SHARE * side:
        widths = {"seen": round(found.edge_width_mm, 1), "limit": round(MAX_EDGE_SHARE * side, 1)}
        reasons.append(Reason("sheet_blurred", widths))
    return tuple(reasons)


def rotation_of(target: TaggedPage, matrix: Matrix) -> int:
    """Return the quarter, in degrees clockwise, that is nearest to how the sheet's left edge runs down."""
    size = target.form.sheet
    top, bottom = project(
        matrix, np.array([[size.width / 2, 0.25 * size.height], [size.width / 2, 0.75 * size.height]])
    )
    down = bottom - top
    return round(float(np.degrees(np.arctan2(-down[0], down[1]))) / 90) * 90 % 360

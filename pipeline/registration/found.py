"""What comes out when a sheet is found, however it was found, and whether it is fit to be read."""

from dataclasses import dataclass, replace

import numpy as np

from pipeline.forms import TaggedPage
from pipeline.reasons import Reason
from pipeline.registration.frames import Refinement, refine, unit_mm
from pipeline.registration.geometry import Grey, Matrix, Points, corners, project
from pipeline.registration.sharpness import sharpness_mm
from pipeline.registration.sheet import SheetMap

MIN_BOX_PIXELS = 12.0
"""Below this many px a box is too small to be read: readers guess."""

MAX_EDGE_SHARE = 0.25
"""Above this share of a box's side, a printed edge is so wide that the strokes of a digit run together."""

MIN_FRAMES_FOUND = 0.5
"""Share of the page's number frames that must be found where the registration says they are."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A sheet that was found, in the pixels of the picture it was looked for in.

    Attributes:
        target: Form and page.
        sheet: Map from sheet mm to picture px.
        method: `tag` where the markers, with the tag, gave the homography; see `notes` for what was missing. `corners`
            where corner blocks did, or a person marked the corners of the sheet. `lines` where the ruled lines did.
        score: Share of the evidence that agrees, 0 to 1: of the frames of the numbers, or of the printed lines.
        rotation: Degrees clockwise that the sheet lies turned, to the nearest quarter.
        error_mm: See `Refinement`.
        edge_width_mm: Sharpness.
        pixels_per_mm: Least resolution among the numbers, in the picture it was looked for in.
        notes: Fallbacks that were taken.

    """

    target: TaggedPage
    sheet: SheetMap
    method: str
    score: float
    rotation: int
    error_mm: float
    edge_width_mm: float
    pixels_per_mm: float
    notes: tuple[Reason, ...] = ()

    def outline(self) -> Points:
        """Return the four corners of the sheet in the picture, px (4, 2), clockwise from its upper left corner."""
        size = self.target.form.sheet
        return project(self.sheet.matrix, corners((0.0, 0.0, size.width, size.height)))

    @property
    def box_pixels(self) -> float:
        """Side of the smallest box of the page, px."""
        return self.pixels_per_mm * 20.0 * unit_mm(self.target.page.numbers)


def register_on(
    grey: Grey,
    target: TaggedPage,
    matrix: Matrix,
    refinement: Refinement,
    method: str,
    notes: tuple[Reason, ...] = (),
    score: float | None = None,
) -> Registration:
    """Describe a sheet that lies in `grey`, uint8 (height, width), as the refinement of `matrix` (3, 3) says."""
    sheet = refinement.sheet
    return Registration(
        target=target,
        sheet=sheet,
        method=method,
        score=refinement.found / max(refinement.searched, 1) if score is None else score,
        rotation=_rotation(target, matrix),
        error_mm=refinement.error_mm,
        edge_width_mm=sharpness_mm(grey, target.page, SheetMap(matrix)),
        pixels_per_mm=min(sheet.resolution(np.array(field.boxes.bounds[:2])) for field in target.page.numbers),
        notes=notes,
    )


def refine_again(grey: Grey, factor: float, found: Registration) -> Registration:
    """Carry a registration over to the same picture decoded `factor` times as large, refined there."""
    larger = found.sheet.scaled(factor)
    numbers = found.target.page.numbers
    anchors = np.array([field.boxes.bounds[:2] for field in numbers], dtype=np.float64)
    bow = larger.bow.at(anchors) if larger.bow else np.zeros_like(anchors)
    refinement = refine(grey, larger.matrix, numbers, anchors, bow, far=found.method == "tag")
    sheet, error = (refinement.sheet, refinement.error_mm) if refinement.found else (larger, found.error_mm)
    return replace(found, sheet=sheet, error_mm=error, pixels_per_mm=found.pixels_per_mm * factor)


def unfit(found: Registration, refinement: Refinement) -> Reason | None:
    """Return why a sheet that was found cannot be read, or None."""
    side = 20.0 * unit_mm(found.target.page.numbers)
    if found.box_pixels < MIN_BOX_PIXELS:
        return Reason("sheet_too_small", {"seen": int(found.box_pixels), "limit": MIN_BOX_PIXELS})
    if found.edge_width_mm > MAX_EDGE_SHARE * side:
        return Reason(
            "sheet_blurred", {"seen": round(found.edge_width_mm, 1), "limit": round(MAX_EDGE_SHARE * side, 1)}
        )
    if refinement.found < MIN_FRAMES_FOUND * refinement.searched:
        return Reason("frames_not_found", {"found": refinement.found, "searched": refinement.searched})
    return None


def _rotation(target: TaggedPage, matrix: Matrix) -> int:
    """Return the quarter, in degrees clockwise, that is nearest to how the sheet's upper edge runs."""
    size = target.form.sheet
    left, right = project(
        matrix, np.array([[0.25 * size.width, size.height / 2], [0.75 * size.width, size.height / 2]])
    )
    across = right - left
    return round(float(np.degrees(np.arctan2(across[1], across[0]))) / 90) * 90 % 360

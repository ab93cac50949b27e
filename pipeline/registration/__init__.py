"""Find the sheet in a picture: which page of which form it is, and where each of its millimetres lies.

tags        AprilTag: identity and direction
markers     the four corner markers: the homography
frames      the printed frames of the numbers: check, and refinement where the sheet bows
sharpness   how wide a printed edge is
sheet       the map from sheet mm to picture px that comes out
by_hand     the same from four corners that a person has marked
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from pipeline.forms import TaggedPage
from pipeline.forms.template import Boxes, Corners
from pipeline.reasons import Reason
from pipeline.registration.frames import Refinement, refine
from pipeline.registration.geometry import Grey, Matrix, Points, fit_homography, project
from pipeline.registration.markers import Marker, find_markers, foretold
from pipeline.registration.sharpness import edge_width_mm
from pipeline.registration.sheet import SheetMap
from pipeline.registration.tags import FoundTag, TagFinder

MIN_PIXELS_PER_MM = 0.6
"""Below this a box of 20 mm is 12 px wide, and readers guess."""

MAX_EDGE_WIDTH_MM = 5.0
"""Above this strokes of a pen 1 mm wide, 10 mm apart, run together."""

MAX_TAG_ERROR_MM = 12.0
"""How far the tag may lie from where the markers say it is: a bowed sheet moves it by up to 10 mm, a wrong marker by
far more."""

MIN_FRAMES_FOUND = 0.5
"""Share of the page's number frames that must be found where the registration says they are."""

CORNER_WORDS = {
    "top_left": ("upper left", "kiri atas"),
    "top_right": ("upper right", "kanan atas"),
    "bottom_right": ("lower right", "kanan bawah"),
    "bottom_left": ("lower left", "kiri bawah"),
}


@dataclass(frozen=True, slots=True)
class Registration:
    """A sheet that was found, in the pixels of the picture it was looked for in.

    Attributes:
        target: Form and page.
        sheet: Map from sheet mm to picture px.
        method: `tag` where the markers, with the tag, gave the homography; see `notes` for what was missing. `corners`
            where a person marked the corners of the sheet.
        rotation: Degrees clockwise that the sheet lies turned, to the nearest quarter.
        error_mm: See `Refinement`.
        edge_width_mm: Sharpness.
        pixels_per_mm: Least resolution among the numbers, in the picture it was looked for in.
        notes: Fallbacks that were taken.

    """

    target: TaggedPage
    sheet: SheetMap
    method: str
    rotation: int
    error_mm: float
    edge_width_mm: float
    pixels_per_mm: float
    notes: tuple[Reason, ...] = ()

    def outline(self) -> Points:
        """Return the four corners of the sheet in the picture, px (4, 2), clockwise from its upper left corner."""
        size = self.target.form.sheet
        return project(
            self.sheet.matrix,
            np.array([[0.0, 0.0], [size.width, 0.0], [size.width, size.height], [0.0, size.height]]),
        )


def register(grey: Grey, finder: TagFinder) -> Registration | Reason:
    """Find the sheet in a picture.

    Args:
        grey: The picture, uint8 (height, width), upright or not.
        finder: Looks for the tags of the installed forms.

    Returns:
        The registration, or the reason why the sheet is not found or not fit to be read, with what to do.

    """
    tags = finder.find(grey)
    if not tags:
        return Reason("tag_not_found")
    tag = tags[0]
    corners = tag.page.page.corners
    if corners is None:
        return Reason("form_without_corners", {"form": tag.page.form.id})
    markers = find_markers(grey, corners, tag)
    matrix = _homography(grey, corners, tag, markers)
    if isinstance(matrix, Reason):
        return matrix
    target, refinement = _likeliest(grey, matrix, tag.candidates, _anchors(matrix, corners, tag, markers))
    found = _described(grey, tag, target, refinement, _notes(tags, corners, markers))
    return unfit(found, refinement) or found


def _likeliest(
    grey: Grey, matrix: Matrix, candidates: tuple[TaggedPage, ...], anchors: tuple[Points, Points]
) -> tuple[TaggedPage, Refinement]:
    """Return which variant of a page lies there, by the frames that are printed on it, and the refinement on those.

    A variant gains by every frame that is there and loses by every frame that is not: with three pairs on the sheet the
    variant of two explains less, and the variant of four misses one. Of variants with the same frames, the first.
    """
    distinct: dict[tuple[tuple[str, Boxes], ...], TaggedPage] = {}
    for target in candidates:
        distinct.setdefault(target.page.frames, target)
    judged = [(target, refine(grey, matrix, target.page.numbers, *anchors)) for target in distinct.values()]
    return max(judged, key=lambda one: 2 * one[1].found - one[1].searched)


def refine_again(grey: Grey, factor: float, found: Registration) -> Registration:
    """Carry a registration over to the same picture decoded `factor` times as large, refined there."""
    larger = found.sheet.scaled(factor)
    numbers = found.target.page.numbers
    anchors = np.array([field.boxes.bounds[:2] for field in numbers], dtype=np.float64)
    bow = larger.bow.at(anchors) if larger.bow else np.zeros_like(anchors)
    refinement = refine(grey, larger.matrix, numbers, anchors, bow)
    sheet, error = (refinement.sheet, refinement.error_mm) if refinement.found else (larger, found.error_mm)
    return replace(found, sheet=sheet, error_mm=error, pixels_per_mm=found.pixels_per_mm * factor)


def _homography(grey: Grey, corners: Corners, tag: FoundTag, markers: Mapping[str, Marker]) -> Matrix | Reason:
    """Return the homography, or why there is none: markers outside the picture, or too few of them."""
    sheet = corners.points
    names = list(markers)
    source = np.array([sheet[name] for name in names]).reshape(-1, 2)
    target = np.array([markers[name].point for name in names]).reshape(-1, 2)
    if len(names) < 4:
        source, target = np.vstack([tag.sheet_corners, source]), np.vstack([tag.corners, target])
    matrix = fit_homography(source, target)
    if matrix is None:
        return Reason("sheet_not_found")
    missing = [name for name in sheet if name not in markers]
    if missing:
        view = foretold(source, target, grey.shape)[0]
        outside = [
            name for name in missing if _cut_off(grey, view, np.array(sheet[name]), len(missing) * corners.square)
        ]
        if outside or len(missing) > 1:
            return _corner_reason(outside or missing, "corner_outside" if outside else "corners_not_found")
    seen = project(np.linalg.inv(matrix), tag.corners)
    if np.abs(seen - tag.sheet_corners).max() > MAX_TAG_ERROR_MM:
        return Reason("sheet_not_found")
    return matrix


def _corner_reason(names: list[str], code: str) -> Reason:
    english, indonesian = (", ".join(CORNER_WORDS[name][i] for name in names) for i in (0, 1))
    return Reason(code, {"corners": english, "sudut": indonesian})


def _cut_off(grey: Grey, view: Matrix, point: Points, margin: float) -> bool:
    """Return whether a marker at the sheet point `point` (2,), `margin` mm around it, leaves the picture."""
    reach = margin * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    around = project(view, point + reach)
    height, width = grey.shape
    return bool((around < 0).any() or (around[:, 0] > width - 1).any() or (around[:, 1] > height - 1).any())


def _anchors(matrix: Matrix, corners: Corners, tag: FoundTag, markers: Mapping[str, Marker]) -> tuple[Points, Points]:
    """Return the sheet points (n, 2) that are known from markers and tag, and how far off they lie, mm (n, 2)."""
    points = np.vstack([*(np.array(corners.points[name]) for name in markers), tag.sheet_corners])
    seen = np.vstack([*(marker.point for marker in markers.values()), tag.corners])
    return points, project(np.linalg.inv(matrix), seen) - points


def _notes(tags: list[FoundTag], corners: Corners, markers: Mapping[str, Marker]) -> tuple[Reason, ...]:
    """Return what was done without: a hidden corner, further sheets in the same picture."""
    hidden = [name for name in corners.points if name not in markers]
    notes = [_corner_reason(hidden, "corner_hidden")] if hidden else []
    if len(tags) > 1:
        notes.append(Reason("several_sheets", {"count": len(tags)}))
    return tuple(notes)


def _described(
    grey: Grey, tag: FoundTag, target: TaggedPage, refinement: Refinement, notes: tuple[Reason, ...]
) -> Registration:
    sheet = refinement.sheet
    centres = [np.array(field.boxes.bounds[:2]) for field in target.page.numbers]
    across = tag.corners[1] - tag.corners[0]
    return Registration(
        target=target,
        sheet=sheet,
        method="tag",
        rotation=round(float(np.degrees(np.arctan2(across[1], across[0]))) / 90) * 90 % 360,
        error_mm=refinement.error_mm,
        edge_width_mm=edge_width_mm(grey, SheetMap(sheet.matrix), tag.sheet_corners),
        pixels_per_mm=min(sheet.resolution(centre) for centre in centres),
        notes=notes,
    )


def unfit(found: Registration, refinement: Refinement) -> Reason | None:
    """Return why a sheet that was found cannot be read, or None."""
    if found.pixels_per_mm < MIN_PIXELS_PER_MM:
        return Reason("sheet_too_small", {"seen": f"{found.pixels_per_mm:.2f}", "limit": MIN_PIXELS_PER_MM})
    if found.edge_width_mm > MAX_EDGE_WIDTH_MM:
        return Reason("sheet_blurred", {"seen": f"{found.edge_width_mm:.1f}", "limit": MAX_EDGE_WIDTH_MM})
    if refinement.found < MIN_FRAMES_FOUND * refinement.searched:
        return Reason("frames_not_found", {"found": refinement.found, "searched": refinement.searched})
    return None

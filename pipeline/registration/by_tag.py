"""A sheet with a tag: the tag says which page of which form it is and where to look for the corner markers."""

from collections.abc import Mapping

import numpy as np

from pipeline.forms import TaggedPage
from pipeline.forms.template import Boxes, Corners
from pipeline.reasons import Reason
from pipeline.registration.found import Registration, register_on, unfit
from pipeline.registration.frames import Refinement, refine
from pipeline.registration.geometry import Grey, Matrix, Points, fit_homography, project
from pipeline.registration.markers import Marker, find_markers, foretold
from pipeline.registration.tags import FoundTag

MAX_TAG_ERROR_MM = 12.0
"""How far the tag may lie from where the markers say it is: a bowed sheet moves it by up to 10 mm, a wrong marker by
far more."""

CORNER_WORDS = {
    "top_left": ("upper left", "kiri atas"),
    "top_right": ("upper right", "kanan atas"),
    "bottom_right": ("lower right", "kanan bawah"),
    "bottom_left": ("lower left", "kiri bawah"),
}


def register_by_tag(grey: Grey, tags: list[FoundTag]) -> Registration | Reason:
    """Register the sheet of the first of the tags in a picture, uint8 (height, width), by its corner markers.

    Returns:
        The registration, or the reason why the sheet is not found or not fit to be read, with what to do.

    """
    tag = tags[0]
    corners = tag.page.page.corners
    if corners is None:
        return Reason("form_without_corners", {"form": tag.page.form.id})
    markers = find_markers(grey, corners, tag)
    matrix = _homography(grey, corners, tag, markers)
    if isinstance(matrix, Reason):
        return matrix
    target, refinement = _likeliest(grey, matrix, tag.candidates, _anchors(matrix, corners, tag, markers))
    found = register_on(grey, target, matrix, refinement, "tag", _notes(tags, corners, markers))
    return unfit(found, refinement) or found


def _likeliest(
    grey: Grey, matrix: Matrix, candidates: tuple[TaggedPage, ...], anchors: tuple[Points, Points]
) -> tuple[TaggedPage, Refinement]:
    """Return which variant of a page lies there, by the frames that are printed on it, and the refinement on those.

    A variant gains by every frame that is there and loses by every frame that is not: with three pairs on the sheet the
    variant of two explains less, and the variant of four misses one. Of variants with the same frames, the first.
    Bare paper never looks like a frame (0.13 at most, of frames 0.58 at least), so one that bends away counts as there.
    """
    distinct: dict[tuple[tuple[str, Boxes], ...], TaggedPage] = {}
    for target in candidates:
        distinct.setdefault(target.page.frames, target)
    judged = [(target, refine(grey, matrix, target.page.numbers, *anchors)) for target in distinct.values()]
    return max(judged, key=lambda one: 2 * one[1].seen - one[1].searched)


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

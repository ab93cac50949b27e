"""Sheets with a tag: the tag says which page of which form it is and where to look for the corner markers."""

from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.forms.template import Corners
from pipeline.reasons import Reason
from pipeline.registration.geometry import Grey, Matrix, Points, fit_affinity, fit_homography, inside, project
from pipeline.registration.proposal import Landmarks, Proposal, Reach
from pipeline.registration.tags.detection import FoundTag
from pipeline.registration.tags.markers import Marker, find_markers, foretold
from pipeline.texts import listed

MAX_TAG_ERROR_MM = 12.0
"""How far the tag may lie from where the markers say it is: a bowed sheet moves it by up to 10 mm, a wrong marker by
far more."""

ENOUGH_MARKERS = 3
"""Markers that, with the tag, tell the plane of the sheet; with fewer its far end is a guess."""


def propose_by_tag(grey: Grey, tags: Sequence[FoundTag]) -> Proposal:
    """Return where the sheet of the first of the tags in a picture, uint8 (height, width), lies, by its corner markers.

    With advice to the uploader about every marker that is hidden or outside the picture.
    """
    tag = tags[0]
    corners = tag.page.page.corners
    markers = find_markers(grey, corners, tag) if corners else {}
    matrix = _homography(tag, corners, markers)
    if matrix is None:  # the markers and the tag are not on one sheet: only the tag is sure
        markers, matrix = {}, _from_tag(grey, tag)
    return Proposal(
        candidates=tag.candidates,
        matrix=matrix,
        method="tag",
        reach=Reach.FAR if len(markers) >= ENOUGH_MARKERS else Reach.ROUGH,
        landmarks=_landmarks(matrix, corners, tag, markers),
        tag=True,
        advice=_advice(grey, matrix, corners, markers, len(tags)),
    )


def _homography(tag: FoundTag, corners: Corners | None, markers: Mapping[str, Marker]) -> Matrix | None:
    """Return the homography through markers, and the tag where one is missing; None where they disagree."""
    if corners is None or len(markers) < ENOUGH_MARKERS:
        return None
    source = np.array([corners.points[name] for name in markers]).reshape(-1, 2)
    target = np.array([marker.point for marker in markers.values()]).reshape(-1, 2)
    if len(markers) < 4:
        source, target = np.vstack([tag.sheet_corners, source]), np.vstack([tag.corners, target])
    matrix = fit_homography(source, target)
    if matrix is None:
        return None
    seen = project(np.linalg.inv(matrix), tag.corners)
    return matrix if np.abs(seen - tag.sheet_corners).max() <= MAX_TAG_ERROR_MM else None


def _from_tag(grey: Grey, tag: FoundTag) -> Matrix:
    """Return the likeliest homography through the tag alone."""
    likely = foretold(tag.sheet_corners, tag.corners, grey.shape)
    return likely[0] if likely else fit_affinity(tag.sheet_corners, tag.corners)


def _landmarks(matrix: Matrix, corners: Corners | None, tag: FoundTag, markers: Mapping[str, Marker]) -> Landmarks:
    """Return the markers and the tag's corners, and how far off they lie."""
    names = list(markers) if corners else []
    points = np.vstack([*(np.array(corners.points[name]) for name in names if corners), tag.sheet_corners])
    seen = np.vstack([*(markers[name].point for name in names), tag.corners])
    return Landmarks(points, project(np.linalg.inv(matrix), seen) - points, np.ones(len(points)))


def _advice(
    grey: Grey, matrix: Matrix, corners: Corners | None, markers: Mapping[str, Marker], sheets: int
) -> tuple[Reason, ...]:
    """Return what would have made it easier: all markers in view, and one sheet a picture."""
    missing = [name for name in corners.points if name not in markers] if corners else []
    outside = [name for name in missing if corners and _cut_off(grey, matrix, np.array(corners.points[name]), corners)]
    # With few markers the map is a guess, and so is where the others should be.
    hidden = [name for name in missing if name not in outside] if len(markers) >= ENOUGH_MARKERS else []
    advice = [
        corner_reason(names, code) for names, code in ((outside, "corner_outside"), (hidden, "corner_hidden")) if names
    ]
    if sheets > 1:
        advice.append(Reason("several_sheets", {"count": sheets}))
    return tuple(advice)


def corner_reason(names: Sequence[str], code: str) -> Reason:
    """Return the reason about these corners of the sheet."""
    words = [f"corner_{name}" for name in names]
    return Reason(code, {"corners": listed(words, "en"), "sudut": listed(words, "id")})


def _cut_off(grey: Grey, view: Matrix, point: Points, corners: Corners) -> bool:
    """Return whether a marker at the sheet point `point` (2,) leaves the picture."""
    reach = corners.square * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    around = project(view, point + reach)
    return not inside(around, (grey.shape[1], grey.shape[0])).all()

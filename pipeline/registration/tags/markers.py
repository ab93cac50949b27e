"""The four corner markers: found one by one outward from the tag, each in a straightened window.

All four look the same and so do many dark shapes on a table, so every window gives several candidates, and those are
taken that agree best with one view of markers and tag together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.template import Corners
from pipeline.registration.geometry import Grey, Matrix, Points, fit_affinity, fit_homography, peaks, project, window
from pipeline.registration.tags.detection import FoundTag

MIN_SCORE = 0.55
"""Normalised correlation from which a window is taken to show a marker; on paper prints it is 0.75 to 0.98."""

MIN_CONTRAST = 22.0
"""Grey levels between the dark and the light quarters of a marker: less is noise in an even surface."""

FOCAL_LENGTH = 0.75
"""Focal length of a phone's main camera (26 mm on 35 mm film), as a share of the picture's long side."""

CLEAR_SCORE = 0.8
"""A candidate above this ends the search of its corner: no other view of the sheet is tried."""

MIN_SCORE_NEARBY = 0.7
"""Without a candidate this good where a marker is foretold, it is looked for far around."""

MAX_MISFIT_MM = 3.0
"""Root mean square distance of tag and markers from one plane, above which the least marker-like is suspected."""

_FAR_DRIFT = 0.42
_FAR_SIZES = (0.65, 0.85, 1.1)
_CANDIDATES = 4
_CLEAR_LEAD = 0.2
_HYPOTHESES = 4
_CANDIDATE_SCORE = 0.45
_POINTS_THAT_SUFFICE = 7
_SEARCH_DENSITY = 0.65
_FINE_DENSITY = 3.0
# How far off a foretold marker may be, as a share of its distance from the nearest point known.
_DRIFT, _SLIGHT_DRIFT = 0.17, 0.05
_MARGIN_MM = 14.0


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker, or a candidate for one: its place in the picture, px (2,), and how much it looks like one, 0 to 1."""

    point: Points
    score: float


def find_markers(grey: Grey, corners: Corners, tag: FoundTag) -> Mapping[str, Marker]:
    """Return the markers that were found, by name (top_left, ...); missing ones are left out.

    They are looked for from the tag outward, and every marker found sharpens where the next is looked for.
    """
    sheet = {name: np.array(point) for name, point in corners.points.items()}
    middle = tag.sheet_corners.mean(axis=0)
    hypotheses: list[dict[str, Marker]] = [{}]
    for name in sorted(sheet, key=lambda name: float(np.hypot(*(sheet[name] - middle)))):
        candidates = _look(grey, corners, tag, sheet, name, hypotheses[0])
        grown = [{**known, name: marker} for known in hypotheses for marker in candidates]
        # A clear marker is not done without; that saves most of the work on a good picture.
        tried = grown if candidates and candidates[0].score > CLEAR_SCORE else hypotheses + grown
        if len(tried) == 1:
            hypotheses = tried
            continue
        judged = [(_value(tag, sheet, known, grey.shape), index, known) for index, known in enumerate(tried)]
        hypotheses = [known for _, _, known in sorted(judged, reverse=True)[:_HYPOTHESES]]
    found = _refined(grey, corners, tag, sheet, hypotheses[0])
    return _without_impostors(tag, sheet, _second_look(grey, corners, tag, sheet, found))


def _without_impostors(tag: FoundTag, sheet: Mapping[str, Points], found: dict[str, Marker]) -> dict[str, Marker]:
    """Leave out the least marker-like if the sheet fits far better without them: the true ones are not in view."""
    misfit = _misfit_mm(tag, sheet, found)
    kept = dict(found)
    for weakest in sorted(found, key=lambda name: found[name].score):
        if misfit <= MAX_MISFIT_MM or found[weakest].score > CLEAR_SCORE:
            break
        del kept[weakest]
        if _misfit_mm(tag, sheet, kept) < misfit / 2:
            return kept
    return found


def _misfit_mm(tag: FoundTag, sheet: Mapping[str, Points], markers: Mapping[str, Marker]) -> float:
    source, target = _pairs(tag, sheet, markers)
    matrix = fit_homography(source, target)
    return 99.0 if matrix is None else _residual_mm(source, target, matrix)


def _second_look(
    grey: Grey, corners: Corners, tag: FoundTag, sheet: Mapping[str, Points], found: dict[str, Marker]
) -> dict[str, Marker]:
    """Look again for the marker that is missing or least like one, now that three others tell where it must be."""
    doubtful = min(sheet, key=lambda name: found[name].score if name in found else 0.0)
    if len(found) < 3 or (doubtful in found and found[doubtful].score > CLEAR_SCORE):
        return found
    known = {name: marker for name, marker in found.items() if name != doubtful}
    for candidate in _look(grey, corners, tag, sheet, doubtful, known):
        again = _refined(grey, corners, tag, sheet, {**known, doubtful: candidate})
        if sum(marker.score for marker in again.values()) > sum(marker.score for marker in found.values()):
            found = again
    return found


def _look(
    grey: Grey, corners: Corners, tag: FoundTag, sheet: Mapping[str, Points], name: str, known: Mapping[str, Marker]
) -> list[Marker]:
    """Return the candidates for one marker, looked for as each likely view of the sheet foretells it."""
    source, target = _pairs(tag, sheet, known)
    away, found = float(np.hypot(*(source - sheet[name]).T).min()), list[Marker]()
    views = foretold(source, target, grey.shape)
    # Most lie close to where the first view foretells them, and are clear.
    for view, drift in [*((view, _SLIGHT_DRIFT) for view in views[:1]), *((view, _DRIFT) for view in views)]:
        found += _candidates(grey, corners, view, sheet[name], _MARGIN_MM + drift * away)
        if found and max(marker.score for marker in found) > CLEAR_SCORE:
            break
    if not found or max(marker.score for marker in found) < MIN_SCORE_NEARBY:
        found += _look_far(grey, corners, source, target, sheet[name])
    distinct: list[Marker] = []
    for marker in sorted(found, key=lambda marker: -marker.score):
        if all(np.hypot(*(marker.point - other.point)) > 3 for other in distinct):
            distinct.append(marker)
    # Beside a clear marker only what is nearly as good can be the right one.
    least = distinct[0].score - _CLEAR_LEAD if distinct and distinct[0].score > CLEAR_SCORE else 0.0
    return [marker for marker in distinct[:_CANDIDATES] if marker.score >= least]


def _look_far(grey: Grey, corners: Corners, source: Points, target: Points, at: Points) -> list[Marker]:
    """Return candidates from a wide window, at several sizes: a sheet that curls at its tag foretells nothing well."""
    view = fit_affinity(source, target)
    reach = _FAR_DRIFT * float(np.hypot(*(source - at).T).min())
    return [marker for size in _FAR_SIZES for marker in _candidates(grey, corners, view, at, reach, size)]


def _value(tag: FoundTag, sheet: Mapping[str, Points], known: Mapping[str, Marker], shape: tuple[int, ...]) -> float:
    """Return how good a set of markers is: what they look like, less how badly they and the tag fit one view."""
    source, target = _pairs(tag, sheet, known)
    residual = min((_residual_mm(source, target, view) for view in foretold(source, target, shape)), default=99.0)
    # One marker more is worth a residual of 4 mm; a far tag corner alone is off by half a millimetre.
    return sum(marker.score + 0.5 for marker in known.values()) - 0.35 * residual


def foretold(source: Points, target: Points, shape: tuple[int, ...]) -> list[Matrix]:
    """Return the likely homographies from `source` (n, 2) mm to `target` (n, 2) px of a picture of `shape`.

    With three markers and the tag the points speak for themselves. With fewer, they lie too close together to tell the
    perspective of the far end, unless the camera is a real one: then the pose follows (Collins and Bartoli,
    "Infinitesimal plane-based pose estimation", IJCV 2014), in two ways where the view is nearly flat.
    """
    if len(source) >= _POINTS_THAT_SUFFICE:
        matrix = fit_homography(source, target)
        return [] if matrix is None else [matrix]
    focal = FOCAL_LENGTH * max(shape)
    camera = np.array([[focal, 0, shape[1] / 2], [0, focal, shape[0] / 2], [0, 0, 1]])
    solid = np.column_stack([source, np.zeros(len(source))])
    _, turns, shifts, errors = cv2.solvePnPGeneric(solid, target, camera, None, flags=cv2.SOLVEPNP_IPPE)
    poses = []
    for turn, shift, error in zip(turns, shifts, np.ravel(errors), strict=True):
        rotation = cv2.Rodrigues(turn)[0]
        if error <= 2.0 * float(np.min(errors)) + 0.2:
            poses.append(camera @ np.column_stack([rotation[:, 0], rotation[:, 1], shift.ravel()]))
    flat = fit_affinity(source, target)
    return [*poses[:1], *(_between(pose, flat, source) for pose in poses[:1]), flat, *poses[1:]]


def _between(first: Matrix, second: Matrix, near: Points) -> Matrix:
    """Return the view halfway between two: a lens longer than foretold, or a cut of a picture."""
    reach = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]) * 1000.0 + near.mean(axis=0) - 500.0
    halfway = fit_homography(reach, (project(first, reach) + project(second, reach)) / 2)
    return first if halfway is None else halfway


def _candidates(
    grey: Grey, corners: Corners, matrix: Matrix, at: Points, reach: float, size: float = 1.0
) -> list[Marker]:
    """Return what looks like a marker, `size` times as large as foretold, within `reach` mm of the sheet point `at`."""
    pattern = marker_pattern(corners, size * _SEARCH_DENSITY)
    half = reach + pattern.shape[0] / _SEARCH_DENSITY / 2
    view = window(grey, matrix, at, (half, half), _SEARCH_DENSITY)
    scores = marker_correlation(view, pattern)
    found = peaks(scores, _CANDIDATES, radius=round(corners.square * _SEARCH_DENSITY))
    points = np.array([[x, y] for x, y, _ in found]).reshape(-1, 2) + (pattern.shape[0] - 1) / 2
    on_sheet = points / _SEARCH_DENSITY + at - half
    in_picture = project(matrix, on_sheet)
    height, width = grey.shape
    return [
        Marker(point, score)
        for point, (_, _, score) in zip(in_picture, found, strict=True)
        if score >= _CANDIDATE_SCORE and -0.5 <= point[0] < width and -0.5 <= point[1] < height
    ]


def _residual_mm(source: Points, target: Points, matrix: Matrix) -> float:
    """Return the root mean square distance of `target` (n, 2) px from `source` (n, 2), in mm on the sheet."""
    try:
        back = project(np.linalg.inv(matrix), target)
    except np.linalg.LinAlgError:
        return 99.0
    return float(np.sqrt(np.mean(np.sum((back - source) ** 2, axis=1))))


def _pairs(tag: FoundTag, sheet: Mapping[str, Points], chosen: Mapping[str, Marker]) -> tuple[Points, Points]:
    """Return the points known so far, on the sheet (n, 2) and in the picture (n, 2): the tag first, then markers."""
    source = np.vstack([tag.sheet_corners, *(sheet[name] for name in chosen)])
    target = np.vstack([tag.corners, *(marker.point for marker in chosen.values())])
    return source, target


def _refined(
    grey: Grey, corners: Corners, tag: FoundTag, sheet: Mapping[str, Points], chosen: Mapping[str, Marker]
) -> dict[str, Marker]:
    """Measure every chosen marker again, in a finer window that is straightened by all of them together."""
    source, target = _pairs(tag, sheet, chosen)
    matrix = fit_homography(source, target) if len(chosen) > 2 else fit_affinity(source, target)
    if matrix is None:
        return {}
    refined = {}
    for name in chosen:
        pattern = marker_pattern(corners, _FINE_DENSITY)
        middle = project(np.linalg.inv(matrix), chosen[name].point[None])[0]
        half = pattern.shape[0] / _FINE_DENSITY / 2 + 4.0
        view = window(grey, matrix, middle, (half, half), _FINE_DENSITY)
        scores = marker_correlation(view, pattern)
        for x, y, score in peaks(scores, 1, radius=1):
            place = (np.array([x, y]) + (pattern.shape[0] - 1) / 2) / _FINE_DENSITY + middle - half
            if score >= MIN_SCORE:
                refined[name] = Marker(project(matrix, place[None])[0], score)
    return refined


@lru_cache(maxsize=16)
def marker_pattern(corners: Corners, density: float) -> Grey:
    """Draw one marker with a white margin, its point in the middle, at `density` px per mm."""
    margin = 0.45 * corners.square
    reach = corners.square if corners.kind == "checkerboard" else corners.square / 2
    size = 2 * round((reach + margin) * density) + 1
    axis = (np.arange(size) - size // 2) / density
    x, y = np.meshgrid(axis, axis)
    if corners.kind == "checkerboard":
        dark = (x * y > 0) & (np.maximum(abs(x), abs(y)) <= corners.square)
    else:
        dark = np.maximum(abs(x), abs(y)) <= reach
    return np.where(dark, 0, 255).astype(np.uint8)


def marker_correlation(view: Grey, pattern: Grey) -> NDArray[np.float32]:
    """Return the normalised correlation of `view` with `pattern`, 0 where the view is too even to show anything."""
    scores = np.asarray(cv2.matchTemplate(view, pattern, cv2.TM_CCOEFF_NORMED), dtype=np.float32)
    side = pattern.shape[0]
    within = slice(side // 2, side // 2 + scores.shape[0]), slice(side // 2, side // 2 + scores.shape[1])
    mean = cv2.boxFilter(view, cv2.CV_32F, (side, side))[within]
    square = cv2.sqrBoxFilter(view, cv2.CV_32F, (side, side))[within]
    scores[square - mean * mean <= (MIN_CONTRAST / 2) ** 2] = 0.0
    return scores

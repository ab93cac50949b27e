"""Sheets known by their print: voted for by all words of a straightened view, then laid onto what is printed there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.registration.geometry import Matrix, Points, inside, pixels_per_mm, project
from pipeline.registration.picture import Picture
from pipeline.registration.prints.basis import load_basis
from pipeline.registration.prints.descriptors import Features, turned
from pipeline.registration.prints.library import Printed
from pipeline.registration.prints.matching import match_near
from pipeline.registration.prints.voting import PrintIndex
from pipeline.registration.proposal import NONE, Landmarks, Proposal, Reach
from pipeline.registration.surface import fit_robustly, fit_surface

TRIED = 4
"""How many of the likeliest places are laid onto the picture. On real pages the right one was among the first three."""

ROUGH, FINE = ((0.063, 7.0), (0.025, 5.0)), (0.021, 0.012, 0.0085)
"""How far from where it is foretold print is looked for, as a share of the view's longer side, step by step; of the
first steps also how far, px, it may miss a plane."""

UNFOLDING = (0.03, *FINE)
"""The same, where bends are known only in part."""

FEWEST = 12
"""Printed features that must agree."""

STIFFNESS, TOLERANCE = 0.1, 1.5 / 900
"""Of the surface (`fit_robustly`): how far right matches may miss it, as a share of the sheet's longer side."""

CLOSE_VOTE = 0.6
"""Places with this share of the votes of the likeliest are laid onto the picture with it, the others only if those do
not do."""

LEAST_PX = 2.5
"""Diameter, px of the view, from which a printed feature may be expected to be found."""

EXPECTED = 60
"""Features of which a share is told at least: a dozen of a dozen are no more than chance may bring together."""

MOST_LANDMARKS = 240
WEIGHT = 0.25
"""Of a printed feature against a number's frame, which is found twice as exactly."""


@dataclass(frozen=True, slots=True)
class _Side:
    """The view turned back for one direction: homography from the picture, features, and descriptors made small."""

    matrix: Matrix
    seen: Features
    small: NDArray[np.float32]
    size: tuple[int, int]
    mirrored: bool


def propose_by_print(
    picture: Picture,
    known: tuple[Sequence[Printed], PrintIndex],
    *,
    mirrored: bool = False,
    outside: Points | None = None,
) -> Iterator[Sequence[Proposal]]:
    """Yield where pages lie by their print: those that most of it votes for, most print in its place first; then more.

    Args:
        picture: The picture.
        known: Pages that are known by their print, and their index.
        mirrored: Whether to look for sheets that are shown mirrored.
        outside: Corners, px (4, 2), of a sheet that is known already: only what lies around it is looked at.

    """
    printed, index = known
    kept = None if outside is None else _around(picture, outside)
    sides = [_side(picture, turn, mirrored, kept) for turn in range(4)]
    votes = [(vote, side) for side in sides for vote in index.votes(side.seen, side.small, side.size)]
    votes.sort(key=lambda one: -one[0].weight)
    close = sum(vote.weight >= CLOSE_VOTE * votes[0][0].weight for vote, _ in votes[:TRIED])
    for some in (votes[:close], votes[close:TRIED]):
        laid = (_voted(printed[vote.page], vote.matrix, side) for vote, side in some)
        yield sorted((proposal for proposal in laid if proposal), key=lambda proposal: -len(proposal.landmarks.points))


def lay_by_print(
    picture: Picture, printed: Printed, matrix: Matrix, start: Landmarks = NONE, held: Landmarks = NONE
) -> Proposal | None:
    """Lay a page onto its print, starting from a map that is right but for bends of the paper.

    Args:
        picture: The picture.
        printed: The page.
        matrix: Homography (3, 3) from sheet mm to picture px.
        start: What of the sheet was found before: where print is looked for first.
        held: What of the sheet is sure to lie where it was found, and holds the surface.

    Returns:
        The proposal, or None where the print cannot be seen.

    """
    view = picture.straight
    sheet = printed.candidates[0].form.sheet
    seen = project(view.matrix @ matrix, np.array([[0.0, 0.0], [sheet.width, 0.0], [0.0, sheet.height]]))
    right, down = seen[1] - seen[0], seen[2] - seen[0]
    mirrored = bool(right[0] * down[1] - right[1] * down[0] < 0)
    quarters = round(float(np.arctan2(-down[0], down[1])) / (np.pi / 2)) % 4
    side = _side(picture, quarters, mirrored)
    reaches = UNFOLDING if len(start.points) else FINE
    return _laid(printed, side.matrix @ matrix, side, reaches, start, held)


def _side(picture: Picture, quarters: int, mirrored: bool, kept: NDArray[np.bool_] | None = None) -> _Side:
    view = picture.straight
    matrix, points, size = view.turned_back(quarters, mirrored=mirrored)
    # The order in which the view shows a sheet's descriptors, undone.
    upright = np.argsort(turned(quarters, mirrored=mirrored))
    seen = Features(points, view.features.sizes, view.features.descriptors[:, upright])
    seen = seen if kept is None else seen.kept(kept)
    return _Side(matrix, seen, load_basis().reduced(seen.descriptors), size, mirrored)


def _around(picture: Picture, outline: Points) -> NDArray[np.bool_]:
    """Return which features (n,) of the view lie outside a quadrilateral of the picture, px (4, 2)."""
    seen = project(picture.straight.matrix, outline).astype(np.float32)
    points = picture.straight.features.points
    return np.array([cv2.pointPolygonTest(seen, (float(x), float(y)), False) < 0 for x, y in points])


def _voted(printed: Printed, matrix: Matrix, side: _Side) -> Proposal | None:
    """Lay a page onto the view where it was voted for; None where its print does not agree on a plane."""
    page = printed.page
    for reach, tolerance in ROUGH:
        matches = match_near(page, matrix, page.points, side.seen, side.small, reach * max(side.size))
        fitted = _plane(page.points[matches.printed], side.seen.points[matches.seen], tolerance)
        if fitted is None:
            return None
        matrix = fitted
    return _laid(printed, matrix, side, FINE)


def _laid(
    printed: Printed,
    matrix: Matrix,
    side: _Side,
    reaches: Sequence[float],
    start: Landmarks = NONE,
    held: Landmarks = NONE,
) -> Proposal | None:
    """Lay a page onto the view closer and closer, bends and all; None where its print is not there."""
    page, sheet = printed.page, printed.candidates[0].form.sheet
    size, tolerance = (sheet.width, sheet.height), TOLERANCE * max(sheet.width, sheet.height)
    moved = page.points
    if len(start.points):
        moved = moved + fit_surface(size, start.points, start.shifts, start.weights, STIFFNESS).at(moved)
    for reach in reaches:
        matches = match_near(page, matrix, moved, side.seen, side.small, reach * max(side.size))
        if len(matches.printed) < FEWEST:
            return None
        points = page.points[matches.printed]
        shifts = project(np.linalg.inv(matrix), side.seen.points[matches.seen]) - points
        every = Landmarks(points, shifts, matches.alike**2).joined(held)
        surface, misses = fit_robustly(size, every.points, every.shifts, every.weights, STIFFNESS, tolerance)
        moved = page.points + surface.at(page.points)
    right = misses[: len(points)] < 2 * tolerance
    if right.sum() < FEWEST:
        return None
    expected = inside(project(matrix, moved), side.size)
    expected &= page.sizes * pixels_per_mm(matrix, moved.mean(axis=0)) >= LEAST_PX
    expected[: page.witnesses] = False
    return Proposal(
        candidates=printed.candidates,
        matrix=np.linalg.inv(side.matrix) @ matrix,
        method="print",
        reach=Reach.NEAR,
        landmarks=_landmarks(points[right], shifts[right], matches.alike[right]),
        mirrored=side.mirrored,
        matched=float(right.sum() / max(expected.sum(), right.sum(), EXPECTED)),
    )


def _plane(points: Points, seen: Points, tolerance: float) -> Matrix | None:
    """Return the homography (3, 3) that most matches agree with (Barath et al., "MAGSAC++", CVPR 2020), or None."""
    if len(points) < FEWEST:
        return None
    matrix, _ = cv2.findHomography(
        points, seen, cv2.USAC_MAGSAC, ransacReprojThreshold=tolerance, maxIters=3000, confidence=0.999
    )
    return None if matrix is None or abs(np.linalg.det(matrix)) < 1e-12 else np.asarray(matrix, dtype=np.float64)


def _landmarks(points: Points, shifts: Points, alike: Points) -> Landmarks:
    """Return the likest of the matches, which are enough to hold the surface."""
    best = np.argsort(-alike)[:MOST_LANDMARKS]
    return Landmarks(points[best], shifts[best], WEIGHT * alike[best] ** 2)

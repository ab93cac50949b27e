"""One frame for all photographs of a page: what they have in common, and where each of them shows it.

The photographs are laid onto their common print, bends and all, and the frame is bent back by what their bends have in
common: no photograph's own perspective and curl remains in it, as in a bundle of which every picture has the same say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.drafting.filled.anchors import Anchors, no_anchors
from pipeline.drafting.filled.photograph import Photograph, common_print, flat, middles, net, shows
from pipeline.registration.geometry import Matrix, Points, inside, pixels_per_mm, project
from pipeline.registration.picture import StraightView
from pipeline.registration.prints.basis import load_basis
from pipeline.registration.prints.descriptors import Features, find_features, turned
from pipeline.registration.prints.matching import match_near
from pipeline.registration.prints.page_print import PagePrint
from pipeline.registration.sheet import SheetMap
from pipeline.registration.surface import Surface, fit_robustly, fit_surface, trust_of

LONG_SIDE = 1500
"""Of the frame while photographs are laid onto their common print, px: 1.7 px per mm of a wall sheet."""

ROUGH, FINE = 0.012, 0.006
"""How far from where it is foretold a photograph's print is looked for, first and then, as a share of the frame's
longer side. Planes laid on each other miss a bent sheet by up to a hundredth of it."""

MOST, FEWEST = 4000, 40
"""Features of the common print, and how many of them a photograph must show to lie in the frame."""

STIFFNESS, TOLERANCE = 0.1, 1.0 / 900
"""Of the bends (`fit_robustly`): how far right matches may miss, as a share of the frame's longer side."""

ANCHOR_WEIGHT = 20.0
"""Of a corner marker against a feature of the print, which is found a third as exactly."""


@dataclass(frozen=True, slots=True)
class _Sight:
    """What is seen in a photograph: places in its picture, px (n, 2), sizes in the frame (n,), small descriptors."""

    points: Points
    sizes: Points
    small: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Matches:
    """Where common print is: in the frame (n, 2), in the photograph, px (n, 2), and how alike it is (n,)."""

    frame: Points
    picture: Points
    alike: Points


def in_one_frame(
    photographs: Sequence[Photograph], views: Sequence[StraightView], size: tuple[float, float]
) -> tuple[list[Photograph], list[Photograph]]:
    """Lay photographs onto what they have in common.

    Args:
        photographs: Each with a first place in the frame, which is a plane.
        views: Their straightened views.
        size: Width and height of the frame, in its own unit.

    Returns:
        The photographs with their places in the common frame; those whose print does not lie there.

    """
    sights = [_of_view(view, one.place) for one, view in zip(photographs, views, strict=True)]
    left, lost = _laid(photographs, sights, size, ROUGH, {})
    left, more = _laid(left, [_of_flat(one, size) for one in left], size, FINE, {})
    return left, [*lost, *more]


def anchored(
    photographs: Sequence[Photograph], size: tuple[float, float], anchors: Mapping[str, Anchors]
) -> list[Photograph]:
    """Lay photographs onto what they have in common, and onto the points whose places are known.

    Args:
        photographs: In the frame of the sheet.
        size: Its width and height, mm.
        anchors: Of photographs, by name.

    """
    return _laid(photographs, [_of_flat(one, size) for one in photographs], size, FINE, anchors)[0]


def settled(
    photographs: Sequence[Photograph], size: tuple[float, float], anchors: Mapping[str, Anchors]
) -> list[Photograph]:
    """Lay photographs onto what they have in common as `anchored` does, in a frame that stays as it is.

    A frame that was made true is not bent back to where the bends of most sheets cancel out.
    """
    kept, _ = _matched(photographs, [_of_flat(one, size) for one in photographs], size, FINE)
    return _placed(kept, size, anchors)


def _laid(
    photographs: Sequence[Photograph],
    sights: Sequence[_Sight],
    size: tuple[float, float],
    reach: float,
    anchors: Mapping[str, Anchors],
) -> tuple[list[Photograph], list[Photograph]]:
    """Lay photographs onto their common print; return them, and those of which too little is there."""
    kept, lost = _matched(photographs, sights, size, reach)
    return _bent_back(kept, size, anchors) if kept else [], lost


def _matched(
    photographs: Sequence[Photograph], sights: Sequence[_Sight], size: tuple[float, float], reach: float
) -> tuple[list[tuple[Photograph, _Matches]], list[Photograph]]:
    """Find what photographs have in common in each; return where it is found, and those that show too little of it."""
    common = _common(photographs, size)
    found = [_matches(*one, common, reach * max(size)) for one in zip(photographs, sights, strict=True)]
    kept = [(one, matches) for one, matches in zip(photographs, found, strict=True) if matches is not None]
    return kept, [one for one, matches in zip(photographs, found, strict=True) if matches is None]


def _common(photographs: Sequence[Photograph], size: tuple[float, float]) -> PagePrint:
    """Return the common print as features in the frame's unit."""
    density = LONG_SIDE / max(size)
    found = find_features(common_print(photographs, size, density), MOST)
    small = load_basis().reduced(found.descriptors)
    words = np.zeros(len(small), np.intp)
    return PagePrint((found.points + 0.5) / density, found.sizes / density, small, words, 0)


def _of_view(view: StraightView, place: SheetMap) -> _Sight:
    """Return what is seen in a straightened view, described as the frame shows it, however the sheet lies there."""
    matrix = view.matrix @ place.matrix
    middle = project(np.linalg.inv(matrix), np.array([view.size]) / 2)
    right, down = project(matrix, middle + np.array([[1.0, 0.0], [0.0, 1.0]])) - project(matrix, middle)
    quarters = round(float(np.arctan2(right[1] - down[0], right[0] + down[1])) / (np.pi / 2)) % 4
    features = view.features
    small = load_basis().reduced(features.descriptors[:, np.argsort(turned(quarters))])
    points = project(np.linalg.inv(view.matrix), features.points)
    return _Sight(points, features.sizes / pixels_per_mm(matrix, middle[0]), small)


def _of_flat(photograph: Photograph, size: tuple[float, float]) -> _Sight:
    """Return what is seen of a photograph in the frame."""
    density = LONG_SIDE / max(size)
    found: Features = find_features(flat(photograph, *(middles(side, density) for side in size)).picture, MOST)
    points = photograph.place.to_picture((found.points + 0.5) / density)
    return _Sight(points, found.sizes / density, load_basis().reduced(found.descriptors))


def _matches(photograph: Photograph, sight: _Sight, common: PagePrint, reach: float) -> _Matches | None:
    """Find the common print in a photograph; None where too little of it is there."""
    inner = inside(sight.points, photograph.size)
    points, small = sight.points[inner], sight.small[inner]
    seen = Features(in_frame(photograph.place, points), sight.sizes[inner], np.zeros((len(points), 0), np.float32))
    matches = match_near(common, np.eye(3), common.points, seen, small, reach)
    if len(matches.printed) < FEWEST:
        return None
    return _Matches(common.points[matches.printed], points[matches.seen], matches.alike)


def in_frame(place: SheetMap, picture: Points) -> Points:
    """Return where points of a picture, px (n, 2), are in the frame (n, 2): the bend is taken back step by step."""
    flat_points = project(np.linalg.inv(place.matrix), picture)
    points = flat_points
    for _ in range(3):
        points = flat_points - place.displacement(points)
    return points


def _bent_back(
    kept: Sequence[tuple[Photograph, _Matches]], size: tuple[float, float], anchors: Mapping[str, Anchors]
) -> list[Photograph]:
    """Fit the places of photographs anew, in a frame that is bent back by what their bends have in common."""
    bend = _shared(_placed(kept, size, anchors), size)
    moved = [(one, replace(found, frame=found.frame + bend.at(found.frame))) for one, found in kept]
    return _placed(moved, size, anchors)


def _placed(
    kept: Sequence[tuple[Photograph, _Matches]], size: tuple[float, float], anchors: Mapping[str, Anchors]
) -> list[Photograph]:
    """Return photographs where their matches, and the points whose places are known, say that they lie."""
    return [replace(one, place=_fitted(found, size, anchors.get(one.name, no_anchors()))) for one, found in kept]


def _shared(photographs: Sequence[Photograph], size: tuple[float, float]) -> Surface:
    """Return what the bends of photographs have in common: everywhere by the word of those that show the place."""
    points = net(size)
    shown = np.array([shows(one, points) for one in photographs])
    known = shown.any(axis=0)
    bends = np.array([one.place.displacement(points) for one in photographs])
    bends[~shown] = np.nan
    middle = np.nanmedian(bends[:, known], axis=0)
    return fit_surface(size, points[known], middle, np.ones(len(middle)), STIFFNESS)


def _fitted(found: _Matches, size: tuple[float, float], held: Anchors) -> SheetMap:
    """Return the map from the frame to a photograph that its matches follow: a plane, and how the paper bends."""
    matrix = _plane(found)
    back, tolerance = np.linalg.inv(matrix), TOLERANCE * max(size)
    shifts = project(back, found.picture) - found.frame
    surface, misses = fit_robustly(size, found.frame, shifts, found.alike**2, STIFFNESS, tolerance)
    if len(held.printed):
        trust = found.alike**2 * trust_of(misses / tolerance)
        points, shifts = (
            np.vstack([found.frame, held.printed]),
            np.vstack([shifts, project(back, held.picture) - held.printed]),
        )
        weights = np.append(trust, np.full(len(held.printed), ANCHOR_WEIGHT))
        surface = fit_surface(size, points, shifts, weights, STIFFNESS)
    return SheetMap(matrix, surface)


def _plane(found: _Matches) -> Matrix:
    # Loose enough for a bent sheet: what is left over is the bend.
    scale = float(np.sqrt(np.prod(np.ptp(found.picture, axis=0)) / np.prod(np.ptp(found.frame, axis=0))))
    tolerance = 6.0 * scale * TOLERANCE * max(np.ptp(found.frame, axis=0))
    matrix, _ = cv2.findHomography(found.frame, found.picture, cv2.RANSAC, tolerance, maxIters=2000, confidence=0.999)
    return np.asarray(matrix, dtype=np.float64)

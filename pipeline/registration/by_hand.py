"""A sheet whose four corners a person has marked, because neither tag nor markers were found.

A hand is off by some millimetres. The printed frames of the numbers are looked for around where the hand puts them, the
homography is fitted anew to those that were found, and refined on them as any other. What does not find its frames is
refused: a garbage warp must not be read.
"""

import cv2
import numpy as np

from pipeline.forms import TaggedPage
from pipeline.reasons import Reason
from pipeline.registration.found import Registration, register_on, unfit
from pipeline.registration.frames import Refinement, refine
from pipeline.registration.geometry import Grey, Points, corners, fit_homography, project

ENOUGH = 6
"""Frames from which the homography is fitted anew; fewer leave it as the hand gave it."""

MIN_AREA_SHARE = 0.01
"""A sheet that covers less of the picture cannot be read anyway."""


def register_by_corners(grey: Grey, target: TaggedPage, outline: Points) -> Registration | Reason:
    """Register a sheet by its corners.

    Args:
        grey: The picture, uint8 (height, width).
        target: Form and page that lies there.
        outline: The sheet's corners in the picture, px (4, 2), clockwise from the one that is upper left on the sheet.

    Returns:
        The registration, or the reason why these corners are none or the sheet is not fit to be read.

    """
    if (fault := fault_of(grey.shape[1], grey.shape[0], outline)) is not None:
        return Reason("corners_invalid", {"problem": fault})
    size, numbers = target.form.sheet, target.page.numbers
    sheet = corners((0.0, 0.0, size.width, size.height))
    matrix = fit_homography(sheet, outline)
    if matrix is None:
        return Reason("corners_invalid", {"problem": "no perspective view"})
    refinement = refine(grey, matrix, numbers, sheet, np.zeros_like(sheet))
    centres, seen = _frames(target, refinement)
    again = fit_homography(centres, seen) if len(centres) >= ENOUGH else None
    if again is not None:
        matrix = again
        refinement = refine(grey, matrix, numbers, centres, project(np.linalg.inv(matrix), seen) - centres)
    found = register_on(grey, target, matrix, refinement, "corners", (Reason("corners_by_hand"),))
    return unfit(found, refinement) or found


def fault_of(width: int, height: int, outline: Points) -> str | None:
    """Return what is wrong with four corners in a picture of this size, in px; None if they can be a sheet's."""
    x, y = outline.T
    if not np.isfinite(outline).all():
        return "a coordinate is no number"
    if (x < -0.5 * width).any() or (x > 1.5 * width).any() or (y < -0.5 * height).any() or (y > 1.5 * height).any():
        return "a point lies far outside the picture"
    ahead, after = np.roll(outline, -1, axis=0) - outline, np.roll(outline, -2, axis=0) - np.roll(outline, -1, axis=0)
    turns = ahead[:, 0] * after[:, 1] - ahead[:, 1] * after[:, 0]
    if (turns <= 0).any():
        return "they do not go around clockwise"
    if cv2.contourArea(outline.astype(np.float32)) < MIN_AREA_SHARE * width * height:
        return "they enclose almost nothing"
    return None


def _frames(target: TaggedPage, refinement: Refinement) -> tuple[Points, Points]:
    """Return the centres of the frames that were found, mm (n, 2), and where they lie in the picture, px (n, 2)."""
    found = [field for field in target.page.numbers if field.name in refinement.sheet.shifts]
    centres = np.array([corners(field.boxes.bounds).mean(axis=0) for field in found]).reshape(-1, 2)
    seen = [
        refinement.sheet.to_picture(centre[None], field.name)[0] for centre, field in zip(centres, found, strict=True)
    ]
    return centres, np.array(seen).reshape(-1, 2)

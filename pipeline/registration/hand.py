"""A sheet whose four corners a person has marked, because it was not found.

A hand is off by some millimetres, and may be wrong on purpose. The page is laid onto the picture from there, and its
own print decides whether it lies there: what does not is refused (`SheetFinder.find_by_hand`).
"""

import cv2
import numpy as np

from pipeline.forms import TaggedPage
from pipeline.reasons import Reason
from pipeline.registration.geometry import Points, corners, fit_homography
from pipeline.registration.proposal import Landmarks, Proposal, Reach

BY_HAND = "corners"
"""Method of a sheet that a person has marked, and whose print could not be asked: nobody knows where its names are."""

PROVED_BY_PRINT = "corners_and_print"
"""Method of a sheet that a person has marked and whose print lies there."""

MIN_AREA_SHARE = 0.01
"""A sheet that covers less of the picture cannot be read anyway."""


def propose_by_hand(target: TaggedPage, outline: Points, size: tuple[int, int]) -> Proposal | Reason:
    """Return where a sheet lies by its corners.

    Args:
        target: Form and page that lies there.
        outline: The sheet's corners in the picture, px (4, 2), clockwise from the one that is upper left on the sheet.
        size: Width and height of the picture, px.

    Returns:
        The proposal, or the reason `corners_invalid` why these corners are none.

    """
    if (fault := fault_of(*size, outline)) is not None:
        return Reason("corners_invalid", {"problem": fault})
    sheet = corners((0.0, 0.0, target.form.sheet.width, target.form.sheet.height))
    matrix = fit_homography(sheet, outline)
    if matrix is None:
        return Reason("corners_invalid", {"problem": "no perspective view"})
    return Proposal((target,), matrix, BY_HAND, Reach.FAR, Landmarks.exact(sheet), tag=True)


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

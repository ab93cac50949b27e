"""Why no sheet is found in a picture, and what to do: none is there, not whole, several, or none that is installed."""

import cv2
import numpy as np

from pipeline.reasons import Reason
from pipeline.registration.geometry import Points, covered, inside
from pipeline.registration.picture import Picture
from pipeline.registration.verification import Verified
from pipeline.texts import listed

FEWEST_LINES = 24
"""Edges along two directions from which a picture may show a form at all."""

MATCHED = 0.35
"""Share of a page's print in view from which it is likely to be that page; pages of other forms have up to 0.2."""

LINED = 0.7
"""Of what a page's lines are judged by: from this on something ruled much like it lies there."""

IN_VIEW = 0.75
"""Share of a page's lines that lie in the picture where the sheet does not fill it: of calendars and walls that are
ruled like a page only half of it would be in view."""

ALONE = 0.55
"""Share of the picture that a sheet covers if there is room for another one."""

SIDES = ("top", "right", "bottom", "left")


def refusal(picture: Picture, best: Verified | None) -> Reason:
    """Return why no sheet is found.

    Args:
        picture: The picture.
        best: What most likely lies there, if anything does; it is not likely enough to be read.

    """
    if best is not None and (sides := _cut_off(picture, best)):
        words = [f"side_{side}" for side in sides]
        return Reason("sheet_cut_off", {"side": listed(words, "en"), "sisi": listed(words, "id")})
    if best is not None and _beside_another(picture, best):
        return Reason("several_sheets_unread")
    return Reason("form_not_recognised" if len(_edges(picture)) >= FEWEST_LINES else "no_ruled_sheet")


def _cut_off(picture: Picture, best: Verified) -> list[str]:
    """Return which sides of a page lie outside the picture, if all of its numbers do."""
    proposal = best.alignment.proposal
    if best.alignment.refinement.searched or (proposal.matched or 0.0) < MATCHED:
        return []
    outline = best.alignment.refinement.sheet.outline(best.alignment.target.form.sheet)
    middles = (outline + np.roll(outline, -1, axis=0)) / 2
    return [side for side, seen in zip(SIDES, inside(middles, picture.size), strict=True) if not seen]


def _beside_another(picture: Picture, best: Verified) -> bool:
    """Return whether something ruled like a page leaves room for as much ruling beside it."""
    lines = best.alignment.proposal.lines
    if lines is None or lines.score < LINED or lines.visible < IN_VIEW:
        return False
    outline = best.alignment.refinement.sheet.outline(best.alignment.target.form.sheet)
    if covered(picture.size, outline) > ALONE:
        return False
    shape = outline.astype(np.float32)
    away = [cv2.pointPolygonTest(shape, (float(x), float(y)), False) < 0 for x, y in _edges(picture)]
    return sum(away) >= FEWEST_LINES


def _edges(picture: Picture) -> Points:
    """Return the middles, px (n, 2), of the edges along the two directions of a picture's ruling."""
    if picture.ruling is None:
        return np.zeros((0, 2))
    return np.vstack([side.middles for side in picture.ruling.sides])

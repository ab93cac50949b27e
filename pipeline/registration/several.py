"""Whether there is another sheet in the picture beside the one that was found."""

import cv2
import numpy as np

from pipeline.reasons import Reason
from pipeline.registration.geometry import Points, corners, covered, project
from pipeline.registration.picture import Picture
from pipeline.registration.placing import Placer
from pipeline.registration.prints.library import PrintLibrary
from pipeline.registration.prints.proposals import propose_by_print
from pipeline.registration.proposal import Proposal
from pipeline.registration.verification import Verified

ROOM_FOR_ANOTHER = 0.5
"""A sheet of which what is seen covers less of the picture leaves room for a second one, which is then looked for."""

MOST_OTHERS = 2
"""Places of a second sheet that are looked at."""

APART = 0.3
"""How far apart, in parts of the longer side, the middles of two sheets lie at least: less is a row of one table."""


def several_sheets(picture: Picture, best: Verified, prints: PrintLibrary, placer: Placer) -> tuple[Reason, ...]:
    """Return that there is another sheet in the picture, where there is room for one.

    Args:
        picture: The picture, in the view that showed the first one.
        best: The sheet that was found.
        prints: What other sheets are known by.
        placer: Tells whether one lies there.

    """
    if several := tuple(reason for reason in best.alignment.proposal.advice if reason.code == "several_sheets"):
        return several
    shown, known = _shown(best), prints.index()
    if known is None or covered(picture.size, shown) > ROOM_FOR_ANOTHER:
        return ()
    others = next(propose_by_print(picture, known, outside=shown), ())
    if any(_elsewhere(one, best) and placer.verified(picture, one).found for one in others[:MOST_OTHERS]):
        return (Reason("several_sheets", {"count": 2}),)
    return ()


def _shown(verified: Verified) -> Points:
    """Return the hull, px (n, 2), of all that is known to be seen of a sheet: its numbers in view, its print.

    Of one with a tag whose every number is plainly in its place that is the whole sheet.
    """
    alignment, sheet = verified.alignment, verified.alignment.refinement.sheet
    if alignment.proposal.tag and verified.plain:
        return verified.outline
    fields = [field for field in alignment.target.page.numbers if field.name in alignment.refinement.frames]
    points = [corners(field.boxes.bounds) for field in fields] + [alignment.proposal.landmarks.points]
    hull = cv2.convexHull(sheet.to_picture(np.vstack(points)).astype(np.float32))
    return np.asarray(hull, dtype=np.float64).reshape(-1, 2)


def _elsewhere(proposal: Proposal, verified: Verified) -> bool:
    """Return whether a proposal puts a sheet into another place than where one was found."""
    own = verified.outline
    other = proposal.candidates[0].form.sheet
    middle = project(proposal.matrix, np.array([[other.width / 2, other.height / 2]]))[0]
    longer = max(float(np.hypot(*(own[1] - own[0]))), float(np.hypot(*(own[3] - own[0]))))
    return float(np.hypot(*(middle - own.mean(axis=0)))) > APART * longer

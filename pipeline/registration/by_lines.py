"""A sheet without a tag, or whose tag cannot be seen: known by its ruled lines, in any of four directions.

Whatever seems to fit is checked by what it was not fitted to: how much of the printed lines has an edge on it, how
closely, and whether the frames of the numbers are there. What does not pass is no form of ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.reasons import Reason
from pipeline.registration.fitting import Fit, fit
from pipeline.registration.found import Registration, register_on, unfit
from pipeline.registration.frames import refine
from pipeline.registration.geometry import Grey, Points
from pipeline.registration.layout import Layout
from pipeline.registration.matching import candidates
from pipeline.registration.segments import find_segments
from pipeline.registration.vanishing import Ruling, find_ruling
from pipeline.registration.view import straightened

TRIED = 3
"""How many candidates are laid onto the picture."""

MAX_BEHIND = 0.15
"""Candidates whose score, before they are laid onto it, is further behind that of the first are not."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What a fit must reach to be believed.

    Attributes:
        score: Least score (`Fit.score`).
        weaker: Least share of lines met, of level and of upright ones alike.
        visible: Share of the printed lines that must lie within the picture.
        edges_px: Root mean square distance that edges alone bring with them: no sheet that is small in the picture
            fits closer.

    """

    score: float
    weaker: float
    visible: float
    edges_px: float


FEW_LINES = 40
USUAL, OF_FEW_LINES = Bar(0.60, 0.60, 0.45, 0.7), Bar(0.70, 0.80, 0.80, 0.5)
"""The bar for a page, and for one with fewer lines, which other tables, calendars and tiles may happen to have too.
On 59 scans and photographs of our forms the score is 0.69 and more, the weaker share 0.70 and more."""

MAX_ERROR_SHARE = 0.0007
"""Greatest root mean square distance of lines from edges, as a share of the sheet's longer side: 0.2 mm of an A4 sheet,
0.6 mm of a wall sheet. On our forms it is at most 0.00065 but for a screen; on other forms mostly more."""

MIN_LEAD = 0.05
"""How much the score of the page must be above that of any other page or direction."""


def register_by_lines(grey: Grey, layouts: Sequence[Layout]) -> Registration | Reason:
    """Find one of the pages in a picture, uint8 (height, width).

    Returns:
        The registration, or the reason: `no_ruled_sheet`, `form_not_recognised` with the likest page and how much of
        it is there, or why the sheet is not fit to be read.

    """
    ruling = find_ruling(grey, find_segments(grey))
    if ruling is None:
        return Reason("no_ruled_sheet")
    fits = _fits(grey, ruling, layouts)
    doubt = _doubt(fits)
    if doubt is not None:
        return doubt
    best = fits[0]
    target = best.layout.target
    anchors = _anchors(best.layout)
    refinement = refine(grey, best.matrix, target.page.numbers, anchors, np.zeros_like(anchors), far=False)
    notes = (Reason("tag_unreadable"),) if target.page.tag else ()
    found = register_on(grey, target, best.matrix, refinement, "lines", notes, best.score)
    return unfit(found, refinement) or found


def _fits(grey: Grey, ruling: Ruling, layouts: Sequence[Layout]) -> list[Fit]:
    """Return the likeliest pages laid onto the picture, best first."""
    view = straightened(grey, ruling)
    likeliest = candidates(layouts, view)[:TRIED]
    likeliest = [candidate for candidate in likeliest if candidate.score > likeliest[0].score - MAX_BEHIND]
    fits = [laid for candidate in likeliest if (laid := fit(candidate, ruling, view, grey.shape)) is not None]
    return sorted(fits, key=lambda laid: -laid.score)


def _doubt(fits: Sequence[Fit]) -> Reason | None:
    """Return why the best of the fits is not believed, or None."""
    if not fits:
        return Reason("no_ruled_sheet")
    best, target = fits[0], fits[0].layout.target
    few = len(best.layout.level) + len(best.layout.upright) < FEW_LINES
    bar = OF_FEW_LINES if few else USUAL
    lead = best.score - max((other.score for other in fits[1:]), default=0.0)
    close = best.error_mm <= MAX_ERROR_SHARE * max(best.layout.size) or best.error_px <= bar.edges_px
    there = best.score >= bar.score and best.weaker >= bar.weaker and best.visible >= bar.visible
    if there and close and lead >= MIN_LEAD:
        return None
    detail = {"seen": round(100 * best.score * min(1.0, best.visible)), "limit": round(100 * bar.score)}
    return Reason("form_not_recognised", {"form": target.form.id, "page": target.page.number, **detail})


def _anchors(layout: Layout) -> Points:
    """Return sheet points (9, 2), mm, over the area of the lines: the fit holds there."""
    x = np.concatenate([layout.upright[:, 0], layout.level[:, 1:].ravel()])
    y = np.concatenate([layout.level[:, 0], layout.upright[:, 1:].ravel()])
    across, down = np.linspace(x.min(), x.max(), 3), np.linspace(y.min(), y.max(), 3)
    return np.array([[one, other] for other in down for one in across])

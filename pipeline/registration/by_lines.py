"""A sheet without a tag, or whose tag cannot be seen: known by its ruled lines, in any of four directions.

Whatever seems to fit is checked by what it was not fitted to: how much of the printed lines has an edge on it, how
closely, and whether the frames of the numbers are there. What does not pass is no form of ours.
"""

from collections.abc import Sequence

import numpy as np

from pipeline.reasons import Reason
from pipeline.registration.fitting import Fit, fit
from pipeline.registration.found import Registration, register_on, unfit
from pipeline.registration.frames import refine
from pipeline.registration.geometry import Grey, Points
from pipeline.registration.layout import Layout
from pipeline.registration.matching import candidates, seen
from pipeline.registration.segments import find_segments
from pipeline.registration.vanishing import Ruling, find_ruling

TRIED = 3
"""How many candidates are laid onto the picture."""

MIN_SUPPORT = 0.70
"""Share of the printed lines that must have an edge on them. On 62 scans and photographs of our forms it is 0.77 and
more but for screens, on wrong forms and wrong directions at most 0.69, and those are mostly outside the picture."""

MIN_VISIBLE = 0.45
"""Share of the printed lines that must lie within the picture."""

MAX_ERROR_SHARE = 0.0016
"""Root mean square distance of lines from edges, as a share of the sheet's longer side: 0.5 mm of an A4 sheet."""

MIN_LEAD = 0.08
"""How much more of its lines the page must have than any other page or direction that is tried."""


def register_by_lines(grey: Grey, layouts: Sequence[Layout]) -> Registration | Reason:
    """Find one of the pages in a picture, uint8 (height, width).

    Returns:
        The registration, or the reason: `no_ruled_sheet`, `form_not_recognised` with the likest page and how much of
        it is there, or why the sheet is not fit to be read.

    """
    ruling = find_ruling(grey, find_segments(grey))
    if ruling is None:
        return Reason("no_ruled_sheet")
    fits = _fits(ruling, layouts, grey.shape[1], grey.shape[0])
    doubt = _doubt(fits)
    if doubt is not None:
        return doubt
    best = fits[0]
    target = best.layout.target
    anchors = _anchors(best.layout)
    refinement = refine(grey, best.matrix, target.page.numbers, anchors, np.zeros_like(anchors), far=False)
    notes = (Reason("tag_unreadable"),) if target.page.tag else ()
    found = register_on(grey, target, best.matrix, refinement, "lines", notes, best.support)
    return unfit(found, refinement) or found


def _fits(ruling: Ruling, layouts: Sequence[Layout], width: int, height: int) -> list[Fit]:
    """Return the likeliest pages laid onto the picture, most supported first."""
    likeliest = candidates(layouts, seen(ruling, width, height))[:TRIED]
    fits = [laid for candidate in likeliest if (laid := fit(candidate, ruling, width, height)) is not None]
    return sorted(fits, key=lambda laid: -laid.support)


def _doubt(fits: Sequence[Fit]) -> Reason | None:
    """Return why the best of the fits is not believed, or None."""
    if not fits:
        return Reason("no_ruled_sheet")
    best, target = fits[0], fits[0].layout.target
    sheet = max(best.layout.size)
    lead = best.support - max((other.support for other in fits[1:]), default=0.0)
    if (
        best.support >= MIN_SUPPORT
        and best.visible >= MIN_VISIBLE
        and best.error_mm <= MAX_ERROR_SHARE * sheet
        and lead >= MIN_LEAD
    ):
        return None
    seen_share = f"{100 * best.support * min(1.0, best.visible):.0f}"
    return Reason(
        "form_not_recognised",
        {"form": target.form.id, "page": target.page.number, "seen": seen_share, "limit": f"{100 * MIN_SUPPORT:.0f}"},
    )


def _anchors(layout: Layout) -> Points:
    """Return sheet points (9, 2), mm, over the area of the lines: the fit holds there."""
    x = np.concatenate([layout.upright[:, 0], layout.level[:, 1:].ravel()])
    y = np.concatenate([layout.level[:, 0], layout.upright[:, 1:].ravel()])
    across, down = np.linspace(x.min(), x.max(), 3), np.linspace(y.min(), y.max(), 3)
    return np.array([[one, other] for other in down for one in across])

"""Sheets known by their ruled lines, in any of four directions, whether or not they have a tag."""

from collections.abc import Sequence

import numpy as np

from pipeline.registration.geometry import Points
from pipeline.registration.lines.fitting import Fit, fit
from pipeline.registration.lines.layout import Layout
from pipeline.registration.lines.matching import candidates
from pipeline.registration.lines.view import straightened
from pipeline.registration.picture import Picture
from pipeline.registration.proposal import Landmarks, Proposal, Reach

TRIED = 3
"""How many candidates are laid onto the picture."""

WORTH_LAYING = 0.5
"""Least score of a candidate that is laid onto it: of real pages that lines led to, the likeliest had 0.72 and more, of
parts of pages on which they led nowhere, up to 0.48."""

MAX_BEHIND = 0.15
"""Candidates whose score, before they are laid onto it, is further behind that of the first are not."""

WORTH_A_LOOK = 0.4
"""Least score of a fit that is proposed: the best of pictures that are no form of ours are mostly below it."""


def propose_by_lines(picture: Picture, layouts: Sequence[Layout]) -> list[Proposal]:
    """Return where pages may lie in a picture by their lines, likeliest first; none where it has no ruling."""
    if picture.ruling is None or not layouts:
        return []
    view = straightened(picture.grey, picture.ruling)
    likeliest = candidates(layouts, view)[:TRIED]
    least = max(WORTH_LAYING, likeliest[0].score - MAX_BEHIND) if likeliest else WORTH_LAYING
    likeliest = [candidate for candidate in likeliest if candidate.score > least]
    laid = (fit(candidate, picture.ruling, view, picture.grey.shape) for candidate in likeliest)
    fits = sorted(filter(None, laid), key=lambda found: -found.score)
    return [_proposal(found) for found in fits if found.score >= WORTH_A_LOOK]


def _proposal(found: Fit) -> Proposal:
    return Proposal(
        candidates=(found.layout.target,),
        matrix=found.matrix,
        method="lines",
        reach=Reach.NEAR,
        landmarks=Landmarks.exact(_around(found.layout)),
        lines=found,
    )


def _around(layout: Layout) -> Points:
    """Return sheet points (9, 2), mm, over the area of the lines: the fit holds there."""
    x = np.concatenate([layout.upright[:, 0], layout.level[:, 1:].ravel()])
    y = np.concatenate([layout.level[:, 0], layout.upright[:, 1:].ravel()])
    across, down = np.linspace(x.min(), x.max(), 3), np.linspace(y.min(), y.max(), 3)
    return np.array([[one, other] for other in down for one in across])

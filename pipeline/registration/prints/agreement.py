"""Whether a page's print is there where a map says: the check by what the map was not fitted to.

Around each witness, a printed feature that is unlike the others, the picture is sampled where the map puts it and
described anew. If the map is right, that description is more like the witness's own than like any other's; if it is
wrong, any rank is as likely as any. Blur, light and screens make all of them unlike alike, and leave the ranks as they
are.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.registration.geometry import Grey, Points, inside
from pipeline.registration.prints.basis import Basis
from pipeline.registration.prints.descriptors import PATCH_PX, describe_patches, patch_reach
from pipeline.registration.prints.page_print import PagePrint
from pipeline.registration.sheet import SheetMap

FEWEST = 6
"""Witnesses without which ranks mean nothing."""

LEAST_PX = 2.5
"""Diameter, px, below which a feature cannot be seen in a picture."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How much the print is where it should be.

    Attributes:
        points: The witnesses that lie in the picture, mm (n, 2).
        ranks: Of each, the share of the others that the picture there is less like (n,): 0.5 by chance, 1 at best.

    """

    points: Points
    ranks: Points

    @property
    def count(self) -> int:
        """How many witnesses were asked."""
        return len(self.ranks)

    @property
    def mean(self) -> float:
        """Mean rank; 0.5 where there are too few."""
        return float(self.ranks.mean()) if self.count >= FEWEST else 0.5

    @property
    def deviations(self) -> float:
        """How many standard deviations the mean rank lies above chance."""
        return (self.mean - 0.5) * float(np.sqrt(12 * self.count)) if self.count else 0.0

    def near(self, point: Points, nearest: int) -> float:
        """Return the mean rank of the witnesses nearest to a sheet point (2,); 0.5 where there are too few at all."""
        if self.count < FEWEST:
            return 0.5
        order = np.argsort(np.hypot(*(self.points - point).T))[:nearest]
        return float(self.ranks[order].mean())


NOTHING = Agreement(np.zeros((0, 2)), np.zeros(0))
"""Nothing of the print can be seen."""


def agreement(grey: Grey, page: PagePrint, sheet: SheetMap, basis: Basis, most: int) -> Agreement:
    """Return how much of a page's print is where a map says.

    Args:
        grey: The picture, uint8 (height, width).
        page: The print.
        sheet: Where its millimetres lie.
        basis: What descriptors are made small by.
        most: Witnesses to ask at most.

    """
    seen, steps = _in_view(grey, page, sheet, np.arange(page.witnesses))
    tried = np.flatnonzero(steps > 0)[:most]
    if len(tried) < FEWEST:
        return NOTHING
    patches = [_patch(grey, place, float(step)) for place, step in zip(seen[tried], steps[tried], strict=True)]
    described = basis.reduced(describe_patches(np.stack(patches)))
    alike = described @ page.descriptors[tried].T
    below = (alike < np.diagonal(alike)[:, None]).sum(axis=1)
    return Agreement(page.points[tried], below / (len(tried) - 1))


def _in_view(grey: Grey, page: PagePrint, sheet: SheetMap, which: NDArray[np.intp]) -> tuple[Points, Points]:
    """Return where the corners of each feature's patch lie, px (n, 4, 2), and px per sample (n,), 0 if not in view."""
    points, half = page.points[which], patch_reach(page.sizes[which])
    around = points[:, None] + half[:, None, None] * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    seen = sheet.to_picture(around.reshape(-1, 2)).reshape(-1, 4, 2)
    whole = inside(seen, (grey.shape[1], grey.shape[0])).all(axis=1)
    sides = np.hypot(*(seen[:, 1] - seen[:, 0]).T)
    clear = page.sizes[which] * sides / (2 * half) >= LEAST_PX
    return seen, np.where(whole & clear, sides / PATCH_PX, 0.0)


def _patch(grey: Grey, corners: Points, step: float) -> NDArray[np.uint8]:
    """Sample a patch, uint8 (49, 49), between four corners, px (4, 2); `step` px of the picture make one sample."""
    # Each sample of a picture that is finer is the mean of the pixels that it covers.
    fine = int(np.clip(round(step), 1, 6))
    side = PATCH_PX * fine
    target = np.array([[0, 0], [side, 0], [side, side], [0, side]], dtype=np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(target, corners.astype(np.float32))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpPerspective(grey, matrix, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(cut, (PATCH_PX, PATCH_PX), interpolation=cv2.INTER_AREA) if fine > 1 else cut)

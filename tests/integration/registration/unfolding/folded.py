"""Sheets that are folded between their rows: a strip of them is hidden, and what lies below leans."""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.forms import FormTemplate, NumberField
from pipeline.registration.geometry import Grey, Points
from training.pages.sheet import draw_sheet

DENSITY = 2.0
"""px per mm of a drawn sheet."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A sheet that lies flat down to a fold, and beyond it is moved, and leans.

    Attributes:
        grey: The picture, uint8 (height, width).
        fold: Where the fold is, mm from the sheet's upper edge.
        hidden: Height of the strip that the fold hides, mm.
        aside: How far what lies beyond is moved to the right, mm.
        lean: By how much more, for each mm downwards.

    """

    grey: Grey
    fold: float
    hidden: float
    aside: float
    lean: float

    def seen(self, points: Points) -> Points:
        """Return where sheet points (n, 2), mm, are in the picture, px (n, 2)."""
        beyond = points[:, 1] > self.fold
        down = points[:, 1] - np.where(beyond, self.hidden, 0.0)
        right = points[:, 0] + np.where(beyond, self.aside + self.lean * (points[:, 1] - self.fold), 0.0)
        return np.column_stack([right, down]) * DENSITY

    def off(self, field: NumberField, seen: Points) -> float:
        """Return how far the middles of a number's boxes, px (n, 2), lie from where they are, in parts of a box."""
        return float(np.abs(seen - self.seen(middles(field))).max()) / (field.boxes.width * DENSITY)


def middles(field: NumberField) -> Points:
    """Return the middles of a number's boxes on the sheet, mm (n, 2)."""
    return np.array([[x + width / 2, y + height / 2] for x, y, width, height in field.boxes.rectangles])


def folded(form: FormTemplate, page: int, fold: float, *, hidden: float, aside: float, lean: float) -> Folded:
    """Draw a page and fold it."""
    sheet = np.round(255 * draw_sheet(form, page, DENSITY).mean(axis=2)).astype(np.uint8)
    down, right = np.indices(sheet.shape, dtype=np.float32) / DENSITY
    beyond = down > fold - hidden / 2
    y = down + np.where(beyond, np.float32(hidden), np.float32(0.0))
    x = right - np.where(beyond, aside + lean * (y - fold), 0.0)
    seen = cv2.remap(
        sheet, (x * DENSITY).astype(np.float32), (y * DENSITY).astype(np.float32), cv2.INTER_LINEAR, borderValue=(235,)
    )
    return Folded(np.asarray(seen, dtype=np.uint8), fold, hidden, aside, lean)

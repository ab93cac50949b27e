"""How far from its place a number was found, in parts of a box: what a cut bears is a share of its box, not pixels."""

import cv2
import numpy as np

from pipeline.forms import NumberField
from pipeline.registration.geometry import Points, corners
from pipeline.registration.sheet import SheetMap


def off_in_boxes(field: NumberField, sheet: SheetMap, place: Points) -> float:
    """Return how far the middle of a number's boxes is from where a map puts it, in sides of a box.

    Args:
        field: The number.
        sheet: The map that was found, from sheet mm to picture px.
        place: Where its boxes lie in the picture, px (4, 2).

    """
    boxes, bounds = field.boxes, field.boxes.bounds
    seen = sheet.to_picture(corners(bounds), field.name)
    share = boxes.width * boxes.height / (bounds[2] * bounds[3])
    side = np.sqrt(cv2.contourArea(place.astype(np.float32)) * share)
    return float(np.hypot(*(seen.mean(axis=0) - place.mean(axis=0))) / max(side, 1e-6))

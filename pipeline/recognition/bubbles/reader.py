"""The bubble reader: a picture and where the sheet lies in it, in; evidence of every number with bubbles, out."""

from collections.abc import Sequence

import numpy as np

from models.package import ModelPackage
from pipeline.forms import NumberField
from pipeline.recognition.bubbles.cut import BUBBLE_PIXELS, INK_RANGE, cut_bubbles, level_bubbles
from pipeline.recognition.bubbles.evidence import BubbleEvidence, bubble_evidence
from pipeline.recognition.network import Contract, Network
from pipeline.registration.geometry import Grey, Points
from pipeline.registration.sheet import SheetMap

BUBBLE_CLASSES = "_o"
CONTRACT = Contract("bubbles", BUBBLE_CLASSES, BUBBLE_PIXELS, INK_RANGE, "bubble-level-1")


class BubbleReader:
    """Reads bubbles. Made once; safe to share between threads.

    Args:
        package: A package of the kind "bubbles".

    Raises:
        ModelError: The package does not fit this program.

    """

    def __init__(self, package: ModelPackage) -> None:
        self._network = Network(package, CONTRACT)

    def read(self, grey: Grey, sheet: SheetMap, fields: Sequence[NumberField]) -> dict[str, BubbleEvidence]:
        """Return the evidence of every field with bubbles, by name; one run of the network for all."""
        names, inks = [], []
        for field in fields:
            if field.bubbles is not None:
                names.append(field.name)
                inks.append(level_bubbles(windows_of_field(grey, sheet, field)))
        if not names:
            return {}
        ink = np.concatenate([part.reshape(-1, *part.shape[2:]) for part in inks])
        marked = self._network.read(ink)[:, 1]
        ends = np.cumsum([len(part) * 10 for part in inks])[:-1]
        parts = np.split(marked, ends)
        return {name: bubble_evidence(part.reshape(-1, 10)) for name, part in zip(names, parts, strict=True)}


def windows_of_field(grey: Grey, sheet: SheetMap, field: NumberField) -> Grey:
    """Return the windows around the bubbles of a number, uint8 (count, 10, h, w), where its frame puts them."""
    assert field.bubbles is not None

    def place(points: Points) -> Points:
        return sheet.to_picture(points, field.name)

    return cut_bubbles(grey, place, field.bubbles, sheet.resolution(np.array([field.bubbles.x, field.bubbles.y])))

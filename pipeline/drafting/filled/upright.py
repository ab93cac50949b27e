"""The frame set upright: as most of the photographs were held, whichever of them it came from."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from pipeline.drafting.filled.photograph import Photograph, in_frame_of
from pipeline.registration.geometry import Points


def upright(
    photographs: Sequence[Photograph], size: tuple[float, float]
) -> tuple[list[Photograph], tuple[float, float]]:
    """Turn the frame by quarters so that most photographs stand upright in it; return them and its size."""
    turns = Counter(quarters(one, size) for one in photographs)
    turn = max(sorted(turns), key=turns.__getitem__)
    if not turn:
        return list(photographs), size
    width, height = size

    def back(points: Points) -> Points:
        x, y = points.T
        return np.column_stack({1: (y, height - x), 2: (width - x, height - y), 3: (width - y, x)}[turn])

    turned = (height, width) if turn % 2 else size
    return in_frame_of(photographs, turned, back), turned


def quarters(photograph: Photograph, size: tuple[float, float]) -> int:
    """Return by how many quarters clockwise a photograph shows the frame turned, 0 to 3."""
    middle = np.array(size) / 2
    here, below = photograph.place.to_picture(np.array([middle, middle + np.array((0.0, 0.1 * size[1]))]))
    across, down = below - here
    return round(float(np.arctan2(-across, down)) / (np.pi / 2)) % 4

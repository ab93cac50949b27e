"""How tall the frame is against its width: what no single photograph says for sure, by the word of all of them.

A camera sees a millimetre across as long as one down the sheet, turned in space. Of a known focal length that gives the
proportion from each photograph (Liebowitz and Zisserman, CVPR 1998); pictures that an application has cut to the
sheet's corners and stretched say something else, so the median over all photographs counts.
"""

from collections.abc import Sequence

import numpy as np

from pipeline.drafting.filled.photograph import Photograph, in_frame_of, rays_of
from pipeline.registration.geometry import Points

_TO_DEVIATION = 1.4826
"""From the median distance from the median to a standard deviation, of a normal distribution."""


def tallness(photograph: Photograph) -> float:
    """Return how long a unit down the frame is against one across it, as a camera must have seen them."""
    across, down = (rays_of(photograph) @ photograph.place.matrix)[:, :2].T
    return float(np.linalg.norm(down) / np.linalg.norm(across))


def in_proportion(
    photographs: Sequence[Photograph], size: tuple[float, float]
) -> tuple[list[Photograph], tuple[float, float], float]:
    """Stretch the frame of photographs so that its units are as long across as down.

    Returns:
        The photographs in the new frame, its width and height, and the standard error of its proportion.

    """
    seen = np.array([tallness(one) for one in photographs])
    ratio = float(np.median(seen))
    error = _TO_DEVIATION * float(np.median(np.abs(seen - ratio))) / np.sqrt(len(seen))
    tall = (size[0], size[1] * ratio)

    def back(points: Points) -> Points:
        return points / (1.0, ratio)

    return in_frame_of(photographs, tall, back), tall, error

"""Photographs of one page laid on each other: each finds its place beside the one that most of them agree with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.drafting.filled.matching import Pair, matched
from pipeline.registration.geometry import Matrix
from pipeline.registration.picture import Picture


@dataclass(frozen=True, slots=True)
class Laid:
    """Photographs that lie on each other.

    Attributes:
        hub: Which photograph they are laid on.
        matrices: By photograph, homography (3, 3) from the hub's straightened view to its picture, px.
        strangers: The photographs that lie on none of the others.

    """

    hub: int
    matrices: Mapping[int, Matrix]
    strangers: tuple[int, ...]


def laid_on_each_other(pictures: Sequence[Picture]) -> Laid:
    """Lay photographs on each other by the print that every two of them share."""
    pairs = {
        (one, other): pair
        for one in range(len(pictures))
        for other in range(one + 1, len(pictures))
        if (pair := matched(pictures[one].straight, pictures[other].straight)) is not None
    }
    hub = _hub(len(pictures), pairs)
    views = _from_hub(hub, pairs)
    matrices = {index: np.linalg.inv(pictures[index].straight.matrix) @ view for index, view in views.items()}
    strangers = tuple(index for index in range(len(pictures)) if index not in matrices)
    return Laid(hub, matrices, strangers)


def _hub(count: int, pairs: Mapping[tuple[int, int], Pair]) -> int:
    """Return the photograph that agrees most with all others."""
    agreed = [sum(pair.count for key, pair in pairs.items() if index in key) for index in range(count)]
    return int(np.argmax(agreed))


def _from_hub(hub: int, pairs: Mapping[tuple[int, int], Pair]) -> dict[int, Matrix]:
    """Return homographies (3, 3) from the hub's view to those that it is joined with, along the strongest pairs."""
    joined: dict[int, Matrix] = {hub: np.eye(3)}
    left = sorted(pairs.items(), key=lambda one: -one[1].count)
    while True:
        step = next((one for one in left if (one[0][0] in joined) != (one[0][1] in joined)), None)
        if step is None:
            return joined
        (first, second), pair = step
        if first in joined:
            joined[second] = pair.matrix @ joined[first]
        else:
            joined[first] = np.linalg.inv(pair.matrix) @ joined[second]

"""Measures that must be the same thing get the same number: columns below each other, boxes of one size."""

from collections.abc import MutableMapping, Sequence
from typing import Any

import numpy as np


def levelled(fields: Sequence[MutableMapping[str, Any]], tolerance: float) -> None:
    """Level the places of the numbers of a page, in place.

    Args:
        fields: Numbers as a template states them.
        tolerance: Measures of one kind that lie within so many mm of each other become their median.

    """
    for part in ("boxes", "bubbles", "tally", "row_sums"):
        places = [field[part] for field in fields if part in field]
        for key in sorted({key for place in places for key, value in place.items() if isinstance(value, float)}):
            means = common_values([place[key] for place in places], tolerance)
            for place, value in zip(places, means, strict=True):
                place[key] = round(value, 2)
    for field in fields:
        boxes = field["boxes"]
        if boxes["pitch"] - boxes["width"] < tolerance:  # touching boxes say so by being equal
            boxes["width"] = boxes["pitch"]


def common_values(values: Sequence[float], tolerance: float) -> list[float]:
    """Return every value replaced by the median of its neighbours: a cluster never spans more than `tolerance`."""
    order = np.argsort(values)
    result = [0.0] * len(values)
    cluster: list[int] = []
    for index in [*order.tolist(), None]:
        if cluster and (index is None or values[index] - values[cluster[0]] > tolerance):
            middle = float(np.median([values[member] for member in cluster]))
            for member in cluster:
                result[member] = middle
            cluster = []
        if index is not None:
            cluster.append(index)
    return result

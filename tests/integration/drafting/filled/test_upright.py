"""Photographs of filled sheets that were not all held upright: the frame stands as most of them do."""

import numpy as np
import pytest

from pipeline.drafting.filled.photograph import Photograph
from pipeline.drafting.filled.upright import quarters, upright
from pipeline.registration.sheet import SheetMap

SIZE = (200.0, 300.0)
EVEN = np.zeros((400, 400), np.uint8)


def held(name: str, turn: int) -> Photograph:
    """Return a photograph that shows the frame turned clockwise by so many quarters."""
    cosine, sine = ((1, 0), (0, 1), (-1, 0), (0, -1))[turn]
    matrix = np.array([[cosine, -sine, 200.0], [sine, cosine, 200.0], [0.0, 0.0, 1.0]])
    return Photograph(name, EVEN, SheetMap(matrix))


@pytest.mark.parametrize("most", range(4))
def test_the_frame_stands_as_most_photographs_do(most: int) -> None:
    photographs = [held("first", (most + 1) % 4), held("second", most), held("third", most)]
    turned, size = upright(photographs, SIZE)
    assert [quarters(one, size) for one in turned] == [1, 0, 0]
    assert size == (SIZE if most in (0, 2) else SIZE[::-1])


@pytest.mark.parametrize("most", range(4))
def test_what_lay_in_the_frame_lies_in_it_still(most: int) -> None:
    photographs = [held("first", most), held("second", most)]
    turned, size = upright(photographs, SIZE)

    def seen(photograph: Photograph, extent: tuple[float, float]) -> list[tuple[float, ...]]:
        corners = np.array([[0.0, 0.0], [extent[0], 0.0], list(extent), [0.0, extent[1]]])
        return sorted(tuple(point) for point in photograph.place.to_picture(corners).round(3) + 0.0)

    assert seen(turned[0], size) == seen(photographs[0], SIZE)

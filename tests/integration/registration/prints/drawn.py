"""Pages that are drawn, small and full of words, with their prints; and views of them."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.drafting.print_features import features_of, page_print
from pipeline.forms import load_forms
from pipeline.registration.geometry import Grey, Matrix, project
from pipeline.registration.prints.basis import load_basis
from pipeline.registration.prints.descriptors import Features, even_light, find_features
from pipeline.registration.prints.page_print import PagePrint

DENSITY = 4.0
"""px per mm of a drawn page."""

SIZE = (210.0, 297.0)
"""Width and height of a drawn page, mm."""

SHOWN = (1000, 1300)
"""Width and height of a view, px."""

LETTERS = list("ABCDEFGHIKLMNOPRSTUW ")
PAGE = load_forms()["c1-ppwp-2019"].page(2).model_copy(update={"private": ()})
"""A page on which nobody signs; where its boxes stand is of no account."""


@cache
def drawn(seed: int) -> Grey:
    """Return a page of words of several sizes with boxes between them, uint8 (height, width)."""
    rng = np.random.default_rng(seed)
    page = np.full((round(SIZE[1] * DENSITY), round(SIZE[0] * DENSITY)), 250, np.uint8)
    for line in 60 + np.cumsum(rng.integers(30, 60, 23)):
        x = int(rng.integers(20, 60))
        while x < page.shape[1] - 140:
            size = float(rng.uniform(0.5, 1.1))
            if rng.random() < 0.2:
                wide = int(rng.integers(30, 80))
                cv2.rectangle(page, (x, int(line) - 24), (x + wide, int(line) + 4), 20, 2)
                x += wide + 20
            word = "".join(rng.choice(LETTERS, int(rng.integers(2, 7))))
            cv2.putText(page, word, (x, int(line)), cv2.FONT_HERSHEY_DUPLEX, size, 20, 2, cv2.LINE_AA)
            x += round(20 * size * len(word)) + 20
    return page


@cache
def print_of(seed: int) -> PagePrint:
    """Return the print of a drawn page."""
    return page_print(features_of(even_light(drawn(seed)), DENSITY), PAGE, load_basis())


@dataclass(frozen=True, slots=True)
class Seen:
    """A view of a drawn page: the picture, its features, small ones too, and the map (3, 3) from mm to px."""

    grey: Grey
    features: Features
    small: NDArray[np.float32]
    matrix: Matrix

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        return self.grey.shape[1], self.grey.shape[0]

    def off(self, matrix: Matrix) -> float:
        """Return how far another map puts what is in view from where it lies, px, at most."""
        page = np.array([[x, y] for x in np.linspace(0, SIZE[0], 9) for y in np.linspace(0, SIZE[1], 9)])
        lies = project(self.matrix, page)
        inside = ((lies >= 0) & (lies < self.size)).all(axis=1)
        return float(np.hypot(*(project(matrix, page) - lies)[inside].T).max())


def seen(seed: int, scale: float = 1.0, shift: tuple[float, float] = (0.0, 0.0), size: tuple[int, int] = SHOWN) -> Seen:
    """Show a drawn page `scale` times as large, its corner at `shift` px, in a picture of this width and height."""
    # Pixel centres: mm 0 is the edge of the first pixel.
    drawing = np.array([[DENSITY, 0.0, -0.5], [0.0, DENSITY, -0.5], [0.0, 0.0, 1.0]])
    moved = np.array([[scale, 0.0, shift[0] + (scale - 1) / 2], [0.0, scale, shift[1] + (scale - 1) / 2], [0, 0, 1.0]])
    grey = np.asarray(
        cv2.warpPerspective(drawn(seed), moved, size, flags=cv2.INTER_AREA, borderValue=(250,)), dtype=np.uint8
    )
    features = find_features(even_light(grey), 3000)
    return Seen(grey, features, load_basis().reduced(features.descriptors), moved @ drawing)

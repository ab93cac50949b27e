"""Pages whose pixels are at hand, and what is looked at of them."""

from dataclasses import dataclass, field
from hashlib import sha256

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.documents import Page, Reduction, Source


@dataclass(frozen=True, slots=True)
class Painted:
    """Grey pixels, uint8 (height, width), given as those of a file; `asked` lists the reductions asked for."""

    grey: NDArray[np.uint8]
    asked: list[int] = field(default_factory=list)

    def decode(self, reduction: Reduction, *, colour: bool) -> NDArray[np.uint8]:
        self.asked.append(reduction)
        height, width = self.grey.shape
        size = (-(-width // reduction), -(-height // reduction))
        small = np.asarray(cv2.resize(self.grey, size, interpolation=cv2.INTER_AREA), np.uint8)
        return np.dstack([small] * 3) if colour else small

    def encoded(self) -> bytes | None:
        return None


def page_of(grey: NDArray[np.uint8]) -> Page:
    """Return a page of these pixels."""
    height, width = grey.shape
    digest = sha256(f"{width} {height} ".encode() + grey.tobytes()).hexdigest()
    return Page(Source("painted.png", 1, digest, width, height), "painted", Painted(grey))


def on_ground(
    sheet: NDArray[np.uint8], size: tuple[int, int], at: tuple[int, int], kind: str = "plain", seed: int = 1
) -> NDArray[np.uint8]:
    """Return a picture of (width, height) px of a wall or a table with a sheet at (x, y)."""
    rng, (width, height) = np.random.default_rng(seed), size
    ground = np.full((height, width), 140, np.uint8)
    if kind == "tiles":
        ground[:] = 215
        ground[:: height // 7] = ground[1 :: height // 7] = 150
        ground[:, :: width // 9] = ground[:, 1 :: width // 9] = 150
    elif kind == "grain":
        grain = rng.normal(140, 20, (height // 8, width // 100))
        ground = np.asarray(cv2.resize(grain, size).clip(0, 255), np.uint8)
    x, y = at
    ground[y : y + sheet.shape[0], x : x + sheet.shape[1]] = sheet
    return ground

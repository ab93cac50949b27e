"""What becomes of a photograph before it is uploaded: cut, stretched, filtered, sent through a chat, taken of a screen.

Seen on the photographs of polling stations of 2020 and 2024 that people published; how often each happens is chosen so
that pictures are as hard to find a sheet in as those (docs/reference/forms.md).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.pages.geometry import Geometry
from training.pages.relief import Points, Relief

Picture = NDArray[np.uint8]

CUT, PART, STRETCHED = 0.5, 0.09, 0.08
"""Probabilities that edges of the sheet are cut off, that only a part of it is shown, that a program stretched it."""

SCREEN, FILTERED, GREY, TINTED, EXPOSED, WATERMARK = 0.12, 0.2, 0.3, 0.12, 0.25, 0.15
"""Probabilities of a screen, a scanning app's filter, no colour, a cast, too little or much light, a caption."""

WIDTHS = (720, 1000, 1000, 1000, 1080, 1280, 2276)
"""Shorter sides, px, that chats and apps leave."""


@dataclass(frozen=True, slots=True)
class Processed:
    """The geometry of a photograph that was cut, stretched or shrunk afterwards.

    Attributes:
        photograph: As it was taken.
        matrix: Map (3, 3) from its pixels to those of the picture.
        size: Width and height of the picture, px.

    """

    photograph: Geometry
    matrix: NDArray[np.float64]
    size: tuple[int, int]

    @property
    def relief(self) -> Relief:
        """The sheet."""
        return self.photograph.relief

    @property
    def rotation(self) -> int:
        """Degrees clockwise by which the sheet is turned, in steps of 90."""
        return self.photograph.rotation

    def pixels_per_mm(self) -> float:
        """Return the scale in the middle of the sheet."""
        scale = float(np.sqrt(np.linalg.det(self.matrix[:2, :2])))
        return scale * self.photograph.pixels_per_mm()

    def to_photo(self, points_mm: Points) -> Points:
        """Return the pixels (n, 2) at which points (n, 2) of the sheet appear."""
        at = self.photograph.to_photo(points_mm)
        return np.asarray(at @ self.matrix[:2, :2].T + self.matrix[:2, 2])


def process(image: Picture, geometry: Geometry, rng: np.random.Generator) -> tuple[Picture, Processed]:
    """Do to a photograph, uint8 (height, width, 3) BGR, what people and programs do to it.

    Returns:
        The picture, before it is saved for the last time, and its geometry.

    """
    image, shown = _framed(image, geometry, rng)
    if rng.random() < SCREEN:
        image = of_a_screen(image, rng)
    if rng.random() < TINTED:
        image = tinted(image, rng)
    if rng.random() < EXPOSED:
        image = exposed(image, rng)
    if rng.random() < FILTERED:
        image = filtered(image)
    if rng.random() < GREY:
        image = np.asarray(cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR), dtype=np.uint8)
    if rng.random() < WATERMARK:
        image = captioned(image, rng)
    return resent(image, rng), shown


def _framed(image: Picture, geometry: Geometry, rng: np.random.Generator) -> tuple[Picture, Processed]:
    """Cut the picture, stretch it and shrink it to what a chat lets through."""
    height, width = image.shape[:2]
    low, high = _window(geometry, (width, height), rng)
    stretch = rng.uniform(1.08, 1.2) if rng.random() < STRETCHED else 1.0
    shorter = min(int(rng.choice(WIDTHS)), int(min(high - low)))
    scale = shorter / float(min(high - low))
    factors = np.array([scale, scale * stretch])
    size = np.maximum(np.round((high - low) * factors), 64).astype(int)
    matrix = np.eye(3)
    matrix[[0, 1], [0, 1]] = factors
    # Pixel centres: the middle of the first pixel is half a pixel from the edge, on both sides of a shrinking.
    matrix[:2, 2] = -low * factors + (factors - 1) / 2
    cut = image[int(low[1]) : int(high[1]), int(low[0]) : int(high[0])]
    shrunk = cv2.resize(cut, (int(size[0]), int(size[1])), interpolation=cv2.INTER_AREA)
    return np.asarray(shrunk, dtype=np.uint8), Processed(geometry, matrix, (int(size[0]), int(size[1])))


def _window(
    geometry: Geometry, size: tuple[int, int], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the corners of what is kept of the picture, whole px (2,) and (2,)."""
    low, high = np.zeros(2), np.array(size, dtype=np.float64)
    outline = geometry.outline(20)
    start, end = np.maximum(outline.min(axis=0), 0), np.minimum(outline.max(axis=0), high)
    kind = rng.random()
    if kind < PART:
        share = rng.uniform(0.3, 0.7, 2)
        low = start + rng.uniform(0.0, 1.0, 2) * (1 - share) * (end - start)
        high = low + share * (end - start)
    elif kind < PART + CUT:
        cut = np.where(rng.random((2, 2)) < 0.45, rng.uniform(-0.03, 0.07, (2, 2)), -1.0)
        low = np.maximum(low, start + cut[0] * (end - start))
        high = np.minimum(high, end - cut[1] * (end - start))
    return np.floor(np.maximum(low, 0)), np.maximum(np.floor(high), np.floor(low) + 64)


def of_a_screen(image: Picture, rng: np.random.Generator) -> Picture:
    """Show the picture on a screen and photograph that: the raster beats with the sensor's, colours drift."""
    height, width = image.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    beat = np.zeros((height, width, 3), dtype=np.float32)
    for channel in range(3):
        wave = 2 * np.pi / rng.uniform(2.3, 14.0)
        angle = rng.uniform(0, np.pi)
        bend = rng.normal(0, 0.00004)
        along = x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))
        beat[..., channel] = np.sin(np.float32(wave) * along + np.float32(bend) * (x * x + y * y))
    soft = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 1.1)).astype(np.float32)
    fall = 1.0 - rng.uniform(0.0, 0.5) * (y / height)[..., None]
    cast = np.array([rng.uniform(0.95, 1.2), 1.0, rng.uniform(0.75, 1.0)], dtype=np.float32)
    shown = soft * fall * cast + np.float32(rng.uniform(4, 16)) * beat + np.float32(rng.uniform(0, 35))
    return np.asarray(np.clip(shown, 0, 255), dtype=np.uint8)


def tinted(image: Picture, rng: np.random.Generator) -> Picture:
    """Give it a cast, as lamps and filters do."""
    cast = 1.0 - rng.uniform(0.0, 0.45, 3) * (rng.random(3) < 0.6)
    return np.asarray(np.clip(image * cast, 0, 255), dtype=np.uint8)


def exposed(image: Picture, rng: np.random.Generator) -> Picture:
    """Take it nearly black, or washed out."""
    if rng.random() < 0.5:
        return np.asarray(image * rng.uniform(0.18, 0.5), dtype=np.uint8)
    pale = rng.uniform(0.3, 0.6)
    return np.asarray(image * (1 - pale) + 250.0 * pale, dtype=np.uint8)


def filtered(image: Picture) -> Picture:
    """Whiten the paper and darken the ink, as scanning apps do."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32) + 1.0
    paper = cv2.blur(cv2.dilate(grey, np.ones((9, 9), np.uint8)), (41, 41))
    gain = 255.0 / paper
    lit = np.clip(image.astype(np.float32) * gain[..., None], 0, 255)
    return np.asarray(np.clip((lit - 90.0) * (255.0 / 150.0), 0, 255), dtype=np.uint8)


def captioned(image: Picture, rng: np.random.Generator) -> Picture:
    """Print what a camera app prints: place and time, in a corner."""
    marked = image.copy()
    size = min(image.shape[:2]) / 1000.0
    down = image.shape[0] - int(120 * size) if rng.random() < 0.7 else int(60 * size)
    for line, text in enumerate(("14 Feb 2024 21.40.15", "Jalan Contoh 12, Kecamatan Invented", "-6.2, 106.8")):
        at = (int(25 * size), down + int(38 * size * line))
        cv2.putText(marked, text, at, cv2.FONT_HERSHEY_SIMPLEX, 1.1 * size, (255, 255, 255), max(1, round(2 * size)))
    return marked


def resent(image: Picture, rng: np.random.Generator) -> Picture:
    """Save it as chats do, once or twice; every time some of it is lost."""
    for _ in range(int(rng.integers(1, 3))):
        _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 80))])
        image = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)
    return image

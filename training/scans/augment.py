"""What a camera, a scanner and a careless cut do to the picture of a box: random changes of uint8 crops.

Every function takes a grey crop H x W, uint8, and a random generator, and returns another. They work on the crop as
it was cut, before the one pre-processing, so that training sees what reading sees.
"""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Crop = NDArray[np.uint8]
Change = Callable[[Crop, np.random.Generator, float], Crop]


def random_grey(crop: Crop, rng: np.random.Generator) -> Crop:
    """Mix the channels of a BGR crop at random, as another light or another pen would; grey crops stay as they are."""
    if crop.ndim == 2:
        return crop
    weights = rng.dirichlet((2.0, 6.0, 4.0)) if rng.random() < 0.5 else np.array((0.114, 0.587, 0.299))
    return _uint8(cv2.transform(crop, weights[None].astype(np.float32)))


def neighbour(crop: Crop, other: Crop, rng: np.random.Generator) -> Crop:
    """Let a part of another box reach into the crop from one side, as on forms whose boxes touch."""
    height, width = crop.shape
    other = _uint8(cv2.resize(other, (width, height), interpolation=cv2.INTER_AREA))
    reach = rng.uniform(0.05, 0.16)
    if rng.random() < 0.7:
        cut = max(1, int(reach * width))
        if rng.random() < 0.5:
            return np.hstack((crop[:, cut:], other[:, :cut]))
        return np.hstack((other[:, -cut:], crop[:, :-cut]))
    cut = max(1, int(reach * height))
    return np.vstack((crop[cut:], other[:cut])) if rng.random() < 0.5 else np.vstack((other[-cut:], crop[:-cut]))


def geometry(crop: Crop, rng: np.random.Generator, strength: float) -> Crop:
    """Shift, cut loose or tight, stretch, turn, shear and tilt, all in one resampling."""
    height, width = crop.shape
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64) - 0.5
    scale = np.exp(rng.normal(0, 0.08 * strength, 2) + rng.normal(0, 0.07 * strength))
    angle = rng.normal(0, np.radians(4.0) * strength)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shear = np.array([[1.0, rng.normal(0, 0.05 * strength)], [0.0, 1.0]])
    quad = (corners * scale) @ (turn @ shear).T
    quad += rng.normal(0, 0.02 * strength, (4, 2)) + rng.normal(0, 0.045 * strength, 2)
    size = np.array([width, height])
    source, target = ((quad + 0.5) * size).astype(np.float32), ((corners + 0.5) * size).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    border = cv2.BORDER_REPLICATE if rng.random() < 0.7 else cv2.BORDER_REFLECT_101
    return _uint8(cv2.warpPerspective(crop, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=border))


def elastic(crop: Crop, rng: np.random.Generator, strength: float) -> Crop:
    """Pull the strokes about smoothly, as another hand would have led them (Simard, Steinkraus and Platt 2003)."""
    height, width = crop.shape
    knots = int(rng.integers(3, 6))
    amplitude = strength * rng.uniform(0.03, 0.14) / knots * min(height, width)  # more would fold the paper
    moves = rng.normal(0, amplitude, (knots, knots, 2)).astype(np.float32)
    field = np.asarray(cv2.resize(moves, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    moved = cv2.remap(crop, x + field[..., 0], y + field[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return _uint8(moved)


def blur(crop: Crop, rng: np.random.Generator, strength: float) -> Crop:
    """Blur as out of focus, or as a moving hand does."""
    side = min(crop.shape)
    if rng.random() < 0.6:
        sigma = rng.uniform(0.008, 0.035) * side * strength
        return _uint8(cv2.GaussianBlur(crop, (0, 0), max(sigma, 0.2)))
    length = max(2, int(rng.uniform(0.03, 0.10) * side * strength))
    kernel = np.zeros((length, length), np.float32)
    end = rng.integers(0, length, 2)
    cv2.line(kernel, (int(end[0]), 0), (int(length - 1 - end[0]), length - 1), 1.0)
    kernel = kernel if rng.random() < 0.5 else kernel.T.copy()
    return _uint8(cv2.filter2D(crop, -1, kernel / kernel.sum()))


def low_resolution(crop: Crop, rng: np.random.Generator, strength: float) -> Crop:
    """Lose detail as a small photograph of a large sheet does: down to 14 to 32 px."""
    side = int(rng.uniform(max(8.0, 32 - 18 * strength), 32))
    height, width = crop.shape
    factor = side / min(height, width)
    if factor >= 1:
        return crop
    smaller = (max(5, round(width * factor)), max(5, round(height * factor)))
    how = cv2.INTER_AREA if rng.random() < 0.7 else cv2.INTER_LINEAR
    return _uint8(cv2.resize(crop, smaller, interpolation=how))


def tone(crop: Crop, rng: np.random.Generator, strength: float) -> Crop:
    """Change brightness, contrast and gamma."""
    gamma = np.exp(rng.normal(0, 0.25 * strength))
    gain = np.exp(rng.normal(-0.15, 0.3 * strength))
    lift = rng.normal(0, 25 * strength)
    levels = np.arange(256) / 255.0
    table = 255 * (levels**gamma - 0.6) * gain + 153 + lift
    return _uint8(cv2.LUT(crop, np.clip(table, 0, 255).astype(np.uint8)))


def fade(crop: Crop, rng: np.random.Generator, strength: float) -> Crop:
    """Pull everything towards the paper: a dry pen, glare, haze before the lens."""
    keep = rng.uniform(1.0 - 0.8 * min(strength, 1.0), 0.8)
    paper = float(crop.mean() * 0.4 + crop.max() * 0.6)
    return _uint8(np.clip(paper + (crop - paper) * keep, 0, 255))


def noise(crop: Crop, rng: np.random.Generator, strength: float) -> Crop:
    """Add sensor noise."""
    sigma = rng.uniform(1.0, 9.0) * strength
    return np.clip(crop + rng.normal(0, sigma, crop.shape).astype(np.float32), 0, 255).astype(np.uint8)


def jpeg(crop: Crop, rng: np.random.Generator, strength: float) -> Crop:
    """Store as JPEG at low quality and read it again."""
    quality = int(rng.uniform(90 - 65 * min(strength, 1.2), 85))
    stored = cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return _uint8(cv2.imdecode(stored, cv2.IMREAD_GRAYSCALE))


def shadow(crop: Crop, rng: np.random.Generator, strength: float) -> Crop:
    """Lay a straight shadow edge or a slope of light across the box."""
    height, width = crop.shape
    angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-0.3, 0.3)
    x = (np.arange(width) / width - 0.5)[None] * np.cos(angle)
    y = (np.arange(height) / height - 0.5)[:, None] * np.sin(angle)
    softness = rng.uniform(0.01, 0.5)
    dark = 1.0 / (1.0 + np.exp(np.clip((x + y - offset) / softness, -30, 30)))
    return _uint8(crop * (1.0 - dark * rng.uniform(0.1, 0.5) * min(strength, 1.2)))


def erase(crop: Crop, rng: np.random.Generator, strength: float) -> Crop:
    """Cover a small patch with paper: glare, fluid, a hole punched in the sheet."""
    height, width = crop.shape
    h, w = (max(1, int(rng.uniform(0.04, 0.14) * strength * side)) for side in (height, width))
    top, left = int(rng.integers(0, height - h + 1)), int(rng.integers(0, width - w + 1))
    result = crop.copy()
    result[top : top + h, left : left + w] = int(np.percentile(crop, 80))
    return result


def residue(crop: Crop, rng: np.random.Generator, strength: float) -> Crop:
    """Draw a line along an edge: what remains of a frame, of a table line or of a fold."""
    height, width = crop.shape
    result = crop.copy()
    level = int(rng.uniform(20, 140))
    thickness = max(1, round(rng.uniform(0.01, 0.04) * min(height, width)))
    tilt = rng.normal(0, 0.02 * strength)
    near = rng.uniform(0.0, 0.09)
    near = near if rng.random() < 0.5 else 1.0 - near
    if rng.random() < 0.5:
        ends = ((int(near * width), 0), (int((near + tilt) * width), height))
    else:
        ends = ((0, int(near * height)), (width, int((near + tilt) * height)))
    cv2.line(result, *ends, level, thickness, cv2.LINE_AA)
    return result


CHANGES: tuple[tuple[Change, float], ...] = (
    (residue, 0.08),
    (shadow, 0.20),
    (erase, 0.10),
    (tone, 0.60),
    (fade, 0.15),
    (low_resolution, 0.22),
    (blur, 0.30),
    (noise, 0.35),
    (jpeg, 0.25),
)
"""The changes after the geometry, in the order in which light, lens and file apply them, and how often each is made."""


def augment(crop: Crop, rng: np.random.Generator, strength: float = 1.0) -> Crop:
    """Return a changed copy of a crop, H x W or H x W x 3; the result is grey and may have another size.

    Args:
        crop: The box as it was cut, uint8.
        rng: Source of chance: the same state gives the same result.
        strength: 0 changes nothing, 1 is what training uses.

    """
    grey = random_grey(crop, rng)
    if strength <= 0:
        return grey
    if rng.random() < 0.9:
        grey = geometry(grey, rng, strength)
    for change, chance in CHANGES:
        if rng.random() < chance * min(strength, 1.0):
            grey = change(grey, rng, strength)
    return grey


def _uint8(picture: Any) -> Crop:
    """Name the type of a picture that OpenCV returns."""
    return np.asarray(picture, dtype=np.uint8)

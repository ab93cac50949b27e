"""What a phone does to a page: light, lens, sensor, sharpening and JPEG, as pure functions.

Pictures are float32 (height, width, 3), BGR, 0 black to 1 white, unless said otherwise; nothing is changed in place.
They serve crops of a box and whole pages alike: lengths are in pixels of the picture given, or in parts of its sides.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]


def light_gradient(image: Image, strength: float, angle: float) -> Image:
    """Darkens the picture evenly towards one side.

    Args:
        image: the picture.
        strength: light lost from the brightest to the darkest side, 0..1.
        angle: direction of the darkest side in radians, 0 to the right, turning clockwise.
    """
    x, y = _grid(image)
    slope = x * np.cos(angle) + y * np.sin(angle)
    return _scaled(image, 1.0 - strength * (0.5 + 0.5 * slope))


def vignette(image: Image, strength: float) -> Image:
    """Darkens the corners by `strength` (0..1), the middle not at all."""
    x, y = _grid(image)
    return _scaled(image, 1.0 - strength * 0.5 * (x**2 + y**2))


def shadow(image: Image, rng: np.random.Generator, *, depth: float, softness: float) -> Image:
    """Lays a shadow with one straight edge over a part of the picture.

    Args:
        image: the picture.
        rng: draws place and direction of the edge.
        depth: light lost inside the shadow, 0..1.
        softness: width of the edge, in parts of the picture.
    """
    x, y = _grid(image)
    angle = rng.uniform(0.0, 2.0 * np.pi)
    distance = (x * np.cos(angle) + y * np.sin(angle) - rng.uniform(-0.7, 0.7)) / max(2.0 * softness, 1e-3)
    return _scaled(image, 1.0 - depth / (1.0 + np.exp(-np.clip(4.0 * distance, -30.0, 30.0))))


def tone(image: Image, gain: tuple[float, float, float], lift: float = 0.0, gamma: float = 1.0) -> Image:
    """Sets exposure, colour cast, veiling light and tone curve.

    Args:
        image: the picture.
        gain: factors (blue, green, red).
        lift: how far black is raised towards grey, 0..1.
        gamma: exponent; above 1 darkens the middle tones.
    """
    lifted = lift + (1.0 - lift) * np.clip(image, 0.0, 1.0)
    curved = lifted if gamma == 1.0 else lifted ** np.float32(gamma)
    return (curved * np.asarray(gain, dtype=np.float32)).astype(np.float32)


def defocus(image: Image, sigma: float) -> Image:
    """Blurs by a Gaussian of `sigma` pixels."""
    return image if sigma < 0.15 else _f32(cv2.GaussianBlur(image, (0, 0), sigma))


def motion_blur(image: Image, length: float, angle: float) -> Image:
    """Blurs along a line of `length` pixels at `angle` radians."""
    if length < 1.0:
        return image
    radius = int(length / 2) + 1
    kernel = np.zeros((2 * radius + 1, 2 * radius + 1), dtype=np.uint8)
    step = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    ends = np.round((np.array([radius - step, radius + step])) * 16).astype(int)
    start, stop = (int(ends[0, 0]), int(ends[0, 1])), (int(ends[1, 0]), int(ends[1, 1]))
    cv2.line(kernel, start, stop, (255,), 1, cv2.LINE_AA, 4)
    weights = kernel.astype(np.float32) / max(float(kernel.sum()), 1.0)
    return _f32(cv2.filter2D(image, -1, weights, borderType=cv2.BORDER_REPLICATE))


def sharpen(image: Image, amount: float, sigma: float) -> Image:
    """Sharpens as phones do, with bright halos along dark lines (unsharp mask of `sigma` pixels)."""
    if amount <= 0.0:
        return image
    soft = _f32(cv2.GaussianBlur(image, (0, 0), sigma))
    return _f32(cv2.addWeighted(image, 1.0 + amount, soft, -amount, 0.0))


def resolution(image: Image, factor: float) -> Image:
    """Loses detail as a picture does that was shrunk by `factor` (> 1) and enlarged again."""
    if factor <= 1.0:
        return image
    height, width = image.shape[:2]
    small = (max(4, round(width / factor)), max(4, round(height / factor)))
    shrunk = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    return _f32(cv2.resize(shrunk, (width, height), interpolation=cv2.INTER_CUBIC))


def sensor_noise(
    image: Image, rng: np.random.Generator, *, grey: float, colour: float = 0.0, grain: float = 0.0
) -> Image:
    """Adds noise: `grey` in brightness, `colour` per channel (standard deviations), smoothed by `grain` pixels."""
    noise = grey * rng.standard_normal((*image.shape[:2], 1), dtype=np.float32)
    if colour > 0.0:
        noise = noise + colour * rng.standard_normal(image.shape, dtype=np.float32)
    if grain > 0.3:
        blurred = _f32(cv2.GaussianBlur(noise, (0, 0), grain)).reshape(*image.shape[:2], -1)
        noise = blurred * np.float32(2.0 * grain)  # about keeps the deviation of the noise before the blur
    return _f32(image + noise)


def moire(image: Image, rng: np.random.Generator, *, amplitude: float, period: float) -> Image:
    """Adds the coloured stripes of a picture taken from a screen or a raster print.

    Args:
        image: the picture.
        rng: draws directions and phases.
        amplitude: change of brightness, 0..1.
        period: distance between stripes in pixels.
    """
    height, width = image.shape[:2]
    angle = rng.uniform(0.0, np.pi)
    y, x = np.arange(height)[:, None], np.arange(width)[None, :]
    wave = 2.0 * np.pi / period * (x * np.cos(angle) + y * np.sin(angle))
    phases = rng.uniform(0.0, 2.0 * np.pi) + rng.normal(0.0, 0.5, 3)
    stripes = np.sin(wave[..., None] + phases)
    return _f32(image * (1.0 + amplitude * stripes))


def to_bytes(image: Image) -> NDArray[np.uint8]:
    """Rounds to uint8, 0..255."""
    return np.asarray(np.clip(image * np.float32(255.0) + np.float32(0.5), 0.0, 255.0)).astype(np.uint8)


def jpeg(picture: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """Returns a uint8 picture as it comes back from JPEG of the given quality (1..100)."""
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
    if not done:
        raise ValueError(f"the picture of shape {picture.shape} cannot be written as JPEG")
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR)).astype(np.uint8, copy=False)


def _grid(image: Image) -> tuple[Image, Image]:
    """Returns x (1, width) and y (height, 1), each -1..1 across the picture."""
    height, width = image.shape[:2]
    return (
        np.linspace(-1.0, 1.0, width, dtype=np.float32)[None, :],
        np.linspace(-1.0, 1.0, height, dtype=np.float32)[:, None],
    )


def _scaled(image: Image, factor: NDArray[np.floating]) -> Image:
    """Multiplies all channels by a factor (height, width)."""
    return _f32(image * factor.astype(np.float32)[..., None])


def _f32(array: NDArray[np.generic] | cv2.typing.MatLike) -> Image:
    """Returns the array as float32, without a copy where it is that already."""
    return np.asarray(array, dtype=np.float32)

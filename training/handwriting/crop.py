"""A whole crop of one box: print, ink, accidents, and the camera, as a loose segmentation delivers it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.handwriting import camera
from training.handwriting.boxes import BoxStyle, draw_box
from training.handwriting.hand import Hand, Stroke
from training.handwriting.ink import draw_strokes
from training.handwriting.marks import DIGITS, write_character, write_struck

LABELS = (*DIGITS, "X", "-", "_", "#")
"""What a box can hold: digits, X, dash, "_" empty, "#" struck out or unreadable."""

_BORDER_MM = 2.0  # paper around the crop, so that turning it never shows an edge

# Paper around the frame in a crop, in parts of the frame's side: left, top, right, bottom, as on real crops.
_MARGIN_MEAN = (0.052, 0.085, 0.062, 0.072)
_TIGHT = -0.02  # the closest cut: through the frame's line


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where the crop lies: its size in pixels, the scale of the drawing, the box's place in it."""

    size: tuple[int, int]  # width, height of the crop in pixels
    scale: float  # pixels per mm of the drawing
    canvas: tuple[int, int]  # height, width of the drawing in pixels
    box: tuple[float, float]  # top left of the box in the drawing, pixels
    corners: NDArray[np.float32]  # (4, 2) of the crop in the drawing, clockwise from top left


def simulate_box(
    label: str, rng: np.random.Generator, *, style: BoxStyle | None = None, hand: Hand | None = None
) -> NDArray[np.uint8]:
    """Returns a picture of one box as cut out of a phone photograph.

    Args:
        label: one of `LABELS`.
        rng: source of everything that varies; the same state gives the same picture.
        style: the printed box; drawn at random if None.
        hand: the writer; drawn at random if None.

    Returns:
        uint8 (height, width, 3), BGR, 17..300 px a side.

    Raises:
        ValueError: for an unknown label.
    """
    if label not in LABELS:
        raise ValueError(f"no such label: {label!r}; expected one of {''.join(LABELS)}")
    style = style or BoxStyle.sample(rng)
    hand = hand or Hand.sample(rng)
    frame = _sample_frame(style, rng)
    canvas = _print(frame, style, rng)
    _write(canvas, label, frame, style=style, hand=hand, rng=rng)
    return _photograph(canvas, frame, rng)


def _sample_frame(style: BoxStyle, rng: np.random.Generator) -> _Frame:
    """Draws the size of the crop, its margins around the box, a slight turn and perspective."""
    height = float(np.clip(rng.lognormal(np.log(48.5), 0.14), 24.0, 90.0))
    if rng.random() < 0.06:
        height = rng.uniform(90.0, 280.0)
    elif rng.random() < 0.03:
        height = rng.uniform(18.0, 32.0)
    outer = style.size_mm + style.line_mm
    margins = outer * _sample_margins(rng)
    crop = np.array([outer + margins[0] + margins[2], outer + margins[1] + margins[3]])
    width = height * crop[0] / crop[1] * _sample_aspect(rng)
    fine = 2.0 if height < 100 else 1.25
    scale = fine * height / crop[1]
    origin = np.array([margins[0], margins[1]]) + style.line_mm / 2 + _BORDER_MM
    size = (int(np.clip(round(width), 17, 300)), int(np.clip(round(height), 17, 300)))
    canvas = np.ceil((crop + 2 * _BORDER_MM) * scale).astype(int)
    return _Frame(
        size=size,
        scale=scale,
        canvas=(int(canvas[1]), int(canvas[0])),
        box=(float(origin[0] * scale), float(origin[1] * scale)),
        corners=_corners(crop, outer, rng, scale),
    )


def _sample_margins(rng: np.random.Generator) -> NDArray[np.float64]:
    """Draws the margins left, top, right and bottom, in parts of the frame's side; a loose cut is loose all around."""
    together, alone = rng.normal(0.0, 0.45), rng.normal(0.0, 0.29, 4)
    if rng.random() < 0.10:
        together, alone = 0.0, 2.5 * alone
    loose = (np.array(_MARGIN_MEAN) - _TIGHT) * 0.9 * np.exp(together + alone) + _TIGHT
    return np.minimum(loose, 0.25)


def _sample_aspect(rng: np.random.Generator) -> float:
    """Draws width over height of the box as photographed: square, or narrowed by the camera's tilt."""
    return float(rng.normal(1.0, 0.03) if rng.random() < 0.28 else rng.normal(0.868, 0.033))


def _corners(crop: NDArray[np.float64], outer: float, rng: np.random.Generator, scale: float) -> NDArray[np.float32]:
    """Returns the corners of the crop in the drawing (pixels), turned and pulled a little."""
    unit = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * crop
    across, down = rng.normal(0.0, 0.013, 2)  # the paper bends: both directions turn on their own
    turn = np.array([[1.0, across], [down, 1.0]])
    moved = unit @ turn.T + rng.normal(0.0, 0.005 * outer, (4, 2)) + crop / 2 + _BORDER_MM
    return np.asarray(moved * scale, dtype=np.float32)


def _print(frame: _Frame, style: BoxStyle, rng: np.random.Generator) -> NDArray[np.float32]:
    """Returns paper with the box and its neighbours printed on it."""
    canvas = np.ones((*frame.canvas, 3), dtype=np.float32)
    draw_box(canvas, frame.box, style, frame.scale, rng)
    for side in (-1, 1):
        if style.touching or rng.random() < 0.4:
            draw_box(
                canvas, (frame.box[0] + side * style.pitch_mm * frame.scale, frame.box[1]), style, frame.scale, rng
            )
    return canvas


def _write(
    canvas: NDArray[np.float32], label: str, frame: _Frame, *, style: BoxStyle, hand: Hand, rng: np.random.Generator
) -> None:
    """Puts the label's ink into the box, and now and then what does not belong there."""
    side = style.size_mm * frame.scale
    if rng.random() < (0.12 if label == "_" else 0.015):
        _fluid(canvas, frame, side, rng)
    if rng.random() < (0.3 if label == "_" else 0.05):
        _dirt(canvas, frame, side, rng)
    if rng.random() < (0.2 if label == "_" else 0.06):
        _intruder(canvas, frame, side, hand, rng)
    if label == "_":
        return
    strokes = write_struck(hand, rng) if label == "#" else write_character(label, hand, rng)
    # A pen is as wide on a small box as on a large one, but people write small boxes with thin pens.
    pen_scale = frame.scale * min(1.0, style.size_mm / 14.0)
    draw_strokes(canvas, _to_pixels(strokes, frame.box, side), hand, pen_scale, rng)


def _to_pixels(strokes: list[Stroke], box: tuple[float, float], side: float) -> list[Stroke]:
    """Scales strokes from box units to pixels of the drawing."""
    return [stroke * side + np.asarray(box) for stroke in strokes]


def _intruder(canvas: NDArray[np.float32], frame: _Frame, side: float, hand: Hand, rng: np.random.Generator) -> None:
    """Lets the end of a neighbour's stroke reach a little into the box, from any side."""
    digit = str(rng.choice(list(DIGITS)))
    strokes = write_character(digit, hand, rng)
    offset = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])[rng.integers(4)]
    box = np.asarray(frame.box) + offset * side * rng.uniform(0.78, 0.95)
    draw_strokes(canvas, _to_pixels(strokes, (float(box[0]), float(box[1])), side), hand, frame.scale, rng)


def _dirt(canvas: NDArray[np.float32], frame: _Frame, side: float, rng: np.random.Generator) -> None:
    """Specks, in place."""
    for _ in range(int(rng.integers(1, 5))):
        centre = np.asarray(frame.box) + rng.uniform(0.0, 1.0, 2) * side
        mask = np.zeros(canvas.shape[:2], dtype=np.uint8)
        axes = (max(1, round(rng.uniform(0.008, 0.03) * side)), max(1, round(rng.uniform(0.008, 0.025) * side)))
        spot = (round(float(centre[0])), round(float(centre[1])))
        cv2.ellipse(mask, spot, axes, rng.uniform(0, 180), 0, 360, (255,), -1, cv2.LINE_AA)
        canvas *= 1.0 - mask[..., None] * np.float32(rng.uniform(0.2, 0.8) / 255)


def _fluid(canvas: NDArray[np.float32], frame: _Frame, side: float, rng: np.random.Generator) -> None:
    """Correction fluid over a part of the box, in place: whiter than the paper, hides the print."""
    mask = np.zeros(canvas.shape[:2], dtype=np.uint8)
    for _ in range(int(rng.integers(2, 5))):
        centre = np.asarray(frame.box) + rng.uniform(0.3, 0.7, 2) * side
        axes = (round(rng.uniform(0.12, 0.35) * side), round(rng.uniform(0.12, 0.35) * side))
        spot = (round(float(centre[0])), round(float(centre[1])))
        cv2.ellipse(mask, spot, axes, rng.uniform(0, 180), 0, 360, (255,), -1, cv2.LINE_AA)
    cover = cv2.GaussianBlur(mask, (0, 0), max(0.02 * side, 0.5)).astype(np.float32)[..., None] * np.float32(0.92 / 255)
    canvas += cover * (np.float32(rng.uniform(1.0, 1.08)) - canvas)


def _photograph(canvas: NDArray[np.float32], frame: _Frame, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Returns the drawing as the phone saw it: warped, lit, blurred, noisy, sharpened, compressed."""
    width, height = frame.size
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(frame.corners, target)
    image = np.asarray(
        cv2.warpPerspective(canvas, matrix, frame.size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        dtype=np.float32,
    )
    image = _lens(image, height / 48.0, rng)
    image = _light(image, rng)
    image = _develop(image, height / 48.0, rng)
    return _compress(camera.to_bytes(image), rng)


def _lens(image: camera.Image, scale: float, rng: np.random.Generator) -> camera.Image:
    """Blur of the lens and of the hand; `scale` is the size over that of a usual crop."""
    scale = min(max(scale, 0.6), 2.5)
    sigma = rng.gamma(4.0, 0.35) if rng.random() < 0.05 else rng.normal(0.55, 0.14)
    image = camera.defocus(image, scale * float(np.clip(sigma, 0.2, 3.5)))
    if rng.random() < 0.07:
        image = camera.motion_blur(image, scale * rng.uniform(1.0, 3.0), rng.uniform(0.0, np.pi))
    return image


def _compress(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """JPEG twice: by the phone, whose blocks of 8 px begin anywhere, and again when the crop is stored."""
    if rng.random() < 0.7:
        down, right = (int(n) for n in rng.integers(0, 8, 2))
        page = np.pad(picture, ((down, 0), (right, 0), (0, 0)), mode="edge")
        picture = np.ascontiguousarray(camera.jpeg(page, int(rng.integers(45, 96)))[down:, right:])
    return camera.jpeg(picture, 90 if rng.random() < 0.8 else int(rng.integers(30, 97)))


def _develop(image: camera.Image, scale: float, rng: np.random.Generator) -> camera.Image:
    """Noise of the sensor, then the phone's smoothing and sharpening."""
    scale = min(max(scale, 0.6), 2.5)
    grey = float(rng.gamma(2.2, 0.0017)) if rng.random() < 0.94 else rng.uniform(0.01, 0.05)
    image = camera.sensor_noise(image, rng, grey=grey, colour=0.4 * grey)
    image = camera.defocus(image, scale * rng.uniform(0.33, 0.62))
    if rng.random() < 0.08:
        image = camera.resolution(image, rng.uniform(1.1, 1.9))
    return camera.sharpen(image, rng.uniform(0.0, 0.85), scale * rng.uniform(0.8, 1.8))


def _light(image: camera.Image, rng: np.random.Generator) -> camera.Image:
    """Lamp, shadow, exposure, colour cast and moire."""
    level = float(np.clip(rng.normal(0.73, 0.085), 0.45, 0.97))
    cast = rng.normal([0.012, 0.0, -0.006], [0.03, 0.0, 0.022])
    if rng.random() < 0.08:
        cast = cast * 3.0
    gain = level * (1.0 + cast)
    lift = float(rng.beta(1.5, 10.0))
    image = camera.tone(image, (float(gain[0]), float(gain[1]), float(gain[2])), lift, rng.uniform(0.85, 1.2))
    image = camera.light_gradient(image, abs(rng.normal(0.0, 0.035)), rng.uniform(0.0, 2 * np.pi))
    if rng.random() < 0.03:
        image = camera.shadow(image, rng, depth=rng.uniform(0.1, 0.45), softness=rng.uniform(0.02, 0.5))
    if rng.random() < 0.025:
        image = camera.moire(image, rng, amplitude=rng.uniform(0.01, 0.05), period=rng.uniform(2.2, 9.0))
    return image

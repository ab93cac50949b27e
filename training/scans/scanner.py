"""What scanners, faxes and photocopiers make of a box: black and white, ragged edges, few pixels, smears, watermark.

Everything takes and returns grey crops (height, width), uint8. `scan` puts them together in the order in which they
happen: the copy, the scanner's pixels, its decision for black or white, the print laid under the picture, the file.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.extraction.cells import overexposed, recover
from training.scans.augment import jpeg

Crop = NDArray[np.uint8]
Floats = NDArray[np.float32]

KEPT, SPREAD = 0.65, 1.7
"""Least and greatest share of a box's ink that a threshold may leave; beyond, a person could not tell what it was."""

LIKENESS, TRIES = 0.6, 5
"""Least correlation of what is seen with what was written, and how often a scan is tried for it."""

_WORDS = ("KOMISI", "PEMILIHAN", "UMUM", "2014", "2019", "SALINAN", "KPU")


def scan(crop: Crop, rng: np.random.Generator) -> Crop:
    """Return a box as an office scans it: mostly in black and white, at 14 to 90 px a side.

    What a person could not read any more is scanned again, otherwise.

    Args:
        crop: A box on paper or a photograph of one.
        rng: Source of chance: the same state gives the same result.

    Returns:
        Grey uint8, as the reader cuts it, its overexposed paper recovered.

    """
    ink = _ink(crop)  # 0 paper .. 1 ink, at the size of the crop
    for _ in range(TRIES):
        done = _scanned(ink, rng)
        if _alike(ink, done) >= LIKENESS:
            break
    return recover(done) if overexposed(done) else done


def _scanned(ink: Floats, rng: np.random.Generator) -> Crop:
    """Return ink on paper as it comes out of one copier, scanner and file."""
    if rng.random() < 0.25:
        ink = _copied(ink, rng)
    side = float(np.clip(rng.lognormal(np.log(40), 0.35), 14, 90))
    fine = max(22.0, side * float(np.clip(rng.lognormal(np.log(1.2), 0.3), 0.9, 2.5)))  # shrunk after the decision
    ink = _pixels(ink, fine, rng)
    bilevel = rng.random() < 0.62
    ink = _resized(_bilevel(ink, rng) if bilevel else _grey(ink, rng), side)
    paper = 255.0 if bilevel or rng.random() < 0.5 else rng.uniform(205, 255)
    black = 0.0 if bilevel else rng.uniform(0, 90)
    grey = paper - np.clip(ink, 0, 1) * (paper - black)
    if rng.random() < 0.55:
        grey = np.minimum(grey, 255.0 - _watermark(grey.shape, rng) * (1.0 if bilevel else 0.7))
    done = np.clip(grey, 0, 255).astype(np.uint8)
    return jpeg(done, rng, rng.uniform(0.2, 1.0)) if rng.random() < 0.6 else done


def _alike(ink: Floats, done: Crop) -> float:
    """Return the correlation, -1..1, of what was written with what is seen of it; 1 where nothing was written."""
    seen = cv2.resize(done, ink.shape[::-1], interpolation=cv2.INTER_LINEAR)
    written, dark = _inside(ink).ravel(), -_inside(_floats(seen)).ravel()
    if written.std() < 0.08 or dark.std() < 1e-3:
        return 1.0 if written.std() < 0.08 else 0.0
    return float(np.corrcoef(written, dark)[0, 1])


def _ink(crop: Crop) -> Floats:
    """Return how dark each pixel is between the crop's paper (0) and its ink (1), shadows levelled out."""
    grey = crop.astype(np.float32)
    reach = max(3, min(crop.shape) // 2) | 1
    paper = _floats(cv2.blur(_floats(cv2.dilate(grey, np.ones((reach, reach), np.uint8))), (reach, reach)))
    paper = np.maximum(0.5 * paper + 0.5 * np.float32(np.percentile(grey, 85)), 1.0)
    dark = np.clip(1.0 - grey / paper, 0.0, 1.0)
    dark = dark / max(float(np.percentile(dark, 98)), 0.12)
    written = float(np.percentile(_inside(dark), 97))  # a thin pen is paler than the frame, but is what is scanned for
    return _floats(np.clip(dark / max(written, 0.5) if written > 0.15 else dark, 0.0, 1.2))


def _inside(picture: Floats) -> Floats:
    """Return the middle of a picture, without the frame."""
    height, width = picture.shape
    return picture[height // 5 : height - height // 5, width // 5 : width - width // 5]


def _copied(ink: Floats, rng: np.random.Generator) -> Floats:
    """Return the ink after a photocopier: spread or thinned toner, specks, a smear along the drum."""
    ink, kernel = ink.copy(), np.ones((2, 2), np.uint8)
    if rng.random() < 0.5:
        spread = rng.random() < 0.6 or min(ink.shape) < 56  # thinning would wipe out strokes of two pixels
        ink = _floats(cv2.dilate(ink, kernel) if spread else cv2.erode(ink, kernel))
    if rng.random() < 0.5:
        specks = rng.random(ink.shape, np.float32) < rng.uniform(0.0003, 0.004)
        ink = np.maximum(ink, _floats(cv2.dilate(specks.astype(np.float32), kernel)) * rng.uniform(0.5, 1.0))
    if rng.random() < 0.3:
        length = max(2, int(rng.uniform(0.04, 0.16) * min(ink.shape)))
        smeared = _floats(cv2.blur(ink, (length, 1) if rng.random() < 0.7 else (1, length)))
        ink = np.maximum(0.75 * ink, smeared)
    if rng.random() < 0.15:
        at = int(rng.integers(ink.shape[1]))
        ink[:, at : at + max(1, ink.shape[1] // 60)] = rng.uniform(0.3, 1.0)
    return np.asarray(ink, np.float32)


def _pixels(ink: Floats, side: float, rng: np.random.Generator) -> Floats:
    """Return the ink as the scanner's pixels see it: few and a little blurred; a fax has half as many rows."""
    ink = _resized(ink, side)
    if rng.random() < 0.10:
        rows = max(8, ink.shape[0] // 2)
        ink = _floats(cv2.resize(ink, (ink.shape[1], rows), interpolation=cv2.INTER_AREA))
    sigma = rng.uniform(0.25, 0.9)
    return _floats(cv2.GaussianBlur(ink, (0, 0), sigma))


def _bilevel(ink: Floats, rng: np.random.Generator) -> Floats:
    """Return the ink decided for black or white, at a level at which what was written keeps about its weight."""
    rough = ink + rng.normal(0, rng.uniform(0.01, 0.09), ink.shape).astype(np.float32)
    middle = _inside(rough)
    mass = float(_inside(ink)[_inside(ink) > 0.2].sum()) + 1e-6
    level = rng.uniform(0.25, 0.7)
    while level > 0.2 and float(np.count_nonzero(middle > level)) < KEPT * mass:
        level -= 0.04
    while level < 0.8 and float(np.count_nonzero(middle > level)) > SPREAD * mass:
        level += 0.04
    return (rough > level).astype(np.float32)


def _grey(ink: Floats, rng: np.random.Generator) -> Floats:
    """Return the ink of a scan in grey: more contrast than the paper had, mostly, or pale."""
    low, high = rng.uniform(0.0, 0.15), rng.uniform(0.5, 1.15)
    noise = rng.normal(0, rng.uniform(0.0, 0.04), ink.shape)
    return _floats(np.clip((ink - low) / (high - low), 0.0, 1.0) + noise)


def _watermark(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Return how much darker (0..60 grey levels) print behind the writing makes each pixel: letters, rings, a field."""
    height, width = shape[:2]
    mask = np.zeros((2 * height, 2 * width), np.uint8)
    for _ in range(int(rng.integers(1, 4))):
        centre = tuple(int(value) for value in rng.uniform(-0.2, 1.2, 2) * (2 * width, 2 * height))
        kind = rng.random()
        if kind < 0.45:
            size, wide = rng.uniform(0.4, 2.2) * height / 32, max(2, int(rng.uniform(0.03, 0.09) * 2 * height))
            start = (centre[0] - int(rng.uniform(0, 40) * size), centre[1])
            cv2.putText(mask, str(rng.choice(_WORDS)), start, cv2.FONT_HERSHEY_SIMPLEX, size, 255, wide, cv2.LINE_AA)
        elif kind < 0.88:
            radius, wide = int(rng.uniform(0.2, 1.2) * 2 * height), max(2, int(rng.uniform(0.03, 0.2) * 2 * height))
            cv2.circle(mask, centre, max(radius, 2), 255, wide if rng.random() < 0.75 else -1, cv2.LINE_AA)
        else:
            points = rng.uniform(-0.3, 1.3, (int(rng.integers(3, 6)), 2)) * (2 * width, 2 * height)
            cv2.fillPoly(mask, [np.rint(points).astype(np.int32)], 255, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((width, height), rng.normal(0, 30), 1.0)
    mask = np.asarray(cv2.warpAffine(mask, turn, (2 * width, 2 * height)), np.uint8)
    small = _floats(cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA)) / 255.0
    level = rng.uniform(8, 38) if rng.random() < 0.9 else rng.uniform(38, 60)
    return np.asarray(small * level, np.float32)


def _resized(ink: Floats, side: float) -> Floats:
    """Return the ink with `side` px along its shorter side."""
    factor = side / min(ink.shape)
    size = (max(5, round(ink.shape[1] * factor)), max(5, round(ink.shape[0] * factor)))
    return _floats(cv2.resize(ink, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR))


def _floats(picture: Any) -> Floats:
    """Name the type of a picture that OpenCV returns."""
    return np.asarray(picture, np.float32)

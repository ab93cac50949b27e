"""A phone takes a picture of a filled sheet; the truth of every point comes with it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.pages.backgrounds import MARGIN, SCALE, draw_surface
from training.pages.difficulty import Difficulty, difficulty
from training.pages.fields import bands
from training.pages.framing import frame_sheet
from training.pages.geometry import Geometry
from training.pages.light import draw_light
from training.pages.processing import Processed, process
from training.pages.relief import Points, Relief
from training.pages.scan import scan
from training.pages.tape import tape_corners

Picture = NDArray[np.uint8]
_STEP = 16  # the geometry is worked out for one pixel in so many, and interpolated
_HEADROOM = 0.85  # reflectance of the sheet is stored times this
_NOISE = 256  # rows of noise that are drawn, and laid over the picture again and again with another shift


@dataclass(frozen=True, slots=True)
class Photo:
    """A simulated photograph or scan.

    Attributes:
        image: uint8 (height, width, 3), BGR, before JPEG.
        geometry: Where every point of the sheet is.
        quality: JPEG quality to store it with.
        capture: "photo" or "scan".

    """

    image: Picture
    geometry: Geometry | Processed
    quality: int
    capture: str = "photo"

    def to_photo(self, points_mm: Points) -> Points:
        """Return the pixels (n, 2) at which points (n, 2) in mm of the sheet appear."""
        return self.geometry.to_photo(points_mm)


def photograph(
    sheet: NDArray[np.float32],
    rng: np.random.Generator,
    level: str = "medium",
    *,
    pixels_per_mm: float = 4.0,
    long_side: int | None = None,
) -> Photo:
    """Take a picture of a filled sheet.

    Args:
        sheet: Reflectance (height, width, 3), BGR, 0..1.
        rng: The only source of chance.
        level: "easy", "medium", "hard", "wild" for what is really sent in, or "scan" for a flat scan of A4 size.
        pixels_per_mm: Scale of `sheet`.
        long_side: Of the picture in pixels; drawn from those usual for the level without it.

    """
    if level == "scan":
        image, geometry = scan(sheet, rng, pixels_per_mm=pixels_per_mm, long_side=long_side)
        return Photo(image, geometry, int(rng.integers(55, 90)), "scan")
    ranges = difficulty(level)
    long_side = long_side or int(rng.choice(ranges.long_sides))
    size = (sheet.shape[1] / pixels_per_mm, sheet.shape[0] / pixels_per_mm)
    if rng.random() < ranges.tape:
        sheet = sheet.copy()
        tape_corners(sheet, rng, covering=rng.random() < ranges.covered if ranges.covered else False)
    relief = Relief.sample(size, ranges.bow, ranges.fold, rng, ranges.waves)
    geometry = frame_sheet(relief, long_side, ranges, rng)
    flat = _shaded(sheet, relief, rng)
    scene = _scene(flat, geometry, pixels_per_mm, ranges, rng)
    image = _exposed(_lens(scene, ranges, rng), draw_light(geometry.size, ranges, rng), ranges, rng)
    if not ranges.processed:
        return Photo(image, geometry, int(rng.integers(*ranges.quality)))
    image, processed = process(image, geometry, rng)
    return Photo(image, processed, int(rng.integers(*ranges.quality)))


def encode_jpeg(photo: Photo, quality: int | None = None) -> bytes:
    """Return the picture as a JPEG file."""
    done, data = cv2.imencode(".jpg", photo.image, [cv2.IMWRITE_JPEG_QUALITY, quality or photo.quality])
    assert done
    return data.tobytes()


def _shaded(sheet: NDArray[np.float32], relief: Relief, rng: np.random.Generator) -> Picture:
    """Return the sheet in 8 bits with the light and dark sides of its bends, and the wear of its folds."""
    raster = (round(relief.size[0] / 2), round(relief.size[1] / 2))
    shade = relief.shading(*raster, (rng.normal(0.0, 0.9), rng.normal(0.0, 0.9)))
    for fold in relief.folds:  # the coating breaks: a thin line, paler or darker
        at = int(fold.at / 2)
        line = shade[:, at : at + 1] if fold.along == 0 else shade[at : at + 1]
        line *= np.float32(1.0 + rng.uniform(-0.08, 0.05))
    flat = np.empty(sheet.shape, dtype=np.uint8)
    # The head room keeps the bright sides of folds from clipping; the exposure takes it back.
    shade = np.clip(shade, 0.55, 1.25) * np.float32(_HEADROOM * 255.0)
    for rows, field in bands(shade, sheet.shape[1], sheet.shape[0]):
        flat[rows] = cv2.convertScaleAbs(sheet[rows] * field[..., None])
    return flat


def _scene(
    sheet: Picture, geometry: Geometry, pixels_per_mm: float, level: Difficulty, rng: np.random.Generator
) -> Picture:
    """Return the sheet on its background as the camera sees it, in even light."""
    map_x, map_y = _map(geometry, pixels_per_mm)
    shrink = pixels_per_mm / geometry.pixels_per_mm()
    if shrink > 1.15:
        sheet = np.asarray(cv2.GaussianBlur(sheet, (0, 0), 0.45 * float(np.sqrt(shrink**2 - 1.0))), dtype=np.uint8)
    image = cv2.remap(sheet, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    surface = draw_surface(geometry.relief.size, level.clutter, rng)
    to_surface = np.array([[SCALE, 0.0, MARGIN * SCALE], [0.0, SCALE, MARGIN * SCALE], [0.0, 0.0, 1.0]])
    matrix = geometry.homography @ np.linalg.inv(to_surface)
    behind = cv2.warpPerspective(surface, matrix, geometry.size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    mask = np.zeros(geometry.size[::-1], dtype=np.uint8)
    cv2.fillPoly(mask, [np.round(geometry.outline() * 16).astype(np.int32)], (255,), cv2.LINE_AA, 4)
    return _over(np.asarray(image, dtype=np.uint8), np.asarray(behind, dtype=np.uint8), mask)


def _over(image: Picture, behind: Picture, mask: Picture) -> Picture:
    """Return `image` where the mask is 255 and `behind` where it is 0; only the few pixels between are mixed."""
    edge = np.nonzero(cv2.inRange(mask, (1,), (254,)))
    share = mask[edge][:, None] / np.float32(255.0)
    mixed = share * image[edge] + (1.0 - share) * behind[edge]
    whole = np.asarray(cv2.copyTo(image, mask, behind), dtype=np.uint8)
    whole[edge] = mixed.astype(np.uint8)
    return whole


def _map(geometry: Geometry, pixels_per_mm: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return for every pixel of the photograph where it lies on the sheet's canvas, as `cv2.remap` wants it."""
    width, height = geometry.size
    # One node more on every side, so that the enlargement has no borders.
    x = (np.arange(-1, -(-width // _STEP) + 1) + 0.5) * _STEP - 0.5
    y = (np.arange(-1, -(-height // _STEP) + 1) + 0.5) * _STEP - 0.5
    nodes = np.stack(np.meshgrid(x, y), axis=-1)
    points = geometry.to_sheet(nodes.reshape(-1, 2)).reshape(nodes.shape) * pixels_per_mm - 0.5
    full = (len(x) * _STEP, len(y) * _STEP)
    maps = [cv2.resize(points[..., i].astype(np.float32), full, interpolation=cv2.INTER_LINEAR) for i in range(2)]
    cut = [np.ascontiguousarray(m[_STEP : _STEP + height, _STEP : _STEP + width], dtype=np.float32) for m in maps]
    return cut[0], cut[1]


def _lens(image: Picture, level: Difficulty, rng: np.random.Generator) -> Picture:
    """Blur by focus and by an unsteady hand; blur is stated for pictures of 4000 px."""
    scale = max(image.shape) / 4000.0
    sigma = rng.uniform(*level.blur) * max(scale, 0.45)
    blurred = cv2.GaussianBlur(image, (0, 0), sigma) if sigma > 0.25 else image
    length = level.motion * scale * max(0.0, rng.normal(0.0, 0.5))
    if length > 1.5:
        blurred = cv2.filter2D(blurred, -1, _streak(length, rng.uniform(0.0, np.pi)), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(blurred, dtype=np.uint8)


def _streak(length: float, angle: float) -> NDArray[np.float32]:
    """Return the kernel of a motion blur of `length` pixels."""
    radius = int(length / 2) + 1
    kernel = np.zeros((2 * radius + 1, 2 * radius + 1), dtype=np.uint8)
    step = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    ends = [(round(float(p[0]) * 16), round(float(p[1]) * 16)) for p in (radius - step, radius + step)]
    cv2.line(kernel, ends[0], ends[1], (255,), 1, cv2.LINE_AA, 4)
    return kernel.astype(np.float32) / np.float32(kernel.sum())


def _exposed(image: Picture, light: NDArray[np.float32], level: Difficulty, rng: np.random.Generator) -> Picture:
    """Return the picture in the light of the room, through sensor, sharpening and tone curve."""
    height, width = image.shape[:2]
    lift = rng.uniform(0.0, 0.08)
    noise = _noise(width + _NOISE, 255.0 * rng.uniform(*level.noise), rng) + np.float32(255.0 * lift)
    exposed = np.empty_like(image)
    for rows, field in bands(light * np.float32((1.0 - lift) / _HEADROOM), width, height):
        lit = cv2.multiply(image[rows], field, dtype=cv2.CV_32F)
        row, column = rng.integers(0, _NOISE - len(lit)), rng.integers(0, _NOISE)
        lit = cv2.add(lit, noise[row : row + len(lit), column : column + width])
        exposed[rows] = cv2.convertScaleAbs(np.maximum(lit, 0.0))
    amount = rng.uniform(0.0, 0.8)
    if amount > 0.15:  # phones sharpen: pale halos along dark lines
        soft = cv2.GaussianBlur(exposed, (0, 0), 1.2 * max(image.shape) / 4000.0 + 0.4)
        exposed = np.asarray(cv2.addWeighted(exposed, 1.0 + amount, soft, -amount, 0.0), dtype=np.uint8)
    curve = 255.0 * (np.arange(256) / 255.0) ** rng.uniform(0.85, 1.15)
    return np.asarray(cv2.LUT(exposed, np.round(curve).astype(np.uint8)), dtype=np.uint8)


def _noise(width: int, deviation: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the sensor's noise, grey and coloured, (_NOISE, width, 3)."""
    block = deviation * rng.standard_normal((_NOISE, width, 1), dtype=np.float32)
    block = block + 0.5 * deviation * rng.standard_normal((_NOISE, width, 3), dtype=np.float32)
    if rng.random() < 0.6:  # the phone smooths noise, grains remain
        block = 1.7 * np.asarray(cv2.GaussianBlur(block, (0, 0), rng.uniform(0.5, 1.1)), dtype=np.float32)
    return np.asarray(block, dtype=np.float32)

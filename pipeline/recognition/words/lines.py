"""From a place with pen strokes to its lines of writing, and from these to one strip, as a reader of one line wants it.

A narrow column holds a number in three or four lines, slanting upwards; a wide one in one line or two. Strokes are
joined to letters by touching, letters to lines by their height in the place once it is turned level; so no letter is
cut through unless it touches one of another line. Lines are then laid one behind the other.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognition.words.area import Area, Box

HEIGHT = 32
"""Height of the strip, px."""

LETTER = 20
"""What a line of writing is scaled to within it, from the head of its letters to their foot, px."""

GAP = 10
"""Blank columns between words, and between lines, at most, px: officers leave a word's length."""

WIDEST = 640
"""Longest strip, px; a longer one is squeezed. 19 of 20 real lines are shorter than 465."""

SLOPES = tuple(float(slope) for slope in np.linspace(-0.54, 0.42, 17))
"""Slopes that a line of writing is tried with; then those beside the best."""

POINTS = 1000
"""Pen pixels that are enough to find a slope."""

SPECK, CANCELLING = 0.3, 4.0
"""Heights, in letters, below which a stroke is a dot or dirt, and above which it strikes out what is left blank."""

FLAT = (4.0, 0.6)
"""A stroke longer than the first and flatter than the second, in letters, is a printed or cancelling line."""

WHOLE = 1.6
"""Strokes lower than this many letters lie on one line as a whole; higher ones are cut between the lines."""

SOFT, APART, VALLEY, LEAST = 0.17, 0.85, 0.85, 0.12
"""Lines are peaks of the ink along the height: smoothed by the first, apart by the second, in letters; between two the
ink falls below the third of the lower peak; none is lower than the fourth of the highest. Chosen between two of 24
settings tried on 500 drawn places; at the nearest, 0.16 and 0.8, some 10 in 100 places of several lines got too few."""

TALLEST = 1.9
"""Letters that a line of writing is high at most: what is beyond belongs to another."""

LETTER_MM = {True: (2.0, 25.0), False: (3.0, 25.0)}
"""Heights of letters, mm, in a place that is narrow, as on an A4 sheet, and in others; dots of a line are less."""

_EDGE, _AROUND = 4, 3


def to_strip(area: Area) -> NDArray[np.float32]:
    """Return the writing of a place as one strip (HEIGHT, width), ink 0 to 1; of width 0 where there is no stroke."""
    pixels = np.flatnonzero(area.pen)
    y, x = np.divmod(pixels, area.pen.shape[1])
    count, labels = cv2.connectedComponents(area.pen.view(np.uint8), connectivity=8)
    owner = np.asarray(labels, np.int32).ravel()[pixels]
    stats = extents(x, y, owner, count)
    kept = _strokes(area, stats)
    if not kept.any():
        return np.zeros((HEIGHT, 0), np.float32)
    letter = _letter_height(stats[kept], area)
    tall = np.maximum(stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_WIDTH])
    kept &= (tall >= SPECK * letter) & (stats[:, cv2.CC_STAT_HEIGHT] <= CANCELLING * letter)
    kept &= (stats[:, cv2.CC_STAT_WIDTH] < FLAT[0] * letter) | (stats[:, cv2.CC_STAT_HEIGHT] > FLAT[1] * letter)
    if not kept.any():
        return np.zeros((HEIGHT, 0), np.float32)
    mine = kept[owner]
    x, y = x[mine], y[mine]
    slope = _slope(x, y, letter)
    lines = _lines(x, y, owner[mine], letter, slope)
    strips = [_level(area.ink, *line, slope, letter) for line in lines]
    strip = _one_behind_the_other([one for one in strips if one.shape[1]])
    if strip.shape[1] > WIDEST:
        strip = np.asarray(cv2.resize(strip, (WIDEST, HEIGHT), interpolation=cv2.INTER_AREA), np.float32)
    return strip


def extents(x: NDArray[np.intp], y: NDArray[np.intp], owner: NDArray[np.int32], count: int) -> NDArray[np.int32]:
    """Return where strokes lie, (count, 5) by OpenCV's CC_STAT_ columns, of the pen pixels (x, y) and whose each is.

    OpenCV's own statistics go over the paper, too, which takes ten times as long as to find the strokes.
    """
    stats = np.zeros((count, 5), np.int32)
    for first, extent, at in ((cv2.CC_STAT_LEFT, cv2.CC_STAT_WIDTH, x), (cv2.CC_STAT_TOP, cv2.CC_STAT_HEIGHT, y)):
        low, high = np.full(count, at.max(initial=0)), np.zeros(count, np.intp)
        np.minimum.at(low, owner, at)
        np.maximum.at(high, owner, at)
        stats[:, first], stats[:, extent] = low, high - low + 1
    stats[:, cv2.CC_STAT_AREA] = np.bincount(owner, minlength=count)
    return stats


def _strokes(area: Area, stats: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return which connected strokes (count,) belong to the place: those that lie in it with their middle."""
    kept = np.zeros(len(stats), bool)
    height, width = area.pen.shape
    x = stats[:, cv2.CC_STAT_LEFT] + stats[:, cv2.CC_STAT_WIDTH] / 2
    y = stats[:, cv2.CC_STAT_TOP] + stats[:, cv2.CC_STAT_HEIGHT] / 2
    inside = (x > area.margin) & (x < width - area.margin) & (y > area.margin) & (y < height - area.margin)
    kept[1:] = inside[1:] & (stats[1:, cv2.CC_STAT_AREA] >= 3)
    for caption in area.printed:
        kept &= ~_within(stats, caption)
    return kept


def _within(stats: NDArray[np.int32], box: Box) -> NDArray[np.bool_]:
    """Return which strokes (count,) lie wholly in a box (left, top, right, foot)."""
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    right, foot = left + stats[:, cv2.CC_STAT_WIDTH], top + stats[:, cv2.CC_STAT_HEIGHT]
    return np.asarray((left >= box[0]) & (top >= box[1]) & (right <= box[2]) & (foot <= box[3]))


def _letter_height(stats: NDArray[np.int32], area: Area) -> float:
    """Return the usual height of a stroke, px, weighed by its height; dots and cancelling strokes count nothing."""
    heights = stats[:, cv2.CC_STAT_HEIGHT].astype(np.float64)
    least, most = (length * area.density for length in LETTER_MM[area.narrow])
    usual = (heights >= 0.6 * least) & (heights <= most)
    if not usual.any():
        return float(np.clip(np.median(heights), least, most))
    order = np.sort(heights[usual])
    total = np.cumsum(order)
    return max(float(order[np.searchsorted(total, total[-1] / 2)]), least)


def _slope(x: NDArray[np.intp], y: NDArray[np.intp], letter: float) -> float:
    """Return the slope at which the writing, the places of its pen pixels, falls into the sharpest lines."""
    step = max(1, len(x) // POINTS)
    x, y = x[::step], y[::step]
    slopes = np.array(SLOPES)
    rough = float(slopes[_sharpness(x, y, slopes, letter).argmax()])
    near = np.array((rough - 0.02, rough, rough + 0.02))
    return float(near[_sharpness(x, y, near, letter).argmax()])


def _sharpness(
    x: NDArray[np.intp], y: NDArray[np.intp], slopes: NDArray[np.float64], letter: float
) -> NDArray[np.float64]:
    """Return how sharply the pen pixels fall into lines at each slope (n,)."""
    level = (y - slopes[:, None] * x) / max(letter / 6, 1.0)
    level -= level.min(axis=1, keepdims=True)
    rows = int(level.max()) + 1
    places = level.astype(np.intp) + rows * np.arange(len(slopes))[:, None]
    profiles = np.bincount(places.ravel(), minlength=rows * len(slopes)).reshape(len(slopes), rows).astype(np.float64)
    return np.asarray((profiles**2).sum(axis=1) * (1.0 - 0.15 * np.abs(slopes)))


def _lines(
    x: NDArray[np.intp], y: NDArray[np.intp], owner: NDArray[np.int32], letter: float, slope: float
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Return the pen pixels (x, y) of every line of writing, from the top; `owner` is the stroke of each pixel."""
    level = y - slope * x
    level -= level.min()
    bounds = _bounds(level, letter)
    middle = np.bincount(owner, level) / np.maximum(np.bincount(owner), 1)
    above, below = np.zeros(len(middle)), np.zeros(len(middle))
    np.maximum.at(above, owner, middle[owner] - level)
    np.maximum.at(below, owner, level - middle[owner])
    whole = (above + below)[owner] < WHOLE * letter
    line = np.searchsorted(bounds, np.where(whole, middle[owner], level))
    return [(x[line == index], y[line == index]) for index in np.unique(line)]


def _bounds(level: NDArray[np.float64], letter: float) -> NDArray[np.intp]:
    """Return the heights between the lines of writing, of the heights of all pen pixels, from 0."""
    profile = np.bincount(level.astype(np.intp)).astype(np.float32)
    beyond = np.zeros(4, np.float32)
    padded = np.concatenate((beyond, profile, beyond))[None]
    smooth = cv2.GaussianBlur(padded, (0, 0), max(SOFT * letter, 0.8))[0][4:-4]
    centres = _peaks(np.asarray(smooth, np.float32), letter)
    return np.array([a + int(smooth[a : b + 1].argmin()) for a, b in pairwise(centres)], np.intp)


def _peaks(profile: NDArray[np.float32], letter: float) -> list[int]:
    """Return the middles of the lines: peaks of the profile that stand out, apart by most of a letter's height."""
    order = np.argsort(profile)[::-1]
    peaks: list[int] = []
    for place in order:
        if profile[place] < LEAST * profile[order[0]]:
            break
        if any(abs(place - other) < APART * letter for other in peaks):
            continue
        parted = [
            float(profile[min(place, o) : max(place, o) + 1].min()) < VALLEY * float(profile[place]) for o in peaks
        ]
        if all(parted):
            peaks.append(int(place))
    return sorted(peaks)


def _level(
    ink: NDArray[np.float32], x: NDArray[np.intp], y: NDArray[np.intp], slope: float, letter: float
) -> NDArray[np.float32]:
    """Cut one line, the pen pixels (x, y), out of the ink, level and scaled to the strip's height."""
    slope = _own_slope(x, y, slope)
    level = y - slope * x
    top, foot = _quantile(level, 0.025), _quantile(level, 0.975)
    scale = min(LETTER / min(max(foot - top + 1.0, 0.75 * letter, 3.0), TALLEST * letter), 12.0)
    centre = (top + foot) / 2 if foot - top <= TALLEST * letter else float(np.median(level))
    left, upper = int(x.min()), int(y.min())
    own = _own_ink(ink, x, y, scale)
    across = max(4, round((int(np.ptp(x)) + 1) * scale))
    # Output (u, v) comes from x = left + u / scale, y = centre + (v - HEIGHT / 2) / scale + slope * x.
    step = 1.0 / scale
    middle = centre + slope * left - upper + _AROUND
    matrix = np.array([[step, 0.0, _AROUND + step / 2 - 0.5], [slope * step, step, middle + step * (0.5 - HEIGHT / 2)]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return _closed_up(np.asarray(cv2.warpAffine(own, matrix, (across, HEIGHT), flags=flags), np.float32))


def _own_ink(ink: NDArray[np.float32], x: NDArray[np.intp], y: NDArray[np.intp], scale: float) -> NDArray[np.float32]:
    """Return the ink around the pen pixels of one line, without its neighbours', `_AROUND` px beyond them."""
    left, upper = int(x.min()) - _AROUND, int(y.min()) - _AROUND
    near = np.zeros((int(np.ptp(y)) + 1 + 2 * _AROUND, int(np.ptp(x)) + 1 + 2 * _AROUND), np.uint8)
    near[y - upper, x - left] = 1
    near = np.asarray(cv2.dilate(near, np.ones((5, 5), np.uint8)), np.uint8)
    # Beyond the ink its edge goes on.
    around = ink.take(np.arange(upper, upper + near.shape[0]), axis=0, mode="clip")
    own = around.take(np.arange(left, left + near.shape[1]), axis=1, mode="clip")
    own *= near
    return own if scale >= 0.7 else np.asarray(cv2.GaussianBlur(own, (0, 0), 0.35 / scale), np.float32)


def _own_slope(x: NDArray[np.intp], y: NDArray[np.intp], slope: float) -> float:
    """Return the slope of one line by itself, near that of all."""
    if np.ptp(x) < 12:
        return slope
    away = x - x.mean()
    fitted = float(away @ (y - slope * x)) / float(away @ away)  # least squares
    return slope + min(max(fitted, -0.08), 0.08)


def _quantile(values: NDArray[np.float64], share: float) -> float:
    """Return the value below which such a share of some values lies, linear between two."""
    at = share * (len(values) - 1)
    low, high = math.floor(at), math.ceil(at)
    ordered = np.partition(values, (low, high))
    return float(ordered[low] + (at - low) * (ordered[high] - ordered[low]))


def _closed_up(strip: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shorten what is blank between words to `GAP` columns."""
    blank = strip.max(axis=0) < 0.2
    columns = np.arange(len(blank))
    last_ink = np.maximum.accumulate(np.where(blank, 0, columns))
    return strip[:, columns - last_ink <= GAP]


def _one_behind_the_other(strips: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    gap = np.zeros((HEIGHT, GAP), np.float32)
    edge = np.zeros((HEIGHT, _EDGE), np.float32)
    parts = [part for strip in strips for part in (gap, strip)][1:]
    return np.hstack([edge, *parts, edge])

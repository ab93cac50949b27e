"""AprilTags: which page of which form lies here, and which way up.

Olson, "AprilTag: a robust and flexible visual fiducial system", ICRA 2011; detected by OpenCV's aruco module with a
dictionary of only those tags that the installed templates use, which is faster and leaves less to confuse.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from pipeline.forms import TaggedPage
from pipeline.registration.geometry import Grey, Points, corners

SEARCH_LONG_SIDE = (1008, 2016, 4032)
"""Long sides, px, at which tags are looked for, one after the other: most photographs are done after the first."""


THRESHOLD_WINDOWS = ((23, 23), (9, 37))
"""Sizes, px, of the window of the adaptive threshold, smallest and largest: one that nearly always does, then three."""

LEAST, LARGE = 0.05, 0.08
"""Outline of a tag in parts of the picture's long side: the smallest that is looked for, and what that of a sheet that
fills the picture exceeds. The boxes of such a sheet are smaller: with them half of the time is spent on squares."""

FILLED = 0.5
"""Share of a picture from which a sheet leaves no room for another."""

STRICT, LENIENT = 0.6, 1.0
"""Shares of the bits that a family can set right (four of 36h10) which are: two wrong bits, as in OpenCV, and all four,
for a tag on paper that bows, whose cells are read beside their middles. Tags of 36h10 differ in ten bits and more; with
86 tags known one of 12,000 readings of a square of print lies within four bits of one, before its border is asked."""

LENIENT_LONG_SIDE = (1426, 2016, 1008)
"""Long sides, px, at which such tags are looked for: on a bowed sheet it is chance at which size a tag is read (13 of
16 sizes from 900 to 2,400 px, on one photograph of C.HASIL-DPD)."""


@dataclass(frozen=True, slots=True)
class FoundTag:
    """A tag in the picture.

    Attributes:
        candidates: The pages that it may stand for: one, or the same page of several variants of one form, which
            differ in their numbers alone.
        corners: Its four corners in the picture, px (4, 2), clockwise from the corner that is upper left on the sheet.
        sheet_corners: The same corners on the sheet, mm (4, 2).

    """

    candidates: tuple[TaggedPage, ...]
    corners: Points
    sheet_corners: Points

    @property
    def page(self) -> TaggedPage:
        """The first candidate: what all have in common can be asked of it."""
        return self.candidates[0]

    @property
    def area(self) -> float:
        """Area in the picture, px squared."""
        return float(cv2.contourArea(self.corners.astype(np.float32)))


@dataclass(frozen=True, slots=True)
class StrangeTag:
    """A tag in the picture that no template knows: its family and id, and its middle, px (2,)."""

    family: str
    id: int
    middle: Points


class TagFinder:
    """Finds the tags of a set of templates. Made once; safe to share between threads.

    Args:
        pages: `(family, id) -> pages`, as `tagged_pages` gives it.

    """

    def __init__(self, pages: Mapping[tuple[str, int], tuple[TaggedPage, ...]]) -> None:
        families = sorted({family for family, _ in pages})
        self._pages = pages
        self._keys = [[key for key in sorted(pages) if key[0] == family] for family in families]
        self._dictionaries = [
            _dictionary(family, [number for _, number in keys])
            for family, keys in zip(families, self._keys, strict=True)
        ]

    def glance(self, grey: Grey) -> list[FoundTag]:
        """Return the tags that a first look at a small copy shows: nearly all of those that can be seen at all."""
        small, factor = _copy(grey, SEARCH_LONG_SIDE[0])
        large = self._by_size(small, factor, _parameters(THRESHOLD_WINDOWS[0], STRICT, LARGE))
        return large if large and _fills(grey, large[0]) else self._search_copy(small, factor, STRICT)

    def look_closer(self, grey: Grey) -> list[FoundTag]:
        """Return the tags of larger copies than `glance` looks at, or else ill-read ones; largest first."""
        long_side = max(grey.shape)
        reached = pairwise(SEARCH_LONG_SIDE)
        larger = [size for before, size in reached if before < long_side]
        return self._search(grey, larger) or self._search(grey, LENIENT_LONG_SIDE, LENIENT)

    def strangers(self, grey: Grey) -> list[StrangeTag]:
        """Return tags, of the families that are known, whose id no template knows; without any correction of bits."""
        small, factor = _copy(grey, SEARCH_LONG_SIDE[1])
        found = []
        for family in sorted({family for family, _ in self._pages}):
            dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, f"DICT_{family}"))
            parameters = _parameters(THRESHOLD_WINDOWS[0], 0.0)
            quads, ids, _ = cv2.aruco.ArucoDetector(dictionary, parameters).detectMarkers(small)
            for quad, number in zip(quads, [] if ids is None else ids.ravel(), strict=True):
                if (family, int(number)) not in self._pages:
                    middle = (np.asarray(quad, dtype=np.float64).reshape(4, 2).mean(axis=0) + 0.5) / factor - 0.5
                    found.append(StrangeTag(family, int(number), middle))
        return found

    def _search(self, grey: Grey, sizes: Sequence[int], correction: float = STRICT) -> list[FoundTag]:
        for target in sizes:
            if found := self._search_copy(*_copy(grey, target), correction):
                return found
        return []

    def _search_copy(self, small: Grey, factor: float, correction: float) -> list[FoundTag]:
        for windows in THRESHOLD_WINDOWS:
            if found := self._by_size(small, factor, _parameters(windows, correction)):
                return found
        return []

    def _by_size(self, small: Grey, factor: float, parameters: cv2.aruco.DetectorParameters) -> list[FoundTag]:
        """Return the tags of a copy, the largest first."""
        return sorted(self._find_at(small, factor, parameters), key=lambda tag: -tag.area)

    def _find_at(self, small: Grey, factor: float, parameters: cv2.aruco.DetectorParameters) -> Iterable[FoundTag]:
        for dictionary, keys in zip(self._dictionaries, self._keys, strict=True):
            # A detector keeps state while it works, so every search has its own.
            corners, ids, _ = cv2.aruco.ArucoDetector(dictionary, parameters).detectMarkers(small)
            for quad, index in zip(corners, [] if ids is None else ids.ravel(), strict=True):
                # Pixel centres: the middle of the small picture's first pixel is not that of the large one's.
                picture = (np.asarray(quad, dtype=np.float64).reshape(4, 2) + 0.5) / factor - 0.5
                yield _oriented(self._pages[keys[int(index)]], picture)


def _dictionary(family: str, ids: list[int]) -> cv2.aruco.Dictionary:
    """Return OpenCV's dictionary of `family`, cut down to `ids` in this order."""
    whole = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, f"DICT_{family}"))
    return cv2.aruco.Dictionary(whole.bytesList[ids], whole.markerSize, whole.maxCorrectionBits)


def _fills(grey: Grey, tag: FoundTag) -> bool:
    """Return whether the sheet of a tag leaves no room for a second one like it, as seen at the tag."""
    sheet, side = tag.page.form.sheet, float(np.hypot(*(tag.sheet_corners[1] - tag.sheet_corners[0])))
    return tag.area / side**2 * sheet.width * sheet.height > FILLED * grey.size


def _parameters(windows: tuple[int, int], correction: float, least: float = LEAST) -> cv2.aruco.DetectorParameters:
    """Return settings for one large printed tag on a sheet full of other print."""
    parameters = cv2.aruco.DetectorParameters()
    parameters.adaptiveThreshWinSizeMin, parameters.adaptiveThreshWinSizeMax = windows
    parameters.adaptiveThreshWinSizeStep = 14
    parameters.minMarkerPerimeterRate = least
    parameters.maxMarkerPerimeterRate = 0.8
    parameters.errorCorrectionRate = correction
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    parameters.cornerRefinementWinSize = 3
    return parameters


def _copy(grey: Grey, long_side: int) -> tuple[Grey, float]:
    """Return a copy whose long side is at most so many px, and how large it is against the picture."""
    factor = min(1.0, long_side / max(grey.shape))
    if factor == 1.0:
        return grey, factor
    whole = int(1 / factor)
    rows, columns = grey.shape[0] // whole, grey.shape[1] // whole
    # Averages of whole pixels take a tenth of the time of others; from there on it is less than a half to go.
    averaged = cv2.resize(grey[: rows * whole, : columns * whole], (columns, rows), interpolation=cv2.INTER_AREA)
    size = (round(columns * whole * factor), round(rows * whole * factor))
    return np.asarray(cv2.resize(averaged, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8), factor


def _oriented(candidates: tuple[TaggedPage, ...], picture: Points) -> FoundTag:
    """Turn OpenCV's corner order (of the family's upright picture) into the order on the sheet."""
    tag = candidates[0].page.tag
    assert tag is not None
    return FoundTag(candidates, np.roll(picture, tag.rotation // 90, axis=0), corners(tag.square))

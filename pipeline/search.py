"""Look for the sheet in a page's picture: in few pixels first, closer where it is small, inverted if it is a negative.

Most sheets fill their picture and are found in a copy of 1,500 px. Only a sheet that is very small in it, or not found,
is looked for again: in the windows of a large picture that hold most of its print, and in the inverted picture where
that may be a negative.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from pipeline.clock import Clock
from pipeline.documents import Page, Reduction
from pipeline.documents.negative import NegativePixels, inverted, may_be_negative
from pipeline.evidence import PLACED
from pipeline.reasons import Reason
from pipeline.registration import Registration, refine_again
from pipeline.registration.geometry import Grey, inside
from pipeline.registration.windows import Window, window_around, windows_of_print

ENOUGH_LONG_SIDE = 1500
"""A picture is decoded at the strongest reduction that leaves its long side at least this many px."""

ENOUGH_BOX_PIXELS = 29.0
"""A box and its margin then cover 35 px, more than the network's 32: full size would add nothing."""

WORTH_A_CLOSER_LOOK = 1500
"""Px at full size that the longer side of a window must have: with fewer it shows no more than the whole did."""

SMALL = 0.6
"""Share of the picture's longer side up to which a sheet with some room around it is small in it."""


class Register(Protocol):
    """Finds the sheet in one picture."""

    def __call__(self, picture: Grey, reduction: Reduction, *, whole: bool) -> Registration | Reason:
        """Return where the sheet lies, or why there is none.

        Args:
            picture: uint8 (height, width).
            reduction: How much smaller it is than the page.
            whole: Whether it is the page's picture as it came, and no part or negative of it: an application that
                stretches a picture stretches all of it, and looking for that costs as much as all else.

        """


@dataclass(frozen=True, slots=True)
class Sighting:
    """A sheet in a picture.

    Attributes:
        page: The page; of a negative, with its pixels inverted.
        grey: Its picture, uint8 (height, width).
        reduction: How much smaller that is than the page.
        found: Where the sheet lies in it.

    """

    page: Page
    grey: Grey
    reduction: Reduction
    found: Registration


def seek(page: Page, register: Register, clock: Clock, *, anywhere: bool) -> Sighting | Reason:
    """Look for the sheet of a page, until its boxes are large enough to be read.

    Args:
        page: The page.
        register: What finds a sheet in one picture.
        clock: Takes the time of decoding and of looking.
        anywhere: Whether it may be anywhere in the picture, however small.

    Returns:
        The sheet, or why there is none.

    Raises:
        DocumentError: The file is damaged, or has changed since it was opened.

    """
    reduction = first_reduction(max(page.source.width, page.source.height))
    with clock.stage("decode"):
        grey = page.grey(reduction)
    with clock.stage("register"):
        found = register(grey, reduction, whole=True)
    if isinstance(found, Registration):
        seen = Sighting(page, grey, reduction, found)
    else:
        elsewhere = _through_windows(page, windows_of_print(grey), register, clock) if anywhere else None
        elsewhere = elsewhere or _as_negative(page, grey, reduction, register, clock)
        if elsewhere is None:
            return found
        seen = elsewhere
    return _enlarged(_closer(seen, register, clock) if anywhere else seen, clock)


def first_reduction(long_side: float) -> Reduction:
    """Return the strongest reduction of so many px that leaves enough to find a sheet."""
    candidates: tuple[Reduction, ...] = (8, 4, 2)
    return next((reduction for reduction in candidates if long_side >= reduction * ENOUGH_LONG_SIDE), 1)


def _closer(seen: Sighting, register: Register, clock: Clock) -> Sighting:
    """Look again around a small sheet that leaves doubts: few pixels tell only about where its numbers are.

    Print that is led by few pixels lies where it was seen, and beside that only about: corners of the sheet were
    32 mm away from it. A tag, which is read to a fraction of a pixel, leaves no such doubt.
    """
    found = seen.found
    window = window_around(seen.grey, found.outline())
    placed = not found.withheld and all(place >= PLACED for place in found.places.values())
    sure = placed and found.method == "tag"
    height, width = seen.grey.shape
    if seen.reduction == 1 or sure or window.long_side(width, height) > SMALL * max(width, height):
        return seen
    again = _through_windows(seen.page, [window], register, clock)
    # Its tag, if it is to be seen now, says better which page it is.
    same = again is not None and (again.found.method == "tag" or again.found.target == found.target)
    return again if again is not None and same else seen


def _through_windows(page: Page, windows: Sequence[Window], register: Register, clock: Clock) -> Sighting | None:
    """Look into windows of a large picture, one after the other; a sheet that is found so lies whole in the picture."""
    for window in windows:
        long_side = window.long_side(page.source.width, page.source.height)
        if long_side < WORTH_A_CLOSER_LOOK:
            continue
        reduction = first_reduction(long_side)
        with clock.stage("decode"):
            whole = page.grey(reduction)
        rows, columns = window.within(whole)
        with clock.stage("register"):
            found = register(np.ascontiguousarray(whole[rows, columns]), reduction, whole=False)
        if isinstance(found, Reason):
            continue
        moved = found.moved(np.array([columns.start, rows.start]))
        if inside(moved.outline(), (whole.shape[1], whole.shape[0])).all():
            return Sighting(page, whole, reduction, moved)
    return None


def _as_negative(page: Page, grey: Grey, reduction: Reduction, register: Register, clock: Clock) -> Sighting | None:
    """Look for the sheet in the inverted picture, if it may be a negative."""
    with clock.stage("register"):
        if not may_be_negative(grey):
            return None
        positive = inverted(grey)
        found = register(positive, reduction, whole=False)
    if isinstance(found, Reason):
        return None
    noted = replace(found, notes=(*found.notes, Reason("negative")))
    return Sighting(replace(page, pixels=NegativePixels(page.pixels)), positive, reduction, noted)


def _enlarged(seen: Sighting, clock: Clock) -> Sighting:
    """Decode again, larger, where the sheet fills only a part of the picture."""
    if seen.found.box_pixels >= ENOUGH_BOX_PIXELS or seen.reduction == 1:
        return seen
    steps: tuple[Reduction, ...] = (4, 2, 1)
    full = seen.found.box_pixels * seen.reduction
    enough = [step for step in steps if step < seen.reduction and full / step >= ENOUGH_BOX_PIXELS]
    larger: Reduction = enough[0] if enough else 1
    with clock.stage("decode"):
        grey = seen.page.grey(larger)
    with clock.stage("register"):
        found = refine_again(grey, seen.reduction / larger, seen.found)
    return Sighting(seen.page, grey, larger, found)

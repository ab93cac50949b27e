"""Pictures of pages as they may leave: whole for those who work on them, straightened and masked for the public.

The public sees the sheet and nothing around it, with the places of names, signatures and ID numbers painted over: the
template says where they are. A page whose sheet was not found has no public picture at all.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.documents import Page, Reduction
from pipeline.forms import FormTemplate
from pipeline.reading import PageReading, Quadrilateral
from pipeline.registration.geometry import corners
from pipeline.registration.hand import BY_HAND

Picture = NDArray[np.uint8]

LONG_SIDE = 2000
"""Long side of a whole page, px; never enlarged."""

SHEET_PIXELS_PER_MM = 2.0
"""Resolution of a straightened sheet: digits stay legible, and a page weighs some 300 kB."""

MASK_MARGIN_MM = 6.0
"""How far a mask reaches beyond its rectangle: sheets bow, and signatures leave their lines."""

CROP_MARGIN = 0.35
"""How much of the page is shown around a number, in parts of its height."""

CUT_WIDTH = 480
"""Widest cut of a number, px: about 150 px a box, and some 100 kB."""

_MASK = (120, 120, 120)
_QUALITY = 85


def whole_page(page: Page) -> bytes:
    """Return the page as it is, upright, as JPEG, at most `LONG_SIDE` px long."""
    long_side = max(page.source.width, page.source.height)
    candidates: tuple[Reduction, ...] = (8, 4, 2)
    reduction: Reduction = next((step for step in candidates if long_side >= step * LONG_SIDE), 1)
    picture = page.colour(reduction)
    factor = LONG_SIDE / max(picture.shape[:2])
    if factor < 1:
        picture = np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
    return encode(picture)


def public_page(page: Page, reading: PageReading, form: FormTemplate) -> bytes | None:
    """Return the straightened sheet with everything private painted over, as JPEG; None where it `is_hidden`."""
    if reading.registration is None or is_hidden(reading):
        return None
    sheet = sheet_picture(page.colour(), reading.registration.outline, form)
    template = next(part for part in form.pages if part.number == reading.form_page)
    for x, y, width, height in template.private:
        first = np.array((x - MASK_MARGIN_MM, y - MASK_MARGIN_MM)) * SHEET_PIXELS_PER_MM
        last = np.array((x + width + MASK_MARGIN_MM, y + height + MASK_MARGIN_MM)) * SHEET_PIXELS_PER_MM
        ends = [tuple(int(value) for value in point) for point in (np.floor(first), np.ceil(last))]
        cv2.rectangle(sheet, ends[0], ends[1], _MASK, cv2.FILLED)
    return encode(sheet)


def is_hidden(reading: PageReading) -> bool:
    """Return whether nobody knows where on a page the names are: no sheet was found, or only a person says where."""
    registration = reading.registration
    return registration is None or reading.form_page is None or registration.method == BY_HAND


def sheet_picture(picture: Picture, outline: Quadrilateral, form: FormTemplate) -> Picture:
    """Return the sheet straightened, (height, width, 3), `SHEET_PIXELS_PER_MM`."""
    target = corners((0.0, 0.0, form.sheet.width, form.sheet.height)) * SHEET_PIXELS_PER_MM
    matrix = cv2.getPerspectiveTransform(np.array(outline, np.float32), target.astype(np.float32))
    width, height = (round(side * SHEET_PIXELS_PER_MM) for side in (form.sheet.width, form.sheet.height))
    return np.asarray(cv2.warpPerspective(picture, matrix, (width, height), flags=cv2.INTER_AREA), np.uint8)


def cover_private(picture: Picture, reading: PageReading, form: FormTemplate) -> None:
    """Paint over everything private where it lies in the picture of a page whose sheet was found."""
    assert reading.registration is not None
    width, height = form.sheet.width, form.sheet.height
    sheet = corners((0.0, 0.0, width, height)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(sheet, np.array(reading.registration.outline, np.float32))
    template = next(part for part in form.pages if part.number == reading.form_page)
    for x, y, wide, high in template.private:
        grown = corners((x - MASK_MARGIN_MM, y - MASK_MARGIN_MM, wide + 2 * MASK_MARGIN_MM, high + 2 * MASK_MARGIN_MM))
        placed = cv2.perspectiveTransform(grown[None], matrix.astype(np.float64))
        cv2.fillPoly(picture, [np.round(placed).astype(np.int32).reshape(-1, 2)], _MASK)


def cut_out(picture: Picture, region: Quadrilateral) -> bytes:
    """Return a place in a picture as `cut` makes it, as PNG."""
    return cv2.imencode(".png", cut(picture, region))[1].tobytes()


def cut(picture: Picture, region: Quadrilateral) -> Picture:
    """Return a place in a picture (height, width, 3), straightened, with a little around it.

    It is as large as in the picture, at most `CUT_WIDTH` px wide, and keeps its proportions.
    """
    outline = np.array(region, np.float64)
    down = (outline[3] - outline[0] + outline[2] - outline[1]) / 2 * CROP_MARGIN
    along = outline[1] - outline[0]
    across = along / max(float(np.hypot(*along)), 1e-6) * float(np.hypot(*down))
    grown = outline + np.array([-across - down, across - down, across + down, -across + down])
    wide, high = (float(np.hypot(*(grown[end] - grown[0]))) for end in (1, 3))
    factor = min(1.0, CUT_WIDTH / max(wide, 1.0))
    width, height = max(8, round(wide * factor)), max(8, round(high * factor))
    # The outline runs along the outer edges of the corner pixels, half a pixel beyond their centres.
    target = corners((0.0, 0.0, width, height)) - 0.5
    matrix = cv2.getPerspectiveTransform(target.astype(np.float32), grown.astype(np.float32))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    made = cv2.warpPerspective(picture, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(made, np.uint8)


def encode(picture: Picture) -> bytes:
    """Return a picture (height, width, 3) BGR as JPEG."""
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes()

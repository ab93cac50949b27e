"""The ink of a number as it may be handed on: cut out of a page on which everything private is painted over."""

import cv2

from api.rendering.page_images import Picture, cover_private, cut, is_hidden
from pipeline.documents import Page
from pipeline.errors import DocumentError
from pipeline.forms import FormTemplate
from pipeline.reading import PageReading

WIDTH, QUALITY = 240, 80
"""Widest picture, px, and its quality as JPEG: about 6 kB."""


def inks_of(page: Page, reading: PageReading, form: FormTemplate, names: list[str]) -> dict[str, bytes]:
    """Return the ink of numbers as JPEG, by field; nothing where nobody can say where on the page the names are.

    Args:
        page: The page.
        reading: What was read on it.
        form: Its form.
        names: The fields that are wanted.

    """
    if is_hidden(reading) or reading.form_page is None or not form.is_confirmed(reading.form_page):
        return {}
    try:
        picture = page.colour().copy()
    except DocumentError:
        return {}
    cover_private(picture, reading, form)
    regions = {name: reading.fields[name].region for name in names if name in reading.fields}
    return {name: _small(cut(picture, region)) for name, region in regions.items() if region is not None}


def _small(picture: Picture) -> bytes:
    factor = min(1.0, WIDTH / picture.shape[1])
    smaller = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", smaller, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()

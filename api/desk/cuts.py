"""Cuts out of a page for the desk and the box wall: a number, a box of it, its bubbles, tally, row sums or words."""

from typing import Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.tables import Number, Page, Reading
from api.desk.loading import field_of, place_of, witness_rectangles
from api.documents.picture_etags import part_etag, template_of, whole_etag
from api.rendering.page_images import encode
from pipeline.documents import Page as OpenPage
from pipeline.documents import Reduction
from pipeline.forms import FormTemplate
from pipeline.packing import unpack
from pipeline.reading import PageReading, Quadrilateral

Part = Literal["number", "box", "bubbles", "tally", "row_sums", "words"]
PARTS: tuple[Part, ...] = get_args(Part)

MARGIN = {"number": 0.35, "box": 0.2, "bubbles": 0.03, "tally": 0.03, "row_sums": 0.05, "words": 0.25}
"""How much of the page is shown around a part, as a share of its height (a box: of its side)."""

HEIGHT = {"number": 160, "box": 72, "bubbles": 480, "tally": 480, "row_sums": 480, "words": 160}
"""Height, px, that suffices; a cut is never enlarged beyond twice the ink that is there."""

_MAX_WIDTH = 1600


def outline_of(
    reading: PageReading, form: FormTemplate, field: str, part: Part, box: int
) -> NDArray[np.float64] | None:
    """Return the corners (4, 2) of a part in the picture, px at full size; None where there is no such part."""
    read, template = reading.fields.get(field), field_of(form, field)
    if read is None or read.region is None or template is None:
        return None
    if part == "number":
        return _array(read.region)
    if part == "box":
        return _array(read.box_regions[box]) if 0 <= box < len(read.box_regions) else None
    rectangle = witness_rectangles(template).get(part)
    found = place_of(reading, form, template, rectangle) if rectangle else None
    return None if found is None else np.array(found, np.float64)


def is_shown(session: Session, records: Records, page: Page, number: Number, tag: str) -> bool:
    """Return whether a tag names the picture of a number as it is now: its cut; of one without a place, the page."""
    if tag == part_etag(session, records, page, number.field):
        return True
    return tag == whole_etag(page) and not _has_cut(session, records, page, number.field)


def _has_cut(session: Session, records: Records, page: Page, field: str) -> bool:
    packed = session.scalars(select(Reading.evidence).where(Reading.id == page.reading_id)).first()
    form = template_of(session, records, page)
    return packed is not None and form is not None and outline_of(unpack(packed), form, field, "number", 0) is not None


def cut(page: OpenPage, outline: NDArray[np.float64], part: Part) -> bytes:
    """Return a part of a page, straightened, with a little around it, as JPEG."""
    grown = _grown(outline, MARGIN[part])
    across, down = _sides(grown)
    reduction = _reduction(down, HEIGHT[part])
    factor = min(HEIGHT[part] / down, _MAX_WIDTH / across, 2.0)
    width, height = max(8, round(across * factor)), max(8, round(down * factor))
    # Pixel centres: x px at full size is (x + 0.5) / reduction - 0.5 px of the smaller picture.
    source = ((grown + 0.5) / reduction - 0.5).astype(np.float32)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(source, target)
    return encode(np.asarray(cv2.warpPerspective(page.colour(reduction), matrix, (width, height)), np.uint8))


def _reduction(down: float, wanted: int) -> Reduction:
    """Return the strongest reduction that leaves a part as high as it is shown."""
    candidates: tuple[Reduction, ...] = (8, 4, 2)
    return next((step for step in candidates if down / step >= wanted), 1)


def _sides(outline: NDArray[np.float64]) -> tuple[float, float]:
    across = float(np.hypot(*(outline[1] - outline[0])) + np.hypot(*(outline[2] - outline[3]))) / 2
    down = float(np.hypot(*(outline[3] - outline[0])) + np.hypot(*(outline[2] - outline[1]))) / 2
    return max(across, 1.0), max(down, 1.0)


def _grown(outline: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Return an outline with `share` of its height added on every side."""
    across, down = _sides(outline)
    right = (outline[1] - outline[0] + outline[2] - outline[3]) / 2 / across * down * share
    below = (outline[3] - outline[0] + outline[2] - outline[1]) / 2 * share
    return np.asarray(outline + np.array([-right - below, right - below, right + below, -right + below]))


def _array(region: Quadrilateral) -> NDArray[np.float64]:
    return np.array(region, np.float64)

"""A photograph on which the machine cannot find the sheet: tag and corner markers are painted over."""

from pathlib import Path

import cv2
import numpy as np

from pipeline.cells import corners
from pipeline.reader import Reader
from pipeline.reading import PageReading
from pipeline.registration.geometry import fit_homography, project
from tests.service.review.desk import FORM


def covered(reader: Reader, file: Path, found: PageReading) -> bytes:
    """Return page 2 of the form without its marks, as JPEG; `found` is its reading with them."""
    assert found.registration is not None
    picture = cv2.imread(str(file))
    assert picture is not None
    for mark in _marks(reader, found.registration.outline):
        cv2.fillConvexPoly(picture, mark.astype(np.int32), (200, 200, 200))
    return cv2.imencode(".jpg", picture)[1].tobytes()


def _marks(reader: Reader, outline: object) -> list[np.ndarray]:
    """Return the places of tag and markers of page 2 in a picture, each as a polygon."""
    form = reader.forms[FORM]
    page = form.page(2)
    matrix = fit_homography(corners((0, 0, form.sheet.width, form.sheet.height)), np.array(outline))
    assert matrix is not None
    assert page.tag is not None
    assert page.corners is not None
    x, y, width, height = page.tag.square
    places = [corners((x - 5, y - 5, width + 10, height + 10))]
    side = 3 * page.corners.square
    places += [corners((px - side, py - side, 2 * side, 2 * side)) for px, py in page.corners.points.values()]
    return [project(matrix, place) for place in places]

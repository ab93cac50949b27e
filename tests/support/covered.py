"""A photograph on which the machine cannot find the sheet: nothing printed is left but the numbers themselves."""

from pathlib import Path

import cv2
import numpy as np

from pipeline.reader import Reader
from pipeline.reading import PageReading
from pipeline.registration.geometry import corners, fit_homography, project
from tests.support.desk import FORM

AROUND = 6.0
"""What is left of the sheet around each number, mm."""


def covered(reader: Reader, file: Path, found: PageReading) -> bytes:
    """Return page 2 of the form with all but its numbers painted over, as JPEG; `found` is its reading as it was."""
    assert found.registration is not None
    picture = cv2.imread(str(file))
    assert picture is not None
    form = reader.forms[FORM]
    sheet = corners((0, 0, form.sheet.width, form.sheet.height))
    matrix = fit_homography(sheet, np.array(found.registration.outline))
    assert matrix is not None
    hidden = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillConvexPoly(hidden, project(matrix, sheet).astype(np.int32), 255)
    for field in form.page(2).numbers:
        x, y, width, height = field.boxes.bounds
        place = corners((x - AROUND, y - AROUND, width + 2 * AROUND, height + 2 * AROUND))
        cv2.fillConvexPoly(hidden, project(matrix, place).astype(np.int32), 0)
    picture[hidden > 0] = 200
    return cv2.imencode(".jpg", picture)[1].tobytes()

"""The picture of a blank, kept beside the draft that was made of it, in the folder of whoever drafted it.

An official form is nobody's to pass on: pictures of blanks lie beside a person's own templates, never among those that
come with the program. A blank that was recovered from filled sheets may show ink and names where people write; it is
kept under a name that says so.
"""

from pathlib import Path

import cv2
import numpy as np

from pipeline.drafting.paper import Grey, Paper
from pipeline.errors import FormError

BLANKS = "blanks"
"""Folder, beside the templates, of their blanks: `<form>-p<page>.png`."""

RECOVERED = "-recovered"
"""Ending of the name, `<form>-p<page>-recovered.png`, of a blank that was recovered from filled sheets."""


def blank_path(folder: Path, form: str, page: int, *, recovered: bool = False) -> Path:
    """Return where the blank of a page lies beside the templates of a folder."""
    return folder / BLANKS / f"{form}-p{page}{RECOVERED if recovered else ''}.png"


def keep_blank(folder: Path, form: str, page: int, paper: Paper, *, recovered: bool) -> None:
    """Write the picture of a blank page as a whole, in the place of the one that an earlier draft was made of."""
    path = blank_path(folder, form, page, recovered=recovered)
    part = path.with_suffix(".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(cv2.imencode(".png", paper.grey)[1].tobytes())
    part.replace(path)
    blank_path(folder, form, page, recovered=not recovered).unlink(missing_ok=True)


def kept_blank(path: Path) -> Grey:
    """Read the picture of a whole blank sheet, straight, uint8 (height, width).

    Raises:
        FormError: `form_blank_damaged`.

    """
    try:
        read = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
    except (OSError, cv2.error) as error:
        raise FormError("form_blank_damaged", path=path.name) from error
    if read is None:
        raise FormError("form_blank_damaged", path=path.name)
    return np.asarray(read, dtype=np.uint8)

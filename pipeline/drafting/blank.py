"""Open a blank form: the pictures of its pages, each with the size of the sheet that it shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from pipeline.documents import Limits, Page, RejectedPage, open_documents, poppler
from pipeline.documents.budget import Budget
from pipeline.drafting.paper import COARSEST, LONG_SIDE, Grey, Paper, paper_of
from pipeline.drafting.straighten import picture_frame, skew_of, straightened
from pipeline.errors import DocumentError, UsageError
from pipeline.reasons import Reason

A4 = (210.0, 297.0)
"""Width and height of an upright sheet of A4, mm."""

_LIMITS = Limits(pdf_dpi=300, pdf_long_side=LONG_SIDE)
_MM_PER_POINT = 25.4 / 72
_MM_PER_INCH = 25.4
_A_SHAPE = 0.03  # how far the sides of a picture may be from those of A4
_COMMON = (A4, (297.0, 420.0), (215.0, 330.0), (420.0, 594.0), (594.0, 841.0), (600.0, 900.0))  # A4, A3, F4, A2, A1
_ROUNDING = 0.015  # a measured size that is so near a common one is that one

Rectangle = tuple[float, float, float, float]
Crop = Literal["auto", "none"] | Rectangle


@dataclass(frozen=True, slots=True)
class Blank:
    """One page of a blank form.

    Attributes:
        number: As which page of the form it was asked for, from 1.
        paper: Straight, cut out and at its scale.
        notes: What was assumed or done on the way.

    """

    number: int
    paper: Paper
    notes: tuple[Reason, ...]


def open_blank(
    files: Sequence[Path],
    wanted: Sequence[int] = (),
    sheet: tuple[float, float] | None = None,
    dpi: float | None = None,
    crop: Crop = "auto",
) -> list[Blank]:
    """Open the pages of a blank form, as PDF or pictures.

    Args:
        files: In the order of their pages.
        wanted: Which pages of them, counted through from 1; by default all. Counted so, they are the form's pages.
        sheet: Width and height of the sheet in mm; by default that of a PDF's page, of `dpi`, or A4.
        dpi: Resolution at which pictures were scanned.
        crop: `auto` cuts out the picture of a form inside a larger page where there is a frame around it; `none` never;
            a rectangle [x, y, width, height] in mm of the page cuts out that.

    Raises:
        DocumentError: A file or page cannot be opened.
        UsageError: `blank_page_unknown`, `blank_size_unknown` or `blank_too_coarse`.

    """
    pages = [(page, size) for file in files for page, size in _pages(file)]
    numbers = list(wanted) or list(range(1, len(pages) + 1))
    if unknown := [number for number in numbers if not 1 <= number <= len(pages)]:
        raise UsageError("blank_page_unknown", page=unknown[0], pages=len(pages))
    return [_opened(number, *pages[number - 1], sheet, dpi, crop) for number in sorted(set(numbers))]


def _pages(file: Path) -> list[tuple[Page, tuple[float, float] | None]]:
    """Return the pages of one file, each with the size that a PDF gives it, mm."""
    found = [page for document in open_documents([file], _LIMITS) for page in document.pages]
    for page in found:
        if isinstance(page, RejectedPage):
            raise DocumentError(page.reason.code, **page.reason.values)
    pages = [page for page in found if isinstance(page, Page)]
    return list(zip(pages, _sizes(file, len(pages)), strict=True))


def _sizes(file: Path, pages: int) -> list[tuple[float, float] | None]:
    data = file.read_bytes() if file.is_file() else b""
    if not data.startswith(b"%PDF"):
        return [None] * pages
    sizes: list[tuple[float, float] | None] = []
    for page in poppler.page_table(data, file.name, _LIMITS, Budget(_LIMITS.poppler_seconds)):
        width, height = page.width * _MM_PER_POINT, page.height * _MM_PER_POINT
        sizes.append(_common((height, width) if page.rotation in (90, 270) else (width, height)))
    return sizes


def _opened(
    number: int,
    page: Page,
    printed: tuple[float, float] | None,
    sheet: tuple[float, float] | None,
    dpi: float | None,
    crop: Crop,
) -> Blank:
    notes: list[Reason] = []
    grey = page.grey()
    skew = skew_of(grey)
    straight = straightened(grey, skew)
    if straight is not grey:
        notes.append(Reason("draft_straightened", {"degrees": round(abs(skew), 2)}))
    cut = _cut(straight, printed, crop)
    if cut is not straight:
        notes.append(Reason("draft_cropped", {"width": cut.shape[1], "height": cut.shape[0]}))
        printed = None
    size = sheet or printed or _size(cut, dpi, page.source.name, notes)
    paper = paper_of(cut, *size)
    if paper.pixels_per_mm < COARSEST:
        raise UsageError(
            "blank_too_coarse", path=page.source.name, seen=round(paper.pixels_per_mm * _MM_PER_INCH), limit=64
        )
    return Blank(number, paper, tuple(notes))


def _cut(grey: Grey, printed: tuple[float, float] | None, crop: Crop) -> Grey:
    """Cut the sheet out of the page."""
    if crop == "none":
        return grey
    if crop == "auto":
        frame = picture_frame(grey)
        return grey if frame is None else _without_frame(grey[frame[1] : frame[3] + 1, frame[0] : frame[2] + 1])
    width, height = printed or A4
    across, down = grey.shape[1] / width, grey.shape[0] / height
    x, y, wide, high = crop
    return grey[round(y * down) : round((y + high) * down), round(x * across) : round((x + wide) * across)]


def _without_frame(grey: Grey) -> Grey:
    """Return the picture without the line around it, which is not printed on the sheet."""
    edge = max(3, round(0.004 * min(grey.shape)))
    bare = np.full_like(grey, 255)
    bare[edge:-edge, edge:-edge] = grey[edge:-edge, edge:-edge]
    return bare


def _size(grey: Grey, dpi: float | None, name: str, notes: list[Reason]) -> tuple[float, float]:
    """Return the size of the sheet in a picture: by its resolution, or A4 where its sides are as those of A4."""
    height, width = grey.shape
    if dpi is not None:
        return _common((width / dpi * _MM_PER_INCH, height / dpi * _MM_PER_INCH))
    shape = max(width, height) / min(width, height)
    if abs(shape / (A4[1] / A4[0]) - 1) > _A_SHAPE:
        raise UsageError("blank_size_unknown", path=name, width=width, height=height)
    notes.append(Reason("draft_size_assumed"))
    return A4 if height >= width else A4[::-1]


def _common(size: tuple[float, float]) -> tuple[float, float]:
    """Return the common size that a measured one must be, or the measured one to a tenth of a millimetre."""
    for low, high in _COMMON:
        for common in ((low, high), (high, low)):
            if all(abs(side / other - 1) < _ROUNDING for side, other in zip(size, common, strict=True)):
                return common
    return round(size[0], 1), round(size[1], 1)

"""Open photographs of filled sheets, and recover the blank page that they were."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeline.documents import Page, RejectedPage, open_documents
from pipeline.drafting.blank import Blank
from pipeline.drafting.filled.corner_marks import Layout
from pipeline.drafting.filled.recovery import Recovered, recover
from pipeline.drafting.paper import Grey, paper_of
from pipeline.errors import DocumentError
from pipeline.reasons import Reason
from pipeline.registration.geometry import Grey as Picture

ENOUGH = 1500
"""Long side, px, to which large photographs are made smaller: together they show more than each of them."""


def open_filled(files: Sequence[Path], number: int, known: Sequence[Layout]) -> tuple[Blank, Grey, Layout]:
    """Recover a page from photographs of filled copies of it.

    Args:
        files: The photographs; each is a picture of the same page, filled by another hand.
        number: As which page of the form, from 1.
        known: How sheets may be marked at their corners.

    Returns:
        The page as if it had been opened as a blank, its picture, uint8 (height, width), and where its markers are.

    Raises:
        DocumentError: A file cannot be opened.
        UsageError: `filled_too_few`, `filled_do_not_fit` or `filled_scale_unknown`.

    """
    recovered = recover([(file.name, _picture(file)) for file in files], known)
    picture = recovered.cleaned.grey
    blank = Blank(number, paper_of(picture, *recovered.layout.sheet), (*recovered.notes, *_seen(recovered)))
    return blank, picture, recovered.layout


def _picture(file: Path) -> Picture:
    page = next(iter(open_documents([file]))).pages[0]
    if isinstance(page, RejectedPage):
        raise DocumentError(page.reason.code, **page.reason.values)
    assert isinstance(page, Page)
    long_side = max(page.source.width, page.source.height)
    return page.grey(next((step for step in (4, 2) if long_side >= step * ENOUGH), 1))


def _seen(recovered: Recovered) -> list[Reason]:
    """Return on how many photographs each third of the sheet is seen, and how much was written."""
    upper, middle, lower = (round(float(np.median(part))) for part in np.array_split(recovered.cleaned.seen, 3))
    share = 100 * float(recovered.cleaned.written.mean())
    return [
        Reason("filled_seen", {"all": len(recovered.used), "upper": upper, "middle": middle, "lower": lower}),
        Reason("filled_written", {"share": round(share, 1)}),
    ]

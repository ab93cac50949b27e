"""What the machine read in every single box of a page, a row a box, written when the page is recorded.

How sure a box is, is the posterior of its digit in the number, by the boxes alone: the sum over all values that have
this digit here. X, dash and empty before the first digit count as the digit 0, for they make the same number.
"""

from collections.abc import Iterable

import numpy as np
from sqlalchemy import delete
from sqlalchemy.orm import Session

from api.db.review_tables import BoxMark
from api.triage.marginals import box_digits, digit_of
from pipeline.evidence import NumberPosterior
from pipeline.reading import PageReading


def keep_marks(session: Session, page_id: str, reading: PageReading) -> None:
    """Write the boxes of a page as its newest reading has them, in place of those of an earlier one.

    Of numbers that people type there are none: no reader has looked at their boxes.
    """
    session.execute(delete(BoxMark).where(BoxMark.page_id == page_id))
    session.add_all(
        BoxMark(page_id=page_id, field=name, box=box, mark=mark, probability=sure, rival=rival)
        for name, evidence in reading.evidence.items()
        if not evidence.unread
        for box, (mark, sure, rival) in enumerate(marks_of(evidence.boxes))
    )


def marks_of(posterior: NumberPosterior) -> Iterable[tuple[str, float, int | None]]:
    """Yield for each box its mark, how likely its digit is, and the likeliest other digit.

    Where the boxes make no number, all are as sure as that.
    """
    value, probability = posterior.best
    for mark, digits in zip(posterior.boxes, box_digits(posterior), strict=True):
        own = None if value is None else digit_of(mark)
        sure = probability if own is None else float(digits[own])
        others = np.where(np.arange(10) == own, -1.0, digits)
        yield mark, min(sure, 1.0), int(others.argmax()) if others.max() > 0 else None

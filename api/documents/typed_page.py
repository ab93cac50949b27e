"""The reading of a page whose sheet nobody located: the numbers of its form, each left to people.

No machine looks at anything of it. It stands where a reading by a machine would, so that everything that follows from
a reading follows from it too: numbers that wait, items for people, the rules, the sums, and the log.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.tables import Page, Reading
from api.triage.typed_numbers import TYPED
from pipeline.decision.page import left_to_people
from pipeline.documents import Source
from pipeline.forms import FormTemplate
from pipeline.reading import FieldReading, Outcome, PageReading
from pipeline.reasons import Reason

SHEET = "sheet_typed"
"""The reason of such a page."""


def typed_reading(name: str, page: Page, form: FormTemplate, form_page: int) -> PageReading:
    """Return a reading in which every number of a page of a form is left to people.

    Args:
        name: Of the document.
        page: The page.
        form: Which form it is, as a person says.
        form_page: Which printed page of it.

    """
    numbers = form.page(form_page).numbers
    evidence = {number.name: left_to_people(number.boxes.count) for number in numbers}
    return PageReading(
        document=name,
        source=Source(page.file_name, page.number, page.original, page.width, page.height),
        outcome=Outcome.REVIEW,
        form=form.id,
        form_page=form_page,
        reasons=(Reason(SHEET),),
        fields={field: _nothing_read(number.boxes.boxes) for field, number in evidence.items()},
        evidence=evidence,
    )


def is_typed_page(session: Session, page: Page) -> bool:
    """Return whether people type the numbers of a page from its whole picture."""
    line = session.scalars(select(Reading.line).where(Reading.id == page.reading_id)).first()
    return line is not None and any(reason["code"] == SHEET for reason in line["reasons"])


def _nothing_read(boxes: str) -> FieldReading:
    return FieldReading(None, boxes, 0.0, Outcome.REVIEW, (Reason(TYPED),))

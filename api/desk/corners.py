"""A sheet that was not found: a person gives its four corners, and a worker reads the page again with them."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.review_tables import PageCorners
from api.db.states import PageState
from api.db.tables import Page
from api.db.types import now
from api.documents.retry import wait_again
from api.ledger.append import record_event
from pipeline.errors import ConflictError, UsageError
from pipeline.registration.hand import fault_of


def give_corners(
    session: Session,
    records: Records,
    page_id: str,
    person: str,
    form: str,
    form_page: int,
    points: Sequence[tuple[float, float]],
    *,
    reviews: bool = True,
) -> Page:
    """Remember where a sheet lies, and let its page be read again; return the page.

    Args:
        session: A writing session.
        records: Forms.
        page_id: The page.
        person: Who says so.
        form: Id of the form.
        form_page: Its printed page.
        points: The corners, px.
        reviews: Whether the person reviews numbers there, and so may mark anew what was read by hand.

    Raises:
        UsageError: `form_page_unknown`, or `corners_invalid`.
        ConflictError: `corners_not_needed`: the machine found the sheet, or is still to look for it.

    """
    template = records.forms.get(form)
    if template is None or form_page not in [page.number for page in template.pages]:
        raise UsageError("form_page_unknown", form=form[:64], page=form_page)
    page = session.execute(select(Page).where(Page.id == page_id).with_for_update()).scalar_one()
    outline = np.array(points, np.float64)
    if page.width and page.height and (fault := fault_of(page.width, page.height, outline)) is not None:
        raise UsageError("corners_invalid", problem=fault)
    known = session.get(PageCorners, page_id)
    if page.state != PageState.REJECTED and (known is None or (page.state == PageState.READ and not reviews)):
        raise ConflictError("corners_not_needed", state=page.state)
    known = known or PageCorners(page_id=page_id)
    known.form_id, known.form_page, known.person_id, known.at = form, form_page, person, now()
    known.points = [[float(x), float(y)] for x, y in points]
    session.add(known)
    session.flush()
    body = {"page": page_id, "form": form, "form_page": form_page, "points": known.points}
    if page.state == PageState.READING:  # what is read just now is read without these corners: it is thrown away
        page.state, page.lease_owner, page.lease_until, page.ready_at = PageState.WAITING, None, None, now()
    wait_again(session, records, page_id, person)
    record_event(session, "corners_given", person, f"page:{page_id}", body)
    return page

"""A sheet that cannot be located: a person says which page of which form it is, and people type all of its numbers.

The page gets a reading in which no machine has read anything. Its numbers then wait like any others: each is decided at
the desk, with the whole picture before the reader, and counts once two people have read the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from api.core.context import Records, election_of
from api.db.review_tables import ReviewItem
from api.db.states import ItemKind, ItemState, NumberState, PageState
from api.db.tables import Decision, Document, Number, Page
from api.desk.queue import read_by
from api.documents.decide import redecide
from api.documents.filing import settle_election
from api.documents.prepare import reading_row
from api.documents.record_page import replace_marks
from api.documents.typed_page import SHEET, is_typed_page, typed_reading
from api.ledger.append import record_event
from api.people.actor import Actor, Proof
from api.people.roles import Permission
from api.regions.codes import inside
from api.tabulation.elections import elections_of
from api.triage.box_marks import marks_of_page
from api.triage.typed_numbers import TYPED
from api.workers.read_page import program
from pipeline.errors import ConflictError, MissingError, UsageError
from pipeline.forms import InstalledForm, known_forms
from pipeline.reasons import Reason

SHOWN = 100
"""Pages of one list, the oldest first."""

UNPLACED = "number_place_unsure"
"""The reason of a number of which nobody can say that it was cut where it stands."""


@dataclass(frozen=True, slots=True)
class PageToType:
    """A page that people type, or may: where it is from, and how many of its numbers wait for this person."""

    id: str
    file_name: str
    station: str | None
    form_page: int | None
    count: int


def name_sheet(session: Session, records: Records, page_id: str, actor: Actor, form: str, form_page: int) -> Page:
    """Let people type the numbers of a page from its whole picture; return the page.

    Args:
        session: A writing session.
        records: Forms.
        page_id: The page.
        actor: Who says which page of which form it is.
        form: Id of the form.
        form_page: Its printed page.

    Raises:
        MissingError: `picture_missing`: it cannot be opened, so that there is nothing to type from.
        ConflictError: `sheet_known`: it was located, or is still to be read; `sheet_begun`: people have typed already.
        UsageError: `form_page_unknown`, or `form_not_counted`: the page cannot be of that form.

    """
    page = session.execute(select(Page).where(Page.id == page_id).with_for_update()).scalar_one()
    document = session.get_one(Document, page.document_id)
    _require_unlocated(session, page, actor)
    _require_offered(offered(session, records, page, document), records, form, form_page)
    reading = typed_reading(document.name, page, records.forms[form], form_page)
    row = reading_row(records, page, reading, program())
    session.add(row)
    page.state, page.reasons = PageState.READ, [Reason(SHEET).to_json()]
    page.form_page, page.reading_id = form_page, row.id
    replace_marks(session, page.id, marks_of_page(page.id, reading))
    session.flush()
    document = settle_election(session, records, document, form)
    body = {"page": page.id, "form": form, "form_page": form_page, "reading": row.id, "sha256": row.sha256}
    record_event(session, "sheet_named", actor.id, f"page:{page.id}", body)
    redecide(session, records, document)
    return page


def offered(session: Session, records: Records, page: Page, document: Document) -> Sequence[InstalledForm]:
    """Return the forms that a page may be of: that of its document's other pages, else those that are counted."""
    every = known_forms(records.forms)
    others = (
        Page.document_id == document.id,
        Page.id != page.id,
        Page.state == PageState.READ,
        Page.form_page.is_not(None),
    )
    if document.form_id in records.forms and session.scalar(select(exists().where(*others))):
        return [form for form in every if form.id == document.form_id]
    if document.election_id is not None:
        on = {document.election_id}
    else:
        elections = elections_of(session)
        on = {one.id for one in elections.every if not elections.is_off(one)}
    return [form for form in every if election_of(form.family) in on]


def _require_unlocated(session: Session, page: Page, actor: Actor) -> None:
    """Refuse a page whose numbers are decided by their cuts, or that people have begun to type as another."""
    if not page.width or not page.height:
        raise MissingError("picture_missing", page=page.id)
    if page.state == PageState.REJECTED:
        return
    if page.state != PageState.READ or not (is_typed_page(session, page) or is_unplaced(session, page)):
        raise ConflictError("sheet_known", state=page.state)
    if _begun(session, page) and Permission.DECIDE_AS_SENIOR not in actor.permissions:
        raise ConflictError("sheet_begun")


def _require_offered(forms: Sequence[InstalledForm], records: Records, form: str, form_page: int) -> None:
    """Refuse a page that no form has, and a form that the page cannot be of."""
    if form in records.forms and form not in [one.id for one in forms]:
        raise UsageError("form_not_counted", form=form)
    if form not in records.forms or form_page not in [page.number for page in records.forms[form].pages]:
        raise UsageError("form_page_unknown", form=form[:64], page=form_page)


def is_unplaced(session: Session, page: Page) -> bool:
    """Return whether the place of a number of a page is unsure, and none of its numbers counts."""
    numbers = session.scalars(select(Number).where(Number.page_id == page.id)).all()
    unsure = any(reason["code"] == UNPLACED for number in numbers for reason in number.reasons)
    return unsure and all(number.state == NumberState.REVIEW for number in numbers)


def _begun(session: Session, page: Page) -> bool:
    """Return whether people have decided a number of a page."""
    here = (Number.page_id == page.id, Number.document_id == Decision.document_id, Number.field == Decision.field)
    return bool(session.scalar(select(exists().where(*here))))


def pages_to_type(session: Session, actor: Actor) -> list[PageToType]:
    """Return the pages of which a person may type numbers, first or second, the oldest first."""
    waits: tuple[ColumnElement[bool], ...] = (
        ReviewItem.kind.in_((ItemKind.REVIEW, ItemKind.SECOND)),
        ReviewItem.codes.contains(f" {TYPED} ", autoescape=True),
    )
    if actor.proof is not Proof.LOCAL:
        waits = (*waits, ~read_by(actor.id))
    return _pages(session, actor, waits)


def unplaced_pages(session: Session, actor: Actor) -> list[PageToType]:
    """Return the pages that were read, but of whose numbers nobody can say that they were cut where they stand."""
    found = _pages(session, actor, (ReviewItem.codes.contains(f" {UNPLACED} ", autoescape=True),))
    return [page for page in found if is_unplaced(session, session.get_one(Page, page.id))]


def _pages(session: Session, actor: Actor, waits: Sequence[ColumnElement[bool]]) -> list[PageToType]:
    """Return the pages of open items of a person's region."""
    number = (Number.document_id == ReviewItem.document_id) & (Number.field == ReviewItem.field)
    columns = (Page.id, Page.file_name, ReviewItem.station, Page.form_page)
    wanted = (
        select(*columns, func.count())
        .select_from(ReviewItem)
        .join(Number, number)
        .join(Page, Page.id == Number.page_id)
        .where(ReviewItem.state == ItemState.OPEN, inside(ReviewItem.station.expression, actor.scope), *waits)
        .group_by(*columns, Page.uploaded_at)
        .order_by(Page.uploaded_at, Page.id)
        .limit(SHOWN)
    )
    return [PageToType(*row) for row in session.execute(wanted)]

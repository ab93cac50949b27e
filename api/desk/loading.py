"""Items as the desk draws them: everything about a number in one answer, and nothing that a blind reader may know."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.address import API, address_of
from api.core.context import Records
from api.db.review_tables import ReviewAnswer, ReviewItem
from api.db.states import AnswerKind, ItemKind
from api.db.tables import Document, Number, Page, Reading
from api.desk.answers import HIDDEN, version_shown
from api.ledger.statements import NONE, Ink
from api.schemas.common import EvidenceLine, ReasonLine, Text
from api.schemas.desk import EarlierReading, ItemBody, KindShown, PlacesBody
from api.schemas.keys import ink_body
from api.triage.reasons import reasons_now
from api.triage.rules import sums_of
from api.triage.work_items import standing_answers
from pipeline.forms import FormTemplate, NumberField, Rectangle
from pipeline.packing import unpack
from pipeline.reading import PageReading, Quadrilateral
from pipeline.registration.geometry import corners, fit_homography, project

Points = list[tuple[float, float]]


def load_items(session: Session, records: Records, items: Sequence[ReviewItem]) -> list[ItemBody]:
    """Return items whole; one whose number is gone is left out."""
    documents = {item.document_id for item in items}
    numbers: dict[str, dict[str, Number]] = {}
    for number in session.scalars(select(Number).where(Number.document_id.in_(documents))):
        numbers.setdefault(number.document_id, {})[number.field] = number
    shown = [(item, numbers.get(item.document_id, {}).get(item.field)) for item in items]
    rows = {row.id: row for row in session.scalars(select(Document).where(Document.id.in_(documents)))}
    pages = _pages(session, {number.page_id for _, number in shown if number and number.page_id})
    return [
        _body(session, records, item, number, rows[item.document_id], pages, numbers[item.document_id])
        for item, number in shown
        if number is not None
    ]


def kind_shown(item: ReviewItem) -> KindShown:
    """Return the kind that a reader may know."""
    return "blind" if item.kind in HIDDEN else "senior" if item.kind == ItemKind.SENIOR else "review"


def _pages(session: Session, wanted: set[str]) -> dict[str, tuple[Page, PageReading | None]]:
    rows = session.execute(
        select(Page, Reading.evidence).outerjoin(Reading, Reading.id == Page.reading_id).where(Page.id.in_(wanted))
    )
    return {page.id: (page, None if evidence is None else _unpacked(evidence)) for page, evidence in rows}


def _unpacked(evidence: bytes) -> PageReading | None:
    """Return a reading, or None where the bytes are not ours to read; a number can be decided without its places."""
    try:
        return unpack(evidence)
    except (ValueError, KeyError, OSError):
        return None


def _body(
    session: Session,
    records: Records,
    item: ReviewItem,
    number: Number,
    document: Document,
    pages: Mapping[str, tuple[Page, PageReading | None]],
    numbers: Mapping[str, Number],
) -> ItemBody:
    form = records.forms.get(document.form_id or "")
    field = field_of(form, item.field)
    page, reading = pages.get(number.page_id or "", (None, None))
    blind = item.kind in HIDDEN
    shown = _nothing() if blind else _shown(session, item, number, form, numbers)
    return ItemBody(
        id=item.id,
        kind=kind_shown(item),
        document=None if blind else document.id,
        station=document.station,
        form=document.form_id,
        form_page=page.form_page if page else None,
        field=item.field,
        label=Text(id=field.label.id, en=field.label.en) if field else Text(id=item.field, en=item.field),
        required=field.required if field else True,
        box_count=len(number.boxes),
        version=version_shown(session, item, number),
        ink=ink_body(Ink(page.original, page.number, item.field) if page else Ink(NONE, 0, item.field)),
        page=None if blind else number.page_id,
        page_width=page.width if page else None,
        page_height=page.height if page else None,
        places=places(reading, form, field) if reading and form and field else None,
        leased_until=item.lease_until,
        links=_blind_links(item) if blind else _links(item, number),
        **shown,
    )


def _shown(
    session: Session, item: ReviewItem, number: Number, form: FormTemplate | None, numbers: Mapping[str, Number]
) -> dict[str, Any]:
    """Return what machine and people say of a number."""
    return {
        "boxes": number.boxes,
        "value": number.value,
        "confidence": number.confidence,
        "evidence": {name: EvidenceLine(**stated) for name, stated in number.evidence.items()},
        "reasons": [ReasonLine(**reason) for reason in reasons_now(number, form, numbers)],
        "comment": item.comment,
        "earlier": _earlier(session, item, number) if item.kind == ItemKind.SENIOR else [],
        "sums": sums_of(form, item.field, numbers.values()) if form and field_of(form, item.field) else None,
    }


def _nothing() -> dict[str, Any]:
    """Return what a blind reader is told: nothing."""
    withheld = dict.fromkeys(("boxes", "value", "confidence", "evidence", "reasons", "sums"))
    return {**withheld, "comment": "", "earlier": []}


def _blind_links(item: ReviewItem) -> dict[str, str]:
    """Return the addresses of an item that lead to its ink and to nothing else."""
    here = address_of(f"{API}/review/items/{item.id}")
    return {"self": here, "decision": f"{here}/decision", "page": f"{here}/page", "cut": f"{here}/cut"}


def _links(item: ReviewItem, number: Number) -> dict[str, str]:
    here = address_of(f"{API}/review/items/{item.id}")
    about = address_of(f"{API}/documents/{number.document_id}")
    page = address_of(f"{API}/pages/{number.page_id}")
    return {
        "self": here,
        "decision": f"{here}/decision",
        "document": about,
        "history": f"{about}/numbers/{number.field}",
        "page": f"{page}/image",
        "cut": f"{page}/cut?field={number.field}",
    }


def _earlier(session: Session, item: ReviewItem, number: Number) -> list[EarlierReading]:
    """Return what others have said: the readings that stand, and the escalation."""
    of_number = (ReviewAnswer.document_id == item.document_id, ReviewAnswer.field == item.field)
    escalated = (ReviewAnswer.kind == AnswerKind.ESCALATE, ReviewAnswer.undone_at.is_(None))
    calls = session.scalars(select(ReviewAnswer).where(*of_number, *escalated).order_by(ReviewAnswer.at.desc()))
    return [
        EarlierReading.model_validate(
            {"kind": one.kind, "boxes": one.boxes, "value": one.value, "comment": one.comment}
        )
        for one in (*standing_answers(session, number), *calls)
    ]


def field_of(form: FormTemplate | None, name: str) -> NumberField | None:
    """Return a number of a form, if there is one of this name."""
    if form is None:
        return None
    return next((one for page in form.pages for one in page.numbers if one.name == name), None)


def places(reading: PageReading, form: FormTemplate, field: NumberField) -> PlacesBody | None:
    """Return where a number, its boxes and its other witnesses lie in the picture.

    Boxes lie where the reader found them. What else belongs to the number is carried along with them: the outline of
    the sheet says how it lies, the boxes by how much the paper bows there.
    """
    read = reading.fields.get(field.name)
    if read is None or read.region is None:
        return None
    parts = witness_rectangles(field)
    found = {name: place_of(reading, form, field, rectangle) for name, rectangle in parts.items()}
    return PlacesBody(
        number=_plain(read.region),
        boxes=[_plain(box) for box in read.box_regions],
        **{name: found.get(name) for name in ("bubbles", "tally", "row_sums", "words")},
    )


def witness_rectangles(field: NumberField) -> dict[str, Rectangle]:
    """Return where the other witnesses of a number are printed, mm."""
    found: dict[str, Rectangle] = {}
    if (bubbles := field.bubbles) is not None:
        radius = bubbles.diameter / 2
        width = (bubbles.count - 1) * bubbles.pitch_x + bubbles.diameter
        found["bubbles"] = (bubbles.x - radius, bubbles.y - radius, width, 9 * bubbles.pitch_y + bubbles.diameter)
    if (tally := field.tally) is not None:
        found["tally"] = (tally.x, tally.y, tally.columns * tally.cell_width, tally.rows * tally.cell_height)
    if (sums := field.row_sums) is not None:
        found["row_sums"] = (sums.x, sums.y, sums.count * sums.cell_width, sums.rows * sums.cell_height)
    if field.words is not None:
        found["words"] = field.words
    return found


def place_of(reading: PageReading, form: FormTemplate, field: NumberField, rectangle: Rectangle) -> Points | None:
    """Return the corners of a printed rectangle near a number in the picture, px."""
    read = reading.fields.get(field.name)
    if reading.registration is None or read is None or read.region is None:
        return None
    sheet = corners((0.0, 0.0, form.sheet.width, form.sheet.height))
    matrix = fit_homography(sheet, np.array(reading.registration.outline, np.float64))
    if matrix is None:
        return None
    expected = project(matrix, corners(field.boxes.bounds)).mean(axis=0)
    shift = np.array(read.region, np.float64).mean(axis=0) - expected
    return [(round(float(x), 1), round(float(y), 1)) for x, y in project(matrix, corners(rectangle)) + shift]


def _plain(points: Quadrilateral) -> Points:
    return [(round(x, 1), round(y, 1)) for x, y in points]

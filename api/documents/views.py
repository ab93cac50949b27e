"""Documents, pages and numbers as response bodies."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.core.address import API, address_of
from api.core.context import Records
from api.db.claim_tables import StationClaim
from api.db.states import NumberState, PageState
from api.db.tables import Document, Election, Number, Page, Reading
from api.db.types import now
from api.documents.claims import names_given
from api.documents.conflicts import SettledDelivery, conflicts_at
from api.documents.decide import UNREAD, numbers_of, readings_of
from api.documents.decide_number import history_of
from api.documents.own_names import document_names, renamed
from api.documents.receive import Receipt
from api.documents.retry import FAILED
from api.documents.signing import ink_of
from api.regions.named_station import named_station
from api.schemas.common import DocumentLine, PageLine, ReasonLine
from api.schemas.conflicts import DisputedDelivery, SettledDeliveryBody
from api.schemas.documents import (
    DocumentBody,
    DocumentRule,
    DocumentSummary,
    FeedbackBody,
    NumberBody,
    NumberHistory,
    PageBody,
    ProgressBody,
    ReadingSummary,
    ReceiptBody,
)
from api.schemas.keys import ink_body
from api.tabulation.elections import is_off, title_of
from api.triage.document_rules import DISAGREE, rule_reasons
from pipeline.decision import decide_document
from pipeline.forms import FormTemplate
from pipeline.reading import PageReading
from pipeline.reasons import RETAKE, Reason

_SUM_CODES = ("rule_broken", "rule_unusual")
_NAME = re.compile(r"\b[a-z][a-z0-9_]*\b")


def receipt_body(receipt: Receipt, event: int | None = None) -> ReceiptBody:
    """Return a receipt as the API shows it; `event` is the number of its delivery's event in the log."""
    return ReceiptBody(
        name=receipt.name,
        outcome=receipt.outcome,
        sha256=receipt.sha256,
        document=receipt.document,
        station=receipt.station,
        pages=list(receipt.pages),
        reasons=[ReasonLine(**reason.to_json()) for reason in receipt.reasons],
        proof=None if event is None else address_of(f"{API}/log/proofs/{event}"),
    )


def summary(document: Document, own_name: str | None = None) -> DocumentSummary:
    """Return a document as lists show it; `own_name` is what whoever asks calls it, where they brought it too."""
    return DocumentSummary.model_validate(_common(document, own_name))


def document_body(session: Session, records: Records, document: Document, person: str) -> DocumentBody:
    """Return a document with its pages and numbers; whoever has brought a file reads the name that they gave it."""
    pages, numbers = _pages(session, document.id), numbers_of(session, document.id)
    given = names_given(session, person, {page.original for page in pages})
    return DocumentBody.model_validate(
        {
            **_common(document, document_names(session, person, [document]).get(document.id)),
            "pages": [page_body(page, given.get(page.original)) for page in pages],
            "pages_found": document.pages_found,
            "missing_pages": document.missing_pages,
            "rules": [DocumentRule(**rule) for rule in document.rules],
            "reasons": document.reasons,
            "numbers": [number_body(number) for number in numbers],
            "feedback": feedback(
                document,
                [(page, given.get(page.original)) for page in pages],
                numbers,
                records.forms.get(document.form_id or ""),
                _notices(session, document, given),
            ),
            "moved_to": document.moved_to,
            "proposed_station": None if document.station else named_station(session, document.name).code,
        }
    )


def page_body(page: Page, name: str | None = None) -> PageBody:
    """Return a page as the API shows it; `name` is how whoever asks called its file, where they brought it, too."""
    here = address_of(f"{API}/pages/{page.id}")
    links = {"self": here, "image": f"{here}/image", "original": f"{here}/original"}
    if page.state == PageState.REJECTED and page.width:
        links["corners"] = address_of(f"/review/corners/{page.id}")  # a page for people: where the sheet is
    return PageBody.model_validate(
        {
            "id": page.id,
            "file_name": page.file_name if name is None else name,
            "number": page.number,
            "state": page.state,
            "form_page": page.form_page,
            "reasons": renamed(page.reasons, page.file_name, name),
            "attempts": page.attempts,
            "sha256": page.original,
            "uploaded_at": page.uploaded_at,
            "links": links,
        }
    )


def number_body(number: Number) -> NumberBody:
    """Return a number as it stands."""
    return NumberBody.model_validate(_number(number))


def number_history(session: Session, number: Number) -> NumberHistory:
    """Return a number with every reading and decision of it, first to last."""
    rows = session.scalars(
        select(Reading)
        .join(Page, Page.id == Reading.page_id)
        .where(Page.document_id == number.document_id)
        .order_by(Reading.at)
    )
    read = [_reading(row, number.field) for row in rows if number.field in row.line["fields"]]
    decisions = [
        {
            "id": made.id,
            "at": made.at,
            "person": made.person_id,
            "kind": made.kind,
            "old": made.old,
            "new": made.new,
            "reason": made.reason,
            "seconds": made.seconds,
            "signed": made.signature is not None,
        }
        for made in history_of(session, number.document_id, number.field)
    ]
    whole = {**_number(number), "document": number.document_id, "decisions": decisions, "readings": read}
    whole["ink"] = ink_body(ink_of(session, number))
    return NumberHistory.model_validate(whole)


def lines(session: Session, records: Records, document: Document, person: str) -> list[PageLine | DocumentLine]:
    """Return a document's readings as the lines of `chasil read --json`: its pages, then the document.

    Whoever has brought a file reads the name that they gave it.
    """
    readings = list(readings_of(session, document.id).values())
    if not readings:
        return []
    name = document_names(session, person, [document]).get(document.id, document.name)
    given = names_given(session, person, {reading.source.sha256 for reading in readings})
    whole = decide_document(name, readings, records.forms, records.threshold)
    pages: Iterable[PageLine | DocumentLine] = (
        PageLine(**_page_line(reading, name, given.get(reading.source.sha256))) for reading in readings
    )
    return [*pages, DocumentLine(**whole.to_json())]


def _page_line(reading: PageReading, document: str, own: str | None) -> dict[str, Any]:
    """Return a page's reading as JSON, under the names that whoever asks has given."""
    line = reading.to_json()
    line["reasons"] = renamed(line["reasons"], reading.source.name, own)
    line["source"] = {**line["source"], "name": reading.source.name if own is None else own}
    return {**line, "document": document}


def feedback(
    document: Document,
    pages: Sequence[tuple[Page, str | None]],
    numbers: Sequence[Number],
    form: FormTemplate | None = None,
    notices: Sequence[Reason] = (),
) -> FeedbackBody:
    """Return what the uploader can still mend, each thing once; of pages that were read until no number is in doubt.

    Args:
        document: The document.
        pages: Its pages, each with what whoever asks has called its file, where they brought it.
        numbers: Its numbers as they stand.
        form: Its form, where it is installed: numbers are named by their labels then.
        notices: What else to know.

    """
    reasons = {page.id: renamed(page.reasons, page.file_name, own) for page, own in pages}
    failed = [page for page, _ in pages if page.state in FAILED]
    doubted = [number for number in numbers if number.state == NumberState.REVIEW]
    doubtful = {number.page_id for number in doubted}
    read = [page for page, _ in pages if page not in failed and page.id in doubtful]
    mendable = [
        *(reason for page in failed for reason in reasons[page.id]),
        *(reason for page in read for reason in reasons[page.id] if reason["code"] in RETAKE),
        *(reason for number in doubted for reason in number.reasons if reason["code"] in RETAKE),
    ]
    return FeedbackBody(
        retake=[ReasonLine(**reason) for reason in {reason["message"]: reason for reason in mendable}.values()],
        notices=[ReasonLine(**reason.to_json()) for reason in notices],
        missing_pages=document.missing_pages,
        sums=_sums(document, numbers, form),
    )


def _notices(session: Session, document: Document, given: Mapping[str, str]) -> list[Reason]:
    """Return that files of a document are claimed for other stations, and that its election is off, where it is so."""
    return [*_disputes(session, document, given), *_off(session, document)]


def _disputes(session: Session, document: Document, given: Mapping[str, str]) -> list[Reason]:
    """Return that files are claimed for others; not for which station, which may be of a region that is not told.

    A file is named as whoever asks has called it. Whoever did not bring it is not told how others did.
    """
    return [
        _dispute("conflict_suspends" if conflict.suspends else "conflict_open", given.get(page.original))
        for conflict, page in conflicts_at(session, document.id)
    ]


def _dispute(code: str, name: str | None) -> Reason:
    return Reason(f"{code}_unnamed") if name is None else Reason(code, {"path": name})


def _off(session: Session, document: Document) -> list[Reason]:
    election = session.get(Election, document.election_id) if document.election_id else None
    if election is None or not is_off(session, election):
        return []
    title = title_of(election)
    return [Reason("election_off", {"election": title["en"], "pemilihan": title["id"]})]


def disputed_body(claim: StationClaim) -> DisputedDelivery:
    """Return a delivery of a file that is filed elsewhere, as its bringer may know it: the receipt's words."""
    reason = ReasonLine(**Reason("known_elsewhere", {"station": claim.station}).to_json())
    return DisputedDelivery.model_validate(
        {"file_name": claim.file_name, "station": claim.station, "at": claim.at, "reasons": [reason]}
    )


def settled_body(settled: SettledDelivery) -> SettledDeliveryBody:
    """Return what became of a file that was disputed, as its bringer may know it: of a foreign station, not which."""
    claim = settled.claim
    outcome = "unfiled" if settled.filed is None else "yours" if settled.filed == claim.station else "elsewhere"
    reason = ReasonLine(**Reason(f"settled_{outcome}", {"station": claim.station}).to_json())
    about = {"file_name": claim.file_name, "station": claim.station, "at": claim.at}
    return SettledDeliveryBody.model_validate(
        {**about, "settled_at": settled.settled_at, "outcome": outcome, "reasons": [reason]}
    )


def _sums(document: Document, numbers: Sequence[Number], form: FormTemplate | None) -> list[ReasonLine]:
    """Return the sums that do not fit what was read so far; what is so as written was decided by people."""
    disagreements = [ReasonLine(**reason) for reason in document.reasons if reason["code"] == DISAGREE]
    if form is None:
        return [*(ReasonLine(**reason) for reason in document.reasons if reason["code"] in _SUM_CODES), *disagreements]
    reasons = rule_reasons(form, document, {number.field: number for number in numbers})
    return [*(_labelled(reason.to_json(), form) for reason in reasons if reason.code in _SUM_CODES), *disagreements]


def _labelled(reason: Mapping[str, Any], form: FormTemplate) -> ReasonLine:
    """Return a reason with the labels of numbers in place of their names."""
    labels = {one.name: one.label for page in form.pages for one in page.numbers}

    def labelled(text: str, language: str) -> str:
        return _NAME.sub(lambda name: getattr(labels.get(name[0]), language, name[0]), text)

    translations = {language: labelled(text, language) for language, text in reason["translations"].items()}
    return ReasonLine(code=reason["code"], message=labelled(reason["message"], "en"), translations=translations)


def progress(session: Session) -> ProgressBody:
    """Return how far the work is."""
    pages = dict(iter(session.execute(select(Page.state, func.count()).group_by(Page.state))))
    documents = select(Document.state, func.count()).group_by(Document.state)
    oldest = session.scalar(select(func.min(Page.uploaded_at)).where(Page.state.in_(UNREAD)))
    return ProgressBody.model_validate(
        {
            "pages": pages,
            "documents": dict(iter(session.execute(documents))),
            "oldest_waiting_seconds": None if oldest is None else max(0.0, (now() - oldest).total_seconds()),
        }
    )


def _pages(session: Session, document: str) -> Sequence[Page]:
    ordered = select(Page).where(Page.document_id == document).order_by(Page.uploaded_at, Page.file_name, Page.number)
    return session.scalars(ordered).all()


def _common(document: Document, own_name: str | None) -> dict[str, object]:
    here = address_of(f"{API}/documents/{document.id}")
    return {
        "id": document.id,
        "name": document.name if own_name is None else own_name,
        "state": document.state,
        "election": document.election_id,
        "station": document.station,
        "form": document.form_id,
        "created_at": document.created_at,
        "version": document.version,
        "links": {"self": here, "events": f"{here}/events", "move": f"{here}/place"},
    }


def _number(number: Number) -> dict[str, object]:
    here = address_of(f"{API}/documents/{number.document_id}/numbers/{number.field}")
    return {
        "field": number.field,
        "state": number.state,
        "final": number.final,
        "final_boxes": number.final_boxes,
        "value": number.value,
        "boxes": number.boxes,
        "confidence": number.confidence,
        "evidence": number.evidence,
        "reasons": number.reasons,
        "region": number.region,
        "page": number.page_id,
        "reading": number.reading_id,
        "version": number.version,
        "links": {
            "self": here,
            "decisions": f"{here}/decisions",
            "crop": address_of(f"{API}/pages/{number.page_id}/crop?field={number.field}"),
        },
    }


def _reading(row: Reading, field: str) -> ReadingSummary:
    read = row.line["fields"][field]
    return ReadingSummary(
        id=row.id,
        page=row.page_id,
        at=row.at,
        model=row.model_id,
        program=row.program,
        value=read["value"],
        boxes=read["boxes"],
        confidence=read["confidence"],
    )

"""One station judged: what is published of it beside the numbers of its document as they stand.

A number that people still decide is a question, whatever the machine reads: it lies at the desk, to be read blind. One
that counts is held against the published figure by the verdicts of `api.comparison`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.comparison.published import PublishedStation
from api.comparison.stations import Absent, JudgedNumber, JudgedStation, judge_numbers
from api.comparison.totals import difference, stake
from api.comparison.verdict import Beside, Outcome, Verdict
from api.core.context import Records
from api.db.published_tables import PublishedJudged, PublishedVerdict
from api.db.states import NumberState, PageState
from api.db.tables import Document, Number, Page
from api.db.types import now
from api.documents.decide import UNREAD, optional_fields, threshold_now
from api.documents.retry import FAILED
from api.tabulation.amounts import PAIR
from api.tabulation.shown import IN_REVIEW
from api.triage.document_rules import CONTESTED
from pipeline.forms import FormTemplate
from pipeline.reading import Evidence, FieldReading
from pipeline.reading import Outcome as ReadOutcome
from pipeline.reasons import Reason

ACCEPTED, REVIEWED, NOBODY_CAN_TELL = NumberState.ACCEPTED, NumberState.REVIEWED, NumberState.UNREADABLE


@dataclass(frozen=True, slots=True)
class Judged:
    """A station with every published number judged.

    Attributes:
        document: Its document; None where no page of it came in.
        station: What is published of it, and what became of each number.
        held: Whether people or the machine still decide a number of it: whoever may read it must be told nothing.

    """

    document: Document | None
    station: JudgedStation
    held: bool


@dataclass(frozen=True, slots=True)
class _Pages:
    """What is known of the pages of a document."""

    any: bool
    waits: bool
    failed: bool
    unread: Sequence[tuple[Reason, ...]]


def judge(
    session: Session, records: Records, document: Document | None, code: str, published: Mapping[str, int]
) -> Judged:
    """Judge a station.

    Args:
        session: Any session.
        records: Forms and the threshold.
        document: The station's document; None where it has none.
        code: The station.
        published: What is published of it, by field.

    """
    station = PublishedStation(code, published)
    if document is None:
        numbers = judge_numbers(Beside(published, {}), Absent(None, own=False))
        return Judged(None, JudgedStation(station, numbers), held=False)
    rows = session.scalars(select(Number).where(Number.document_id == document.id)).all()
    form, pages = records.forms.get(document.form_id or ""), _pages(session, document.id)
    threshold = threshold_now(session, records.threshold)
    read = {row.field: _reading(row, threshold) for row in rows}
    beside = Beside(
        published,
        read,
        form.rules if form else (),
        threshold,
        {row.field: row.final for row in rows if row.state == REVIEWED and row.final is not None},
        {row.field: _undecided(row) for row in rows if row.state == IN_REVIEW},
    )
    numbers = judge_numbers(beside, Absent(form, own=pages.any, unread=pages.unread, waits=pages.waits))
    held = pages.waits or _decided_still(records, document, rows, published) or _may_be_typed(document, rows, pages)
    return Judged(document, JudgedStation(station, numbers, _form(form, rows)), held)


def _decided_still(records: Records, document: Document, rows: Sequence[Number], published: Mapping[str, int]) -> bool:
    """Return whether people still decide a number; one that holds nothing up counts only where it is published."""
    optional = optional_fields(records.forms, document.form_id) - published.keys()
    return any(row.state == IN_REVIEW and row.field not in optional for row in rows)


def _may_be_typed(document: Document, rows: Sequence[Number], pages: _Pages) -> bool:
    """Return whether people may yet read numbers on a page that the machine could not: one that lacks otherwise."""
    return pages.failed and (not rows or bool(document.missing_pages))


def _form(form: FormTemplate | None, rows: Sequence[Number]) -> FormTemplate | None:
    return form if rows else None


def _undecided(row: Number) -> Verdict:
    """Return what becomes of a number that people still decide; whose sheet it is may be what they decide."""
    codes = [str(reason["code"]) for reason in row.reasons]
    outcome = Outcome.OTHER_STATION if CONTESTED in codes else Outcome.QUESTION
    return Verdict(outcome, tuple(Reason(code) for code in codes))


def _reading(row: Number, threshold: float) -> FieldReading:
    """Return a number as it stands: of one that counts what counts, of another what the machine reads."""
    settled = row.state != IN_REVIEW
    value = row.final if settled else row.value
    # Stored with six decimals, rounded down: what was accepted was sure enough.
    confidence = max(row.confidence, threshold) if row.state == ACCEPTED else row.confidence
    return FieldReading(
        None if row.state == NOBODY_CAN_TELL else value,
        row.final_boxes if settled else row.boxes,
        confidence,
        ReadOutcome.ACCEPTED if row.state == ACCEPTED else ReadOutcome.REVIEW,
        () if row.state == ACCEPTED else tuple(Reason(str(reason["code"])) for reason in row.reasons),
        {name: _evidence(stated) for name, stated in row.evidence.items()},
    )


def _evidence(stated: Mapping[str, Any]) -> Evidence:
    return Evidence(stated["value"], float(stated["probability"]), stated.get("text"))


def _pages(session: Session, document: str) -> _Pages:
    rows = session.execute(select(Page.state, Page.reasons).where(Page.document_id == document)).all()
    unread = [
        tuple(Reason(str(reason["code"])) for reason in reasons)
        for state, reasons in rows
        if state == PageState.REJECTED
    ]
    states = {state for state, _ in rows}
    return _Pages(bool(rows), bool(states.intersection(UNREAD)), bool(states.intersection(FAILED)), unread)


def verdict_rows(snapshot: str, judged: Judged) -> Iterator[PublishedVerdict]:
    """Yield the rows of a station's numbers; of a station without a document there are none."""
    if judged.document is None:
        return
    for one in judged.station.numbers:
        codes = [reason.code for reason in one.verdict.reasons]
        yield PublishedVerdict(
            snapshot_id=snapshot,
            station=judged.station.published.code,
            field=one.field,
            document_id=judged.document.id,
            published=one.published,
            written=_written(one),
            difference=None if _written(one) is None else difference(one),
            stake=_stake(one),
            outcome=one.verdict.outcome.value,
            kind=_kind(one),
            codes=f" {' '.join(codes)} " if codes else "",
        )


def judged_row(snapshot: str, judged: Judged) -> PublishedJudged:
    """Return the row of a station that has a document."""
    assert judged.document is not None
    outcomes = [one.verdict.outcome for one in judged.station.numbers]
    return PublishedJudged(
        snapshot_id=snapshot,
        station=judged.station.published.code,
        document_id=judged.document.id,
        version=judged.document.version,
        held=judged.held,
        stake=stake(judged.station),
        at=now(),
        **{outcome.value: outcomes.count(outcome) for outcome in Outcome},
    )


def _written(one: JudgedNumber) -> int | None:
    """Return what counts: nothing while people still decide, or where nobody can tell."""
    return one.written if one.verdict.outcome not in (Outcome.QUESTION, Outcome.OTHER_STATION) else None


def _kind(one: JudgedNumber) -> str | None:
    return one.kind.value if one.kind is not None and one.verdict.outcome is Outcome.DIFFERS else None


def _stake(one: JudgedNumber) -> int:
    surely = one.verdict.outcome is Outcome.DIFFERS and one.field.startswith(PAIR)
    return abs(difference(one)) if surely else 0

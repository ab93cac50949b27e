"""The verdict of a sample: how many accepted numbers are wrong at most, and how much more must be read.

A number counts as right where the blind reader read what was accepted, and where a disagreement was settled in favour
of what was accepted. Everything else counts as wrong, also a disagreement that nobody has settled yet, and what the
reader could not read. Errors of readers thus make the bound too large, never too small, unless a reader errs exactly
as the machine did.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.review_tables import Alarm, ReviewAnswer, ReviewAudit, ReviewItem
from api.db.states import ItemState, NumberState
from api.db.tables import Number
from api.sampling.alarms import raise_alarm
from api.sampling.draw import stratum_of
from api.sampling.intervals import lower_bound, sample_needed, upper_bound
from api.schemas.common import Text
from pipeline.marks import value_of
from pipeline.reasons import Reason

PER = 10_000


@dataclass(frozen=True, slots=True)
class Stratum:
    """A stratum of an audit: how many accepted numbers, drawn, read, wrong, and the rate that holds at most."""

    region: str
    population: int
    drawn: int
    read: int
    wrong: int
    at_most: float


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What an audit says now.

    Attributes:
        drawn, read, wrong: Of the sample; `open` are not read yet, `lost` can no longer be (their page has moved).
        at_most, at_least: The rate of wrong numbers, with the audit's confidence each.
        verdict: passed, failed, or open while the sample can tell neither.
        needed: Further numbers to read until `at_most` meets the target, if no more are wrong than now.
        needed_if_none: The whole sample that shows the target with none wrong.
        strata: The same for each region.

    """

    drawn: int
    read: int
    wrong: int
    open: int
    lost: int
    at_most: float
    at_least: float
    verdict: str
    needed: int
    needed_if_none: int
    strata: tuple[Stratum, ...]


def verdict_of(session: Session, audit: ReviewAudit) -> AuditVerdict:
    """Return what an audit says now."""
    items = session.scalars(select(ReviewItem).where(ReviewItem.audit_id == audit.id).order_by(ReviewItem.place)).all()
    outcomes = _outcomes(session, audit, items)
    read = [item for item in items if item.id in outcomes]
    wrong = [item for item in read if not outcomes[item.id]]
    most = upper_bound(len(wrong), len(read), audit.confidence)
    least = lower_bound(len(wrong), len(read), audit.confidence)
    needed = sample_needed(audit.target, len(wrong), audit.confidence)
    return AuditVerdict(
        drawn=len(items),
        read=len(read),
        wrong=len(wrong),
        open=sum(item.state == ItemState.OPEN for item in items),
        lost=sum(item.state == ItemState.CLOSED for item in items),
        at_most=most,
        at_least=least,
        verdict="passed" if most <= audit.target else "failed" if least > audit.target else "open",
        needed=max(0, needed - len(read)),
        needed_if_none=sample_needed(audit.target, 0, audit.confidence),
        strata=_strata(audit, read, {item.id for item in wrong}),
    )


def statement_of(audit: ReviewAudit, verdict: AuditVerdict) -> Text:
    """Return the one sentence that an audit is made for."""
    given = {
        "confidence": round(audit.confidence * 100, 6),
        "most": float(f"{verdict.at_most * PER:.4g}"),
        "wrong": verdict.wrong,
        "read": verdict.read,
        "drawn": verdict.drawn,
    }
    reason = Reason("audit_statement" if not verdict.open else "audit_statement_so_far", given)
    return Text(id=reason.text("id"), en=reason.text("en"))


def alarm_if_failed(session: Session, audit_id: str) -> None:
    """Raise the alarm if an audit has failed, once."""
    audit = session.get_one(ReviewAudit, audit_id)
    verdict = verdict_of(session, audit)
    subject = f"audit:{audit.id}"
    known = session.scalar(select(Alarm.id).where(Alarm.subject == subject))
    if verdict.verdict != "failed" or known is not None:
        return
    values = {
        "region": audit.region,
        "wrong": verdict.wrong,
        "read": verdict.read,
        "target": round(audit.target * PER, 6),
        "confidence": round(audit.confidence * 100, 6),
    }
    raise_alarm(session, "audit_failed", subject, values, audit.region)


def _outcomes(session: Session, audit: ReviewAudit, items: Sequence[ReviewItem]) -> dict[str, bool]:
    """Return for every item that was read whether what was accepted is right, as far as is known."""
    mine = (ReviewItem.audit_id == audit.id, ReviewAnswer.undone_at.is_(None))
    answered = select(ReviewAnswer).join(ReviewItem, ReviewItem.id == ReviewAnswer.item_id).where(*mine)
    answers = {answer.item_id: answer for answer in session.scalars(answered)}
    doubtful = [item for item in items if item.id in answers and not answers[item.id].matches]
    return dict.fromkeys(answers, True) | {item.id: _settled_right(session, item) for item in doubtful}


def _settled_right(session: Session, item: ReviewItem) -> bool:
    """Return whether people settled a disagreement in favour of what was accepted."""
    number = session.get(Number, (item.document_id, item.field))
    if number is None or number.state != NumberState.REVIEWED:
        return False
    return number.final == value_of(item.expected or "")


def _strata(audit: ReviewAudit, read: Sequence[ReviewItem], wrong: set[str]) -> tuple[Stratum, ...]:
    strata = []
    for code, (population, drawn) in audit.strata.items():
        here = [item for item in read if stratum_of(item.station or "", audit.region) == code]
        errors = sum(item.id in wrong for item in here)
        bound = upper_bound(errors, len(here), audit.confidence)
        strata.append(Stratum(code, population, drawn, len(here), errors, bound))
    return tuple(strata)

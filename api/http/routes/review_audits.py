"""`/api/v1/review/audits`, `reviewers`, `threshold`, and `/api/v1/alarms`: is it right, and who reads well."""

import secrets
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import select

from api.core.address import API, address_of
from api.db.review_tables import Alarm, ReviewAudit
from api.desk.blindness import reads_blind
from api.desk.reviewers import reviewers
from api.documents.decide import threshold_now
from api.http.auth.current import CurrentPerson, guarded, may
from api.http.dependencies import RecordsDep
from api.people.actor import Actor
from api.people.roles import Permission
from api.regions.codes import NATION, inside
from api.sampling.alarms import clear, raised
from api.sampling.draw import draw_audit
from api.sampling.threshold import documents_accepted_below, raise_threshold, redecide_below
from api.sampling.verdict import PER, AuditVerdict, statement_of, verdict_of
from api.schemas.sampling import (
    AlarmBody,
    AlarmList,
    AuditBody,
    AuditList,
    AuditOrder,
    AuditSummary,
    ReviewerList,
    StratumBody,
    ThresholdBody,
    ThresholdOrder,
)
from pipeline.errors import MissingError
from pipeline.reasons import Reason

router = APIRouter(prefix="/review", tags=["review"])
alarms = APIRouter(prefix="/alarms", tags=["review"])

Auditor = Annotated[Actor, may(Permission.AUDIT)]
_AUDIT = guarded((404, "audit_missing"))


@router.post(
    "/audits",
    status_code=201,
    responses=guarded((409, "audit_nothing"), (409, "audit_checkpoint_unknown"), (422, "request_invalid")),
)
def draw(body: AuditOrder, actor: Auditor, records: RecordsDep) -> AuditBody:
    """Draw a random sample, stratified by region; reviewers get it blind among their other numbers."""
    actor.require(Permission.AUDIT, body.region)
    seed = secrets.randbelow(2**53) if body.seed is None else body.seed
    with records.database.writing() as session:
        audit = draw_audit(
            session, actor.id, body.region, body.size, seed, body.target, body.confidence, body.checkpoint
        )
        return _whole(audit, verdict_of(session, audit))


@router.get("/audits", responses=guarded((422, "request_invalid")))
def list_audits(actor: Auditor, records: RecordsDep) -> AuditList:
    """Return the audits of your region, newest first."""
    wanted = select(ReviewAudit).where(inside(ReviewAudit.region.expression, actor.scope))
    with records.database.reading() as session:
        found = session.scalars(wanted.order_by(ReviewAudit.at.desc()).limit(200)).all()
    return AuditList(audits=[AuditSummary.model_validate(_summary(audit)) for audit in found])


@router.get("/audits/{audit}", responses=_AUDIT)
def show(audit: str, actor: Auditor, records: RecordsDep) -> AuditBody:
    """Return how many of 10,000 accepted numbers are wrong at most, and how much more must be read for the target."""
    with records.database.reading() as session:
        row = session.get(ReviewAudit, audit)
        if row is None:
            raise MissingError("audit_missing", audit=audit[:80])
        actor.require(Permission.AUDIT, row.region)
        return _whole(row, verdict_of(session, row))


@router.get("/reviewers", responses=guarded())
def list_reviewers(actor: CurrentPerson, records: RecordsDep) -> ReviewerList:
    """Return pace, hidden tests and agreement of everybody in your region; for seniors and auditors.

    Seniors do not see themselves: it would tell them which of their numbers was a test.
    """
    _senior_or_auditor(actor)
    with records.database.reading() as session:
        found = reviewers(session, actor.scope)
    if reads_blind(actor):  # or they would see by it which of their items was a test
        found = [one for one in found if one.person != actor.id]
    return ReviewerList(reviewers=found)


@router.get("/threshold", responses=guarded(), dependencies=[may(Permission.AUDIT)])
def threshold(records: RecordsDep) -> ThresholdBody:
    """Return the posterior from which a number is accepted."""
    with records.database.reading() as session:
        now = threshold_now(session, records.threshold)
        return ThresholdBody(
            threshold=now, model=records.threshold, documents=len(documents_accepted_below(session, now))
        )


@router.post(
    "/threshold",
    responses=guarded((422, "threshold_lower"), (422, "request_invalid")),
)
def set_threshold(body: ThresholdOrder, actor: CurrentPerson, records: RecordsDep) -> ThresholdBody:
    """Accept only what is surer than before, from now on; what was accepted below it goes to review at once."""
    actor.require(Permission.MANAGE_SYSTEM, None)
    with records.database.writing() as session:
        limit = raise_threshold(session, records.threshold, body.threshold, actor.id)
    redecide_below(records, limit)
    with records.database.reading() as session:
        left = len(documents_accepted_below(session, limit))
    return ThresholdBody(threshold=limit, model=records.threshold, documents=left)


@alarms.get("", responses=guarded((422, "request_invalid")))
def list_alarms(
    actor: CurrentPerson,
    records: RecordsDep,
    cleared: Annotated[bool, Query(description="Also those that somebody has seen to.")] = False,
) -> AlarmList:
    """Return the alarms of your region that stand; for seniors and auditors."""
    _senior_or_auditor(actor)
    with records.database.reading() as session:
        found = raised(session, cleared=cleared, scope=actor.scope)
    return AlarmList(alarms=[_alarm(alarm) for alarm in found])


@alarms.post("/{alarm}/clear", responses=guarded((404, "alarm_missing")))
def clear_alarm(alarm: str, actor: Auditor, records: RecordsDep) -> AlarmBody:
    """Say that an alarm of your region has been seen to; it stays on record."""
    with records.database.writing() as session:
        return _alarm(clear(session, alarm, actor.id, actor.scope))


def _senior_or_auditor(actor: Actor) -> None:
    if not actor.permissions & {Permission.DECIDE_AS_SENIOR, Permission.AUDIT}:
        actor.require(Permission.AUDIT, None)


def _summary(audit: ReviewAudit) -> dict[str, object]:
    return {
        "id": audit.id,
        "at": audit.at,
        "person": audit.person_id,
        "region": audit.region,
        "seed": audit.seed,
        "population": audit.population,
        "drawn": audit.size,
        "target": audit.target * PER,
        "confidence": audit.confidence,
        "links": {"self": address_of(f"{API}/review/audits/{audit.id}")},
    }


def _whole(audit: ReviewAudit, verdict: AuditVerdict) -> AuditBody:
    strata = [StratumBody(**{**asdict(part), "at_most": part.at_most * PER}) for part in verdict.strata]
    more = {name: getattr(verdict, name) for name in ("read", "wrong", "open", "lost", "verdict", "needed")}
    return AuditBody.model_validate(
        {
            **_summary(audit),
            **more,
            "needed_if_none": verdict.needed_if_none,
            "at_most": verdict.at_most * PER,
            "at_least": verdict.at_least * PER,
            "complete": verdict.open == 0,
            "statement": statement_of(audit, verdict),
            "strata": strata,
        }
    )


def _alarm(alarm: Alarm) -> AlarmBody:
    reason = Reason(alarm.code, alarm.told)
    return AlarmBody(
        id=alarm.id,
        region=alarm.region or NATION,
        subject=alarm.subject,
        raised_at=alarm.raised_at,
        cleared_at=alarm.cleared_at,
        cleared_by=alarm.cleared_by,
        **reason.to_json(),
    )

"""Compare every row with what the events say of it."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Executable, select
from sqlalchemy.orm import Session

from api.db.tables import Decision, Document, Election, ElectionSetting, FormVersion, Number, Page, Reading
from api.documents.reading_hash import reading_hash
from api.ledger.canonical import canonical
from api.verification.links import ROWS
from api.verification.replay import UNKNOWN, Replay
from pipeline.reasons import Reason

READINGS = 200
"""Readings that are held at a time; each has the distributions of a page."""

Step = Callable[[], None]


def check_rows(session: Session, replay: Replay, step: Step) -> Iterator[Reason]:
    """Yield every row that is not as the events say, and everything they say that no row answers to.

    Args:
        session: A reading session, in the same state as the events.
        replay: What the rows must be.
        step: Called after every row.

    """
    for check in (_forms, _elections, _settings, _documents, _pages, _readings, _decisions, _numbers):
        for reasons in check(session, replay):
            yield from reasons
            step()
    for seq, subject in replay.left():
        yield Reason("audit_row_missing", {"seq": seq, "subject": subject})


def _rows(session: Session, asked: Executable, size: int = ROWS) -> Iterator[Any]:
    yield from session.execute(asked.execution_options(yield_per=size))


def _compared(subject: str, known: Mapping[str, Any] | None, seen: Mapping[str, Any]) -> list[Reason]:
    """Return what differs between an event's word and a row, by column."""
    if known is None:
        return [Reason("audit_row_unknown", {"seq": "-", "subject": subject})]
    return [
        _changed(subject, known["seq"], column, value, known[column])
        for column, value in seen.items()
        if known[column] not in (value, UNKNOWN)
    ]


def _changed(subject: str, seq: int, column: str, seen: Any, expected: Any) -> Reason:
    told = {"column": column, "seen": str(seen)[:80], "expected": str(expected)[:80]}
    return Reason("audit_row_changed", {"seq": seq, "subject": subject, **told})


def _as_mapping(row: Any) -> dict[str, Any] | None:
    return None if row is None else dict(row)


def _forms(session: Session, replay: Replay) -> Iterator[list[Reason]]:
    for sha256, form, template in _rows(session, select(FormVersion.sha256, FormVersion.form_id, FormVersion.template)):
        known = _as_mapping(replay.take("form", sha256))
        found = _compared(f"form:{sha256}", known, {"form_id": form})
        content = hashlib.sha256(template.encode()).hexdigest()
        if known is not None and content != sha256:
            found.append(_changed(f"form:{sha256}", known["seq"], "template", content, sha256))
        yield found


def _elections(session: Session, replay: Replay) -> Iterator[list[Reason]]:
    for election, form in _rows(session, select(Election.id, Election.form_id)):
        yield _compared(f"election:{election}", _as_mapping(replay.take("election", election)), {"form_id": form})


def _settings(session: Session, replay: Replay) -> Iterator[list[Reason]]:
    """What people say of an election must be what the last event about it says."""
    for row in session.scalars(select(ElectionSetting).execution_options(yield_per=ROWS)):
        known = _as_mapping(replay.take("setting", row.election_id))
        facts = {name: getattr(row, column) for name, column in _SETTING.items()}
        said = None if known is None else {"seq": known["seq"], **json.loads(known["facts"])}
        yield _compared(f"election:{row.election_id}", said, facts)


_SETTING = {"on": "is_on", "main": "main", "title_id": "title_id", "title_en": "title_en", "pairs": "pairs"}
"""Column by the name that events have for it."""


def _documents(session: Session, replay: Replay) -> Iterator[list[Reason]]:
    asked = select(Document.id, Document.election_id, Document.station, Document.moved_to)
    for row in _rows(session, asked):
        seen = {"election_id": row.election_id, "station": row.station, "moved_to": row.moved_to}
        yield _compared(f"document:{row.id}", _as_mapping(replay.take("document", row.id)), seen)


def _pages(session: Session, replay: Replay) -> Iterator[list[Reason]]:
    for row in _rows(session, select(Page.id, Page.document_id, Page.original, Page.number, Page.file_name)):
        seen = {name: getattr(row, name) for name in ("document_id", "original", "number", "file_name")}
        yield _compared(f"page:{row.id}", _as_mapping(replay.take("page", row.id)), seen)


def _readings(session: Session, replay: Replay) -> Iterator[list[Reason]]:
    """A reading is too large for the chain, which has its hash: over its line, its distributions and who read."""
    columns = (
        Reading.id, Reading.page_id, Reading.line, Reading.evidence, Reading.model_sha256, Reading.program,
        Reading.form_sha256, Reading.sha256,
    )  # fmt: skip
    for row in _rows(session, select(*columns), READINGS):
        content = reading_hash(row.page_id, row.line, row.evidence, row.model_sha256, row.program, row.form_sha256)
        known = _as_mapping(replay.take("reading", row.id))
        found = _compared(f"reading:{row.id}", known, {"page_id": row.page_id, "sha256": row.sha256})
        if known is not None and content != known["sha256"]:
            found.append(_changed(f"reading:{row.id}", known["seq"], "content", content, known["sha256"]))
        yield found


def _decisions(session: Session, replay: Replay) -> Iterator[list[Reason]]:
    asked = select(Decision).execution_options(yield_per=ROWS)
    for row in session.scalars(asked):
        subject = f"decision:{row.id}"
        known = replay.take("decision", row.id)
        if known is None:
            yield [Reason("audit_row_unknown", {"seq": "-", "subject": subject})]
            continue
        facts, seen = json.loads(known["facts"]), _facts(row)
        yield [
            _changed(subject, known["seq"], name, seen.get(name), value)
            for name, value in facts.items()
            if name in seen and canonical(seen[name]) != canonical(value)
        ]


def _facts(row: Decision) -> dict[str, Any]:
    """Return a decision as its event tells it."""
    return {
        "document": row.document_id,
        "field": row.field,
        "person": row.person_id,
        "kind": row.kind,
        "old": row.old,
        "new": row.new,
        "reason": row.reason,
        "seconds": row.seconds,
        "order": row.order,
    }


def _numbers(session: Session, replay: Replay) -> Iterator[list[Reason]]:
    """What counts must be what the last decision says, or else what the machine says where it was sure enough."""
    columns = (
        Number.document_id, Number.field, Number.boxes, Number.value, Number.outcome, Number.state, Number.final,
        Number.final_boxes, Number.decision_id,
    )  # fmt: skip
    for row in _rows(session, select(*columns)):
        subject = f"number:{row.document_id}/{row.field}"
        known = _as_mapping(replay.take_number(row.document_id, row.field))
        if known is None:
            yield [Reason("audit_row_unknown", {"seq": "-", "subject": subject})]
            continue
        by_machine = known["decision"] is None or (known["loose"] and row.decision_id is None)
        expected = {**known, **(_of_machine(known) if by_machine else _of_person(known))}
        seen = row._mapping
        yield _compared(subject, expected, {name: seen[name] for name in ("boxes", "value", "outcome", *_STANDING)})


_STANDING = ("state", "final", "final_boxes", "decision_id")


def _of_machine(known: Mapping[str, Any]) -> dict[str, Any]:
    sure = known["outcome"] == "accepted"
    return {
        "state": "accepted" if sure else "review",
        "final": known["value"] if sure else None,
        "final_boxes": known["boxes"],
        "decision_id": None,
    }


def _of_person(known: Mapping[str, Any]) -> dict[str, Any]:
    new = json.loads(known["decided"])
    return {
        "state": new["state"],
        "final": new["value"],
        "final_boxes": new["boxes"],
        "decision_id": known["decision"],
    }

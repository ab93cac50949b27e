"""Walk the ledger from its first event to its last, and report where it is broken."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.tables import Event
from api.ledger.append import FIRST
from api.ledger.canonical import event_hash
from pipeline.errors import UsageError
from pipeline.reasons import Reason

ROWS = 2_000
"""Rows that are held at a time."""


@dataclass(frozen=True, slots=True)
class Link:
    """One event as it is stored."""

    seq: int
    at: datetime
    kind: str
    actor: str
    subject: str
    body: dict[str, Any]
    previous: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Head:
    """A link that somebody noted: it must still be there."""

    seq: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.sha256}"


def parse_head(text: str) -> Head:
    """Read SEQ:SHA256.

    Raises:
        UsageError: `audit_head_invalid`.

    """
    seq, _, sha256 = text.partition(":")
    digits = set("0123456789abcdef")
    if not (seq.isascii() and seq.isdigit() and len(sha256) == 64 and digits.issuperset(sha256)):
        raise UsageError("audit_head_invalid", seen=text[:100])
    return Head(int(seq), sha256)


def links(session: Session) -> Iterator[Link]:
    """Yield every link in order, a few at a time."""
    columns = (
        Event.seq, Event.at, Event.kind, Event.actor, Event.subject, Event.body, Event.previous, Event.sha256,
    )  # fmt: skip
    asked = select(*columns).order_by(Event.seq).execution_options(yield_per=ROWS)
    for row in session.execute(asked):
        yield Link(*row)


def head_of(session: Session) -> Head | None:
    """Return the last link."""
    last = session.execute(select(Event.seq, Event.sha256).order_by(Event.seq.desc()).limit(1)).first()
    return Head(last.seq, last.sha256) if last else None


class LinkCheck:
    """Holds what must follow; one fault is told once, and the walk goes on from what is stored.

    Args:
        noted: Links that somebody noted earlier.

    """

    def __init__(self, *noted: Head) -> None:
        self._seq, self._sha256 = 0, FIRST
        self._noted = {head.seq: head for head in noted}

    def check(self, link: Link) -> Iterator[Reason]:
        """Yield what is wrong with the next link."""
        where = {"seq": link.seq, "subject": link.subject}
        if link.seq != self._seq + 1:
            yield Reason("audit_gap", {**where, "seq": self._seq + 1, "before": self._seq, "after": link.seq})
        if link.previous != self._sha256:
            yield Reason("audit_link", {**where, "seen": link.previous, "expected": self._sha256})
        try:
            content = event_hash(link.previous, link.seq, link.at, link.kind, link.actor, link.subject, link.body)
        except (TypeError, ValueError) as error:
            yield Reason("audit_body", {**where, "kind": link.kind, "problem": str(error)})
        else:
            if content != link.sha256:
                yield Reason("audit_hash", {**where, "seen": link.sha256, "expected": content})
        noted = self._noted.pop(link.seq, None)
        if noted is not None and noted.sha256 != link.sha256:
            yield Reason("audit_head", {**where, "sha256": noted.sha256})
        self._seq, self._sha256 = link.seq, link.sha256

    def end(self) -> Iterator[Reason]:
        """Yield what was noted but never came."""
        for noted in self._noted.values():
            yield Reason("audit_head", {"seq": noted.seq, "sha256": noted.sha256, "subject": "event"})

"""The chain that older programs kept: it must still end in the hash that the first leaf of the log names."""

import hashlib
from collections.abc import Callable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.log_tables import ChainEvent
from api.ledger.leaf import canonical, moment
from api.verification.entries import ROWS, Entry
from pipeline.reasons import Reason

FIRST = "0" * 64
"""What the first event of a chain had for the hash of the one before."""


def check_chain(session: Session, closed: Entry | None, step: Callable[[], None]) -> Iterator[Reason]:
    """Yield where the old chain is broken.

    Args:
        session: A reading session.
        closed: The entry that names its head; None where there is none.
        step: Called after every link.

    """
    seq, sha256 = 0, FIRST
    for link in session.scalars(select(ChainEvent).order_by(ChainEvent.seq).execution_options(yield_per=ROWS)):
        where = {"seq": f"chain {link.seq}", "subject": link.subject}
        if link.seq != seq + 1:
            yield Reason("audit_gap", {**where, "before": seq, "after": link.seq})
        content = link_hash(link, sha256)
        if link.previous != sha256 or content != link.sha256:
            yield Reason("audit_hash", {**where, "seen": content, "expected": link.sha256})
        seq, sha256 = link.seq, link.sha256
        step()
    named = (closed.body.get("seq"), closed.body.get("sha256")) if closed else (0, FIRST)
    if named != (seq, sha256):
        told = {"seq": str(named[0]), "sha256": str(named[1]), "subject": "chain"}
        yield Reason("audit_head", told)


def link_hash(link: ChainEvent, previous: str) -> str:
    """Return the SHA-256 of a link: everything in it, and the hash of the link before."""
    told = {
        "previous": previous,
        "seq": link.seq,
        "at": moment(link.at),
        "kind": link.kind,
        "actor": link.actor,
        "subject": link.subject,
        "body": link.body,
    }
    return hashlib.sha256(canonical(told)).hexdigest()

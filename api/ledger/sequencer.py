"""Put committed events into the tree, in batches, each with a checkpoint: by one process at a time.

All of a batch is one transaction, so it may be killed at any moment and nothing is lost, doubled or half done. Whatever
is committed waits in `LogPending` until it is a leaf; nothing is looked for by its number, which says nothing of the
order in which transactions commit. Events of one batch go in by number: who writes about the same thing has waited for
the one before, so that its numbers are larger and its events are seen later.
"""

import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from api.db import Database
from api.db.log_tables import Event, LogCheckpoint, LogLeaf, LogNode, LogPending
from api.db.transactions import take_lock
from api.db.types import now
from api.ledger.actors import PROGRAM
from api.ledger.append import record_event
from api.ledger.keys import key_at
from api.ledger.kinds import LOG_KEY
from api.ledger.log import hashes_of, log_hashes, newest_checkpoint, size_of
from api.ledger.notes import Checkpoint, Key, NoteError, key_of, parse_key, sign
from api.ledger.tiles import WIDTH, tile_root
from api.ledger.tree import leaf_hash, root
from pipeline.errors import UsageError

BATCH = 4096
"""Events that become leaves at a time."""

_LOCK = 0x6C_6F_67
"""The lock of PostgreSQL that whoever sequences holds for one batch."""

_NEWLY_NAMED = "chasil.log/"


@dataclass(frozen=True, slots=True)
class Signer:
    """What signs checkpoints: the log's name and its key."""

    origin: str
    key: Ed25519PrivateKey

    @property
    def public(self) -> Key:
        """The public half under the log's name."""
        return key_of(self.key, self.origin)


def open_signer(database: Database, path: Path, name: str | None = None) -> Signer:
    """Return the signer of a database's log; the first one is named by an event.

    Args:
        database: Of the log.
        path: File of the key; made where there is none and the log has none yet.
        name: What a new log is called; by default a name out of its key.

    Raises:
        UsageError: `log_key_unknown`: the log has another key; or a fault of the file.

    """
    with database.reading() as session:
        known = log_keys(session)
    if not known:
        _name_log(database, key_at(path), name)
        with database.reading() as session:
            known = log_keys(session)
    if not path.exists():
        raise UsageError("log_key_unknown", path=str(path), key=str(known[-1]))
    signer = Signer(known[-1].name, key_at(path))
    if signer.public != known[-1]:
        raise UsageError("log_key_unknown", path=str(path), key=str(known[-1]))
    return signer


def log_keys(session: Session) -> list[Key]:
    """Return the keys that the log has named, oldest first."""
    query = select(Event.body).where(Event.subject == "log:key", Event.kind == LOG_KEY).order_by(Event.seq)
    found = []
    for body in session.scalars(query):
        with contextlib.suppress(NoteError, KeyError, TypeError):  # what is no key is found by `chasil audit verify`
            found.append(parse_key(body["key"]))
    return found


def _name_log(database: Database, key: Ed25519PrivateKey, name: str | None) -> None:
    public = key.public_key().public_bytes_raw()
    origin = name or _NEWLY_NAMED + hashlib.sha256(public).hexdigest()[:16]
    try:
        line = str(key_of(key, origin))
    except NoteError as error:
        raise UsageError("log_name_invalid", seen=origin[:80]) from error
    with database.writing() as session:
        take_lock(session, _LOCK)
        if not log_keys(session):
            record_event(session, LOG_KEY, PROGRAM, "log:key", {"key": line, "origin": origin})


def replace_key(database: Database, old: Signer, path: Path) -> Signer:
    """Give the log another key, named by an event; checkpoints are signed with it from then on.

    Raises:
        UsageError: `log_key_unknown`: the log has got another key meanwhile; or a fault of the file.

    """
    signer = Signer(old.origin, key_at(path))
    with database.writing() as session:
        take_lock(session, _LOCK)
        _require_newest(session, old)
        record_event(session, LOG_KEY, PROGRAM, "log:key", {"key": str(signer.public), "origin": old.origin})
    return signer


def sequence(database: Database, signer: Signer) -> int:
    """Put one batch of what waits into the tree and sign it; return how many leaves came to it.

    Does nothing where another process is at it.

    Raises:
        UsageError: `log_key_unknown`: the log has got another key meanwhile.

    """
    with database.reading() as session:
        if session.scalar(select(LogPending.seq).limit(1)) is None and _signed(session):
            return 0
    with database.writing() as session:
        if not database.embedded and not session.scalar(
            text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}
        ):
            return 0
        query = select(Event.seq, Event.leaf).join(LogPending, LogPending.seq == Event.seq)
        waiting = session.execute(query.order_by(Event.seq).limit(BATCH)).all()
        size = size_of(session)
        _require_newest(session, signer)  # after what waits was seen: a new key's event is among it, or comes later
        if waiting:
            _add_leaves(session, size, [(row.seq, row.leaf) for row in waiting])
        if waiting or not _signed(session):
            _sign(session, signer, size + len(waiting))
    return len(waiting)


def sequence_all(database: Database, signer: Signer) -> int:
    """Put everything that waits into the tree; return how many leaves came to it."""
    count = 0
    while (added := sequence(database, signer)) > 0:
        count += added
    return count


def _require_newest(session: Session, signer: Signer) -> None:
    """Refuse a key that is not the one which the log has named last."""
    newest = next(reversed(log_keys(session)), None)
    if signer.public != newest:
        raise UsageError("log_key_unknown", path=str(signer.public), key=str(newest or "-"))


def _signed(session: Session) -> bool:
    """Return whether the tree as it stands bears a checkpoint."""
    size, last = size_of(session), newest_checkpoint(session)
    return size == (last.size if last else 0)


def _add_leaves(session: Session, size: int, waiting: Sequence[tuple[int, str]]) -> None:
    leaves = [
        {"position": size + at, "seq": seq, "sha256": leaf_hash(leaf.encode()).hex()}
        for at, (seq, leaf) in enumerate(waiting)
    ]
    session.execute(insert(LogLeaf), leaves)
    first, last = waiting[0][0], waiting[-1][0]
    if last - first + 1 == len(waiting):
        session.execute(delete(LogPending).where(LogPending.seq.between(first, last)))
    else:
        session.execute(delete(LogPending).where(LogPending.seq.in_([seq for seq, _ in waiting])))
    _add_nodes(session, size, size + len(waiting))


def _add_nodes(session: Session, before: int, after: int) -> None:
    """Add the hashes of the tiles that have become full, on every level."""
    level = 0
    while True:
        before, after = before // WIDTH, after // WIDTH
        nodes: list[dict[str, Any]] = [
            {
                "level": level + 1,
                "position": index,
                "sha256": tile_root(hashes_of(session, level, index * WIDTH, WIDTH)).hex(),
            }
            for index in range(before, after)
        ]
        if not nodes:
            return
        session.execute(insert(LogNode), nodes)
        level += 1


def _sign(session: Session, signer: Signer, size: int) -> None:
    head = root(size, log_hashes(session))
    note = sign(Checkpoint(signer.origin, size, head), signer.key)
    session.add(LogCheckpoint(size=size, root=head.hex(), at=now(), note=str(note)))

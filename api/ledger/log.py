"""The log as the database holds it: its hashes, entries, checkpoints and proofs."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.db.log_tables import Event, LogCheckpoint, LogCosignature, LogLeaf, LogNode
from api.ledger.notes import Note, parse_note, parse_signature
from api.ledger.proofs import InclusionProof
from api.ledger.tiles import WIDTH, TileOf, hashes_from
from api.ledger.tree import Hashes, consistency_proof, inclusion_proof

CACHED_TILES = 64


def tile_reader(session: Session) -> TileOf:
    """Return what gives hashes of a level of tiles; those that were asked for last are kept."""
    kept: dict[tuple[int, int], list[bytes]] = {}

    def tile(level: int, first: int, count: int) -> list[bytes]:
        index, start = divmod(first, WIDTH)
        found = kept.get((level, index), [])
        if len(found) < start + count:
            found = hashes_of(session, level, index * WIDTH, WIDTH)
            if len(kept) >= CACHED_TILES:
                kept.pop(next(iter(kept)))
            kept[level, index] = found
        part = found[start : start + count]
        if len(part) < count:
            raise LookupError(f"the log has no {count} hashes from {first} on level {level}")
        return part

    return tile


def hashes_of(session: Session, level: int, first: int, count: int) -> list[bytes]:
    """Return up to `count` hashes of a level of tiles, from `first` on."""
    last = first + count - 1
    if level == 0:
        query = select(LogLeaf.sha256).where(LogLeaf.position.between(first, last)).order_by(LogLeaf.position)
    else:
        here = (LogNode.level == level, LogNode.position.between(first, last))
        query = select(LogNode.sha256).where(*here).order_by(LogNode.position)
    return [bytes.fromhex(one) for one in session.scalars(query)]


def log_hashes(session: Session) -> Hashes:
    """Return the hashes of the log's complete subtrees."""
    return hashes_from(tile_reader(session))


def entries_of(session: Session, first: int, count: int) -> list[bytes]:
    """Return up to `count` entries from `first` on."""
    here = LogLeaf.position.between(first, first + count - 1)
    query = select(Event.leaf).join(LogLeaf, LogLeaf.seq == Event.seq).where(here).order_by(LogLeaf.position)
    return [one.encode() for one in session.scalars(query)]


def size_of(session: Session) -> int:
    """Return how many leaves the tree has."""
    last = session.scalar(select(func.max(LogLeaf.position)))
    return 0 if last is None else last + 1


def newest_checkpoint(session: Session) -> LogCheckpoint | None:
    """Return the checkpoint that was signed last."""
    return session.scalars(select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1)).first()


def checkpoint_after(session: Session, position: int) -> LogCheckpoint | None:
    """Return the newest checkpoint, if it holds this leaf."""
    found = newest_checkpoint(session)
    return found if found is not None and found.size > position else None


def cosigned_note(session: Session, checkpoint: LogCheckpoint) -> Note:
    """Return a checkpoint as a note, with the signatures of the witnesses that have signed it."""
    note = parse_note(checkpoint.note)
    query = select(LogCosignature.line).where(LogCosignature.size == checkpoint.size).order_by(LogCosignature.key)
    return note.with_signatures(parse_signature(line) for line in session.scalars(query))


def position_of(session: Session, seq: int) -> int | None:
    """Return the place of an event in the tree; None while it waits."""
    return session.scalar(select(LogLeaf.position).where(LogLeaf.seq == seq))


def prove_inclusion(session: Session, position: int, checkpoint: LogCheckpoint) -> InclusionProof:
    """Return the proof that a leaf is in the tree of a checkpoint."""
    (entry,) = entries_of(session, position, 1)
    path = inclusion_proof(position, checkpoint.size, log_hashes(session))
    return InclusionProof(entry, position, tuple(path), cosigned_note(session, checkpoint))


def prove_consistency(session: Session, old: int, new: int) -> list[bytes]:
    """Return the proof that the tree of `old` leaves is the beginning of that of `new`."""
    return consistency_proof(old, new, log_hashes(session))


def events_about(session: Session, subjects: Sequence[str]) -> list[int]:
    """Return the places in the tree of all events about these subjects."""
    query = select(LogLeaf.position).join(Event, Event.seq == LogLeaf.seq).where(Event.subject.in_(subjects))
    return list(session.scalars(query.order_by(LogLeaf.position)))

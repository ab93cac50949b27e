"""Cosignatures of witnesses: taken where they are good, one of each witness, its newest."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.log_tables import LogCheckpoint, LogCosignature
from api.ledger.notes import COSIGNATURE, Key, NoteError, cosigned_at, parse_key, parse_note, parse_signature
from pipeline.errors import UsageError


def witness_keys(lines: Iterable[str]) -> list[Key]:
    """Read the keys of witnesses out of the settings.

    Raises:
        UsageError: `witness_key_invalid`.

    """
    found = []
    for line in lines:
        try:
            key = parse_key(line)
        except NoteError as error:
            raise UsageError("witness_key_invalid", seen=line[:80], problem=str(error)) from error
        if key.kind != COSIGNATURE:
            raise UsageError("witness_key_invalid", seen=line[:80], problem="a key of a log")
        found.append(key)
    return found


def take_cosignature(session: Session, size: int, line: str, known: Sequence[Key]) -> Key:
    """Keep a cosignature of a checkpoint, if it is that of a witness that is known; return the witness' key.

    Raises:
        UsageError: `cosignature_refused`.

    """
    checkpoint = session.get(LogCheckpoint, size)
    if checkpoint is None:
        raise UsageError("cosignature_refused", problem=f"no checkpoint of {size} leaves")
    try:
        signature = parse_signature(line)
        key = next((one for one in known if (one.name, one.id) == (signature.name, signature.key_id)), None)
        if key is None:
            raise UsageError("cosignature_refused", problem=f"{signature.name[:80]} is no witness of this log")
        note = parse_note(checkpoint.note).with_signatures([signature])
        seconds = cosigned_at(note, key)
    except NoteError as error:
        raise UsageError("cosignature_refused", problem=str(error)) from error
    assert seconds is not None
    at = datetime.fromtimestamp(min(seconds, 2**40), UTC) if seconds < 2**35 else datetime.max.replace(tzinfo=UTC)
    row = session.get(LogCosignature, str(key), with_for_update=True)
    if row is None:
        session.add(LogCosignature(key=str(key), size=size, at=at, line=str(signature)))
    elif (size, at) > (row.size, row.at):
        row.size, row.at, row.line = size, at, str(signature)
    return key


def cosignatures(session: Session) -> list[LogCosignature]:
    """Return what witnesses have signed, by their names."""
    return list(session.scalars(select(LogCosignature).order_by(LogCosignature.key)))

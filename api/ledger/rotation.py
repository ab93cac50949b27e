"""Give a log another key, so that one that was seen by others signs nothing any more. It may be killed at any moment.

FILE.next        the new key, before an event names it
the event        from here on every checkpoint bears the new signature, and no other is made
FILE-ID.pem      the old key, which a backup from before needs
FILE             the new key
"""

import contextlib
import os
from pathlib import Path

from api.db import Database
from api.files.durable import sync
from api.ledger.keys import load_key
from api.ledger.notes import key_of
from api.ledger.sequencer import Signer, log_keys, open_signer, replace_key, sequence_all


def rotate_key(database: Database, path: Path, name: str | None = None) -> tuple[Signer, Path]:
    """Give the log another key; what waits is signed with the old one before.

    Args:
        database: Of the log.
        path: File of the key; it holds the new one afterwards.
        name: What a log is called that has no key yet.

    Returns:
        What signs from now on, and the file that the old key lies in.

    Raises:
        UsageError: What `open_signer` raises; `file_missing`, `audit_key_invalid` or `output_not_writable`.

    """
    following = path.with_name(f"{path.name}.next")
    new = _interrupted(database, following)
    if new is None:
        old = open_signer(database, path, name)
        sequence_all(database, old)
        new = replace_key(database, old, following)
    kept = _put_in_place(path, following, new)
    sequence_all(database, new)
    return new, kept


def _interrupted(database: Database, following: Path) -> Signer | None:
    """Return the new signer where an event names it already, and only its file is not in its place yet."""
    with database.reading() as session:
        known = log_keys(session)
    if not known or not following.exists():
        return None
    signer = Signer(known[-1].name, load_key(following))
    return signer if signer.public == known[-1] else None


def _put_in_place(path: Path, following: Path, new: Signer) -> Path:
    """Keep the old key beside the new one, which takes its place; return where the old one is."""
    old = key_of(load_key(path), new.origin)
    kept = path.with_name(f"{path.stem}-{old.id.hex()}{path.suffix}")
    with contextlib.suppress(FileExistsError):  # a rotation that was killed has kept it
        os.link(path, kept)
    following.replace(path)
    sync(path.parent)
    return kept

"""Hand the whole log out, signed, so that a third party can verify it without us (`standalone_verifier`).

events.jsonl    one leaf a line, in the order of the tree
checkpoint      what the log has signed of these leaves, with the signatures of witnesses
numbers.csv     every number as it stands by the log; undecided ones without a value
head.json       size and hash of every file, the log's key, size and root of the tree, when it was made
head.sig        the signature over head.json, Ed25519, 128 hexadecimal digits
"""

import csv
import hashlib
import io
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from api.core.context import Records
from api.core.pieces import in_pieces
from api.core.spreadsheets import plain
from api.db.log_tables import LogCheckpoint
from api.db.types import now
from api.ledger.keys import load_key, public_half
from api.ledger.leaf import canonical, moment
from api.ledger.log import cosigned_note, newest_checkpoint
from api.ledger.sequencer import Signer, log_keys, sequence_all
from api.verification.entries import ROWS, Entry, entries
from api.verification.replay import Change, Replay
from pipeline.errors import UsageError

SHAPE = "chasil-log-1"
EVENTS, NUMBERS, CHECKPOINT, HEAD, SIGNATURE = "events.jsonl", "numbers.csv", "checkpoint", "head.json", "head.sig"

COLUMNS = (
    "document", "field", "election", "station",
    "boxes", "value", "outcome", "state", "final", "final_boxes", "decision",
)  # fmt: skip
"""Of `numbers.csv`; a text that a spreadsheet would take for a formula has a quote before it."""

_OPEN = ("boxes", "value", "outcome", "state", "final", "final_boxes", "decision_id")


def export(records: Records, signer: Signer, key_file: Path, out: Path) -> dict[str, Any]:
    """Write the log to a new folder, or to a ZIP where the name ends so; return what head.json says.

    Args:
        records: What is remembered.
        signer: Signs the checkpoint of what still waits.
        key_file: Key that signs head.json.
        out: Folder or ZIP.

    Raises:
        UsageError: The key cannot be read, or `output_not_writable`.

    """
    key = load_key(key_file)
    sequence_all(records.database, signer)
    draft = out.with_name(f".{out.name}.part")
    try:
        if out.exists():
            raise FileExistsError(17, "File exists")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        with records.database.reading() as session:
            head = {**_write_files(session, draft), "public_key": public_half(key)}
        content = canonical(head) + b"\n"
        (draft / HEAD).write_bytes(content)
        (draft / SIGNATURE).write_text(key.sign(content).hex() + "\n", encoding="ascii")
        _settle(draft, out)
    except OSError as error:
        raise UsageError("output_not_writable", path=str(out), why=error.strerror) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return head


def _write_files(session: Session, folder: Path) -> dict[str, Any]:
    """Write leaves, checkpoint and numbers, all up to the newest checkpoint; return what the head says of them."""
    last = newest_checkpoint(session)
    assert last is not None, "sequence_all signs"
    with Replay() as replay:
        files = {
            EVENTS: _write(folder / EVENTS, _lines(session, replay, last)),
            CHECKPOINT: _write(folder / CHECKPOINT, [str(cosigned_note(session, last)).encode()]),
            NUMBERS: _write(folder / NUMBERS, _number_lines(replay)),
        }
    key = log_keys(session)[-1]
    whole = {"size": last.size, "root": last.root, "log_key": str(key)}
    return {"shape": SHAPE, "made_at": moment(now()), **whole, "files": files}


def _lines(session: Session, replay: Replay, last: LogCheckpoint) -> Iterator[bytes]:
    """Yield the leaves of a checkpoint, and play each."""
    for entry in entries(session):
        if not isinstance(entry, Entry) or entry.position is None or entry.position >= last.size:
            return
        changes: list[Change] = []
        for _ in replay.play(entry, changes):
            pass  # what is wrong is for `verify` to say
        yield entry.leaf.encode() + b"\n"


def _number_lines(replay: Replay) -> Iterator[bytes]:
    yield (",".join(COLUMNS) + "\n").encode()
    for piece in in_pieces(_rows(replay), ROWS):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([plain(cell) for cell in row] for row in piece)
        yield text.getvalue().encode()


def _rows(replay: Replay) -> Iterator[tuple[Any, ...]]:
    for key, told in replay.all("number"):
        place = replay.look("document", (key[0],)) or {}
        said = dict.fromkeys(_OPEN) | {"state": "review"} if told["state"] == "review" else told
        yield (*key, place.get("election_id"), place.get("station"), *(said[name] for name in _OPEN))


def _write(path: Path, lines: Iterable[bytes]) -> dict[str, Any]:
    """Write a file; return its size and hash."""
    content, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        for line in lines:
            file.write(line)
            content.update(line)
            size += len(line)
    return {"sha256": content.hexdigest(), "bytes": size}


def _settle(draft: Path, out: Path) -> None:
    """Put what was written at its place, whole."""
    if out.suffix.lower() != ".zip":
        draft.rename(out)
        return
    whole = draft / out.name
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (HEAD, SIGNATURE, CHECKPOINT, EVENTS, NUMBERS):
            archive.write(draft / name, name)
    whole.rename(out)

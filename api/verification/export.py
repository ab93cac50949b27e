"""Hand the whole history out, signed, so that a third party can verify it without us (`standalone_verifier`).

events.jsonl    one event a line, each exactly the text that its hash is over: SHA-256 of a line is the hash
                that the next line has as `previous`
numbers.csv     every number as it stands; it must follow from the events
head.json       how many events, the hash of the last, and size and hash of the two files
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

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.context import Records
from api.core.spreadsheets import plain
from api.db.tables import Document, Number
from api.db.types import now
from api.ledger.append import FIRST
from api.ledger.canonical import canonical, event_text, moment
from api.tabulation.encode import pieces
from api.verification.links import ROWS, Head, head_of, links
from api.verification.signing import load_key, public_half
from pipeline.errors import UsageError

SHAPE = "chasil-audit-1"
EVENTS, NUMBERS, HEAD, SIGNATURE = "events.jsonl", "numbers.csv", "head.json", "head.sig"

COLUMNS = (
    "document", "field", "election", "station",
    "boxes", "value", "outcome", "state", "final", "final_boxes", "decision",
)  # fmt: skip
"""Of `numbers.csv`; a text that a spreadsheet would take for a formula has a quote before it."""


def export(records: Records, key_file: Path, out: Path) -> dict[str, Any]:
    """Write the history to a new folder, or to a ZIP where the name ends so; return what head.json says.

    Raises:
        UsageError: The key cannot be read, or `output_not_writable`.

    """
    key = load_key(key_file)
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
    """Write events and numbers, all in one state of the database; return what the head says of them."""
    last = head_of(session) or Head(0, FIRST)
    files = {
        EVENTS: _write(folder / EVENTS, _event_lines(session)),
        NUMBERS: _write(folder / NUMBERS, _number_lines(session)),
    }
    whole = {"events": last.seq, "seq": last.seq, "sha256": last.sha256}
    return {"shape": SHAPE, "made_at": moment(now()), **whole, "files": files}


def _event_lines(session: Session) -> Iterator[bytes]:
    for link in links(session):
        yield event_text(link.previous, link.seq, link.at, link.kind, link.actor, link.subject, link.body) + b"\n"


def _number_lines(session: Session) -> Iterator[bytes]:
    asked = (
        select(
            Number.document_id, Number.field, Document.election_id, Document.station, Number.boxes, Number.value,
            Number.outcome, Number.state, Number.final, Number.final_boxes, Number.decision_id,
        )
        .join(Document, Document.id == Number.document_id)
        .order_by(Number.document_id, Number.field)
        .execution_options(yield_per=ROWS)
    )  # fmt: skip
    yield (",".join(COLUMNS) + "\n").encode()
    for piece in pieces((tuple(row) for row in session.execute(asked)), ROWS):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([plain(cell) for cell in row] for row in piece)
        yield text.getvalue().encode()


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
        for name in (HEAD, SIGNATURE, EVENTS, NUMBERS):
            archive.write(draft / name, name)
    whole.rename(out)

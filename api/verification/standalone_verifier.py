"""Verify a signed export of a history, on its own: this file, Python 3.11 and the package `cryptography`, nothing else.

    python standalone_verifier.py EXPORT --key PUBLIC [--head SEQ:SHA256]

EXPORT is the folder or ZIP; PUBLIC is the public key, 64 hexadecimal digits, from whoever signs, by another way than
the export itself. SEQ:SHA256 is an event that you noted from an earlier export: it must still be there.

It checks that the signature is theirs; that the files are those that were signed; that no event was changed, removed,
added or re-ordered; and that every number of numbers.csv is what the events say: the last decision of a person, or else
what the machine read where it was sure. Exit 0: sound. Exit 4: not; every fault is a line. Exit 2: wrong usage.
"""

import argparse
import csv
import hashlib
import io
import json
import re
import sqlite3
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SHAPE = "chasil-audit-1"
FIRST = "0" * 64
EXIT_SOUND, EXIT_USAGE, EXIT_WRONG = 0, 2, 4

Say = Callable[[str], None]
Open = Callable[[str], IO[bytes]]

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE page (id TEXT PRIMARY KEY, document TEXT) WITHOUT ROWID;
CREATE INDEX page_document ON page (document);
CREATE TABLE document (id TEXT PRIMARY KEY, station TEXT) WITHOUT ROWID;
CREATE TABLE number (document TEXT, field TEXT, boxes TEXT, value INT, outcome TEXT, decision TEXT, decided TEXT,
                     loose INT DEFAULT 0, PRIMARY KEY (document, field)) WITHOUT ROWID;
"""


def main(arguments: list[str] | None = None) -> int:
    """Verify what the command line names; return the exit code."""
    parser = argparse.ArgumentParser(prog="check", description="Periksa ekspor audit. / Verify an audit export.")
    parser.add_argument("export", type=Path, help="folder / ZIP")
    parser.add_argument(
        "--key", required=True, type=public_key, help="kunci publik, 64 digit heksadesimal / public key, 64 hex digits"
    )
    parser.add_argument("--head", help="SEQ:SHA256, dicatat sebelumnya / noted earlier")
    given = parser.parse_args(arguments)
    faults: list[str] = []

    def say(fault: str) -> None:
        faults.append(fault)
        print(fault)  # noqa: T201  this is a program of its own

    try:
        with opened(given.export) as open_file:
            head = check(open_file, given.key, given.head, say)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        parser.exit(EXIT_USAGE, f"tidak dapat dibaca / cannot be read: {error!r}\n")
    last = f"{head.get('seq')}:{head.get('sha256')}"
    print("SAH / SOUND" if not faults else f"TIDAK SAH / NOT SOUND: {len(faults)}", last)  # noqa: T201
    return EXIT_WRONG if faults else EXIT_SOUND


def public_key(text: str) -> str:
    """Return a public key as it is written, if it can be one."""
    if not re.fullmatch("[0-9a-fA-F]{64}", text):
        raise argparse.ArgumentTypeError("perlu 64 digit heksadesimal / 64 hex digits are needed")
    return text


class opened:  # noqa: N801  used like a function
    """Open a folder or a ZIP for reading by name."""

    def __init__(self, path: Path) -> None:
        self._path, self._archive = path, None if path.is_dir() else zipfile.ZipFile(path)

    def __enter__(self) -> Open:
        archive = self._archive
        return archive.open if archive is not None else (lambda name: (self._path / name).open("rb"))

    def __exit__(self, *_: object) -> None:
        if self._archive is not None:
            self._archive.close()


def check(open_file: Open, key: str, noted: str | None, say: Say) -> dict[str, Any]:
    """Verify everything; return what the head says."""
    with open_file("head.json") as file:
        content = file.read()
    with open_file("head.sig") as file:
        signature = bytes.fromhex(file.read().decode("ascii").strip())
    head: dict[str, Any] = json.loads(content)
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, content)
    except InvalidSignature:
        say("signature: head.json was not signed with this key")
    if head["shape"] != SHAPE:
        say(f"head.json: the shape is {head['shape']}, this program knows {SHAPE}")
    for name, said in sorted(head["files"].items()):
        check_file(open_file, name, said, say)
    with tempfile.TemporaryDirectory() as folder:
        rows = sqlite3.connect(Path(folder) / "rows.db", isolation_level=None)
        rows.executescript(_TABLES)
        rows.execute("BEGIN")
        check_events(open_file, head, noted, rows, say)
        check_numbers(open_file, rows, say)
        rows.close()
    return head


def check_file(open_file: Open, name: str, said: dict[str, Any], say: Say) -> None:
    """Compare size and hash of a file with what was signed."""
    content, size = hashlib.sha256(), 0
    with open_file(name) as file:
        while piece := file.read(1 << 20):
            content.update(piece)
            size += len(piece)
    if (content.hexdigest(), size) != (said["sha256"], said["bytes"]):
        say(f"{name}: not the file that was signed")


def check_events(open_file: Open, head: dict[str, Any], noted: str | None, rows: sqlite3.Connection, say: Say) -> None:
    """Walk the chain; every event takes its effect on the rows."""
    seq, sha256, seen = 0, FIRST, noted is None
    with open_file("events.jsonl") as file:
        for line in file:
            event = json.loads(line)
            if event["seq"] != seq + 1 or event["previous"] != sha256:
                say(f"event {event['seq']}: does not follow event {seq}")
            seq, sha256 = event["seq"], hashlib.sha256(line.rstrip(b"\n")).hexdigest()
            seen = seen or noted == f"{seq}:{sha256}"
            try:
                play(event["kind"], event["body"], rows)
            except (KeyError, TypeError, ValueError, sqlite3.Error) as error:
                say(f"event {seq}: cannot be understood: {error!r}")
    if (seq, sha256) != (head["seq"], head["sha256"]) or seq != head["events"]:
        say(f"events.jsonl: ends with {seq}:{sha256}, head.json says {head['seq']}:{head['sha256']}")
    if not seen:
        say(f"event {noted}: was noted earlier and is not there any more")


def play(kind: str, body: dict[str, Any], rows: sqlite3.Connection) -> None:
    """Let an event have its effect."""
    if kind == "pages_received":
        rows.execute("REPLACE INTO document VALUES (?, ?)", (body["document"], body["station"]))
        pages = [(page["id"], body["document"]) for page in body["pages"]]
        rows.executemany("INSERT INTO page VALUES (?, ?)", pages)
    elif kind == "document_decided":
        play_document(body["document"], body["numbers"], rows)
    elif kind == "number_decided":
        decision = None if body["kind"] == "reopen" else body["decision"]
        rows.execute(
            "UPDATE number SET decision = ?, decided = ?, loose = 0 WHERE document = ? AND field = ?",
            (decision, json.dumps(body["new"]), body["document"], body["field"]),
        )
    elif kind == "pages_moved":
        play_move(body, rows)


def play_document(document: str, numbers: dict[str, Any], rows: sqlite3.Connection) -> None:
    """A document was decided anew: numbers that are not named are gone, what people decided stays."""
    known = {row[0] for row in rows.execute("SELECT field FROM number WHERE document = ?", (document,))}
    gone = [(document, field) for field in known.difference(numbers)]
    rows.executemany("DELETE FROM number WHERE document = ? AND field = ?", gone)
    rows.executemany(
        "INSERT INTO number (document, field, boxes, value, outcome) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET boxes = excluded.boxes, value = excluded.value, outcome = excluded.outcome",
        [(document, field, *machine) for field, machine in numbers.items()],
    )


def play_move(body: dict[str, Any], rows: sqlite3.Connection) -> None:
    """Pages went to another document, or a document to another station."""
    source, target = body["from"], body["to"]
    rows.executemany("UPDATE page SET document = ? WHERE id = ?", [(target, page) for page in body["pages"]])
    rows.execute("REPLACE INTO document VALUES (?, ?)", (target, body["station_to"]))
    if source == target:
        return
    if not rows.execute("SELECT 1 FROM page WHERE document = ?", (source,)).fetchone():
        rows.execute("DELETE FROM number WHERE document = ?", (source,))
    elif "forgotten" in body:
        gone = [(source, field) for field in body["forgotten"]]
        rows.executemany("DELETE FROM number WHERE document = ? AND field = ?", gone)
    else:
        rows.execute("UPDATE number SET loose = 1 WHERE document = ? AND decision IS NOT NULL", (source,))


def check_numbers(open_file: Open, rows: sqlite3.Connection, say: Say) -> None:
    """Compare every number with the events."""
    with open_file("numbers.csv") as file, io.TextIOWrapper(file, encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            given = {name: cell.removeprefix("'") for name, cell in row.items()}
            name = f"number {given['document']}/{given['field']}"
            for fault in number_faults(given, rows):
                say(f"{name}: {fault}")
            where = (given["document"], given["field"])
            rows.execute("DELETE FROM number WHERE document = ? AND field = ?", where)
    for document, field in rows.execute("SELECT document, field FROM number"):
        say(f"number {document}/{field}: events tell of it, numbers.csv lacks it")


def number_faults(given: dict[str, str], rows: sqlite3.Connection) -> Iterator[str]:
    """Yield what is wrong with a number."""
    found = rows.execute(
        "SELECT boxes, value, outcome, decision, decided, loose, station FROM number "
        "LEFT JOIN document ON id = document WHERE document = ? AND field = ?",
        (given["document"], given["field"]),
    ).fetchone()
    if found is None:
        yield "no event tells of it"
        return
    boxes, value, outcome, decision, decided, loose, station = found
    sure = outcome == "accepted"
    standing = ("accepted" if sure else "review", value if sure else None, boxes, None)
    if decision is not None and not (loose and not given["decision"]):
        new = json.loads(decided)
        standing = (new["state"], new["value"], new["boxes"], decision)
    expected = (station, boxes, value, outcome, *standing)
    names = ("station", "boxes", "value", "outcome", "state", "final", "final_boxes", "decision")
    for name, wanted in zip(names, expected, strict=True):
        if given[name] != ("" if wanted is None else str(wanted)):
            yield f"{name} is {given[name] or 'empty'}, the events say {wanted}"


if __name__ == "__main__":
    sys.exit(main())

"""Verify a signed export of a log, or one proof, on its own: this file, Python 3.11 and `cryptography`, nothing else.

    python standalone_verifier.py EXPORT --key PUBLIC [--log LOGKEY] [--kept CHECKPOINT] [--witness KEY ...]
    python standalone_verifier.py PROOF --log LOGKEY

EXPORT is the folder or ZIP; PUBLIC is the public key of whoever signs exports, 64 hexadecimal digits, and LOGKEY the
line of the log's key (NAME+ID+KEY); take both from another place than the export itself. CHECKPOINT is a checkpoint
that you kept, or SIZE:ROOT: the log must have grown from it. KEY is the line of a witness' key that must have cosigned.
PROOF is a receipt: the proof that one entry is in the log.

It checks that the signature is theirs; that the files are those that were signed, and no others; that the tree over
the events is the one that the checkpoint signs (RFC 6962); that every number of numbers.csv follows from the events;
that an event changes what its kind may change, and nothing else, and is recorded by who records its kind; that a
decision says what its kind can say, is never changed, and counts until the next one; that the threshold of the machine
is only raised; and that every decision is signed by its person, where that person signs. Of the keys confirmed after
CHECKPOINT only those count that an administrator's key from before it vouches for. It counts how many decisions are
signed by people, and how many the service alone vouches for. Exit 0: sound. Exit 4: not; every fault is a line. Exit 2:
wrong usage.
"""

import argparse
import base64
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
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SHAPE = "chasil-log-1"
FILES = ("checkpoint", "events.jsonl", "numbers.csv")
PROOF = "c2sp.org/tlog-proof@v1"
EXIT_SOUND, EXIT_USAGE, EXIT_WRONG = 0, 2, 4
LOG, WITNESS = 1, 4
"""Kinds of keys."""

Report = Callable[[str], None]
Open = Callable[[str], IO[bytes]]

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE fact (name TEXT, key TEXT, content TEXT, PRIMARY KEY (name, key)) WITHOUT ROWID;
CREATE INDEX about ON fact (json_extract(content, '$.document_id'), json_extract(content, '$.field'))
    WHERE name = 'decision';
"""
_KEYS = {
    "number": 2, "document": 1, "decision": 1, "page": 1, "person": 1, "person_key": 1, "policy_value": 1,
    "station_conflict": 1, "alarm": 1,
}  # fmt: skip
"""Tables that numbers, signatures and rights follow from, and how many columns their keys have."""

REQUIRED, THRESHOLD = "signatures_required", "acceptance_threshold"
PROGRAMS = ("program", "local", "command_line")
"""Who acts where no person does."""

BY_ITSELF = {
    "rows_changed", "rows_adopted", "clock_set_back", "chain_closed", "log_key", "form_registered", "election_created",
    "conflict_raised", "page_read", "page_set_aside", "document_decided", "sums_repaired", "alarm_raised",
    "signatures_set",
}  # fmt: skip
"""Kinds of events that nobody but the program records, once there are accounts."""

BY_PROGRAM = {
    "program": BY_ITSELF
    | {
        "rows_continued", "election_set", "published_imported", "regions_imported", "page_retried", "pages_moved",
        "number_decided",
    },
    "command_line": {
        "rows_continued", "pages_received", "station_claimed", "pages_moved", "gold_added", "threshold_raised",
        "person_created", "person_changed", "person_forgotten", "password_changed", "key_confirmed", "key_revoked",
        "token_created",
    },
}  # fmt: skip
"""What is recorded where nobody logs in; all else is a person's."""

NAMES_ACTOR = {
    "alarm": "cleared_by", "document": "created_by", "page": "uploaded_by", "policy_value": "person_id",
    "station_conflict": "settled_by",
}  # fmt: skip
"""By table: the column that names whoever did it, who is the one that recorded it."""

GRACE = 600
"""Seconds for what was under way as the first account was made, or the threshold rose."""

SMALL_ORDER = (
    "00" * 32,
    "01" + "00" * 31,
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ec" + "ff" * 30 + "7f",
    "ed" + "ff" * 30 + "7f",
    "ee" + "ff" * 30 + "7f",
)
"""Points of small order, without their sign: as keys they take signatures that nobody made (RFC 8032, 8.9)."""

_READ_PAGES = {"page_read", "page_set_aside", "sheet_named"}
_MOVED = {"pages_moved", "conflict_settled", "station_claimed", "page_read", "sheet_named"}
_WAITS = {"page_retried", "corners_given"}
_NUMBERS = _READ_PAGES | _MOVED | _WAITS | {"number_decided", "document_decided", "conflict_raised"}
_THRESHOLDS = {"threshold_raised", "signatures_set"}
_ACCOUNTS = {"person_changed", "person_forgotten"}
EFFECTS: dict[str, tuple[set[str], dict[str, set[str]], set[str]]] = {
    "number": (
        _NUMBERS,
        dict.fromkeys(
            (
                "page_id", "reading_id", "state", "decision_id", "region", "value", "boxes", "confidence", "outcome",
                "reasons", "evidence", "final", "final_boxes",
            ),
            _NUMBERS,
        ),
        _NUMBERS,
    ),
    "decision": ({"number_decided"}, {}, set()),
    "page": (
        {"pages_received"},
        {
            "document_id": _MOVED,
            "state": _READ_PAGES | _WAITS | _MOVED,
            "reasons": _READ_PAGES | _WAITS | _MOVED,
            "form_page": _READ_PAGES | _MOVED,
            "reading_id": _READ_PAGES | _MOVED,
        },
        set(),
    ),
    "person": (
        {"person_created"},
        {
            **dict.fromkeys(("roles", "scope", "active", "subject"), _ACCOUNTS),
            "password": {"password_changed"} | _ACCOUNTS,
            "name": _ACCOUNTS,
        },
        set(),
    ),
    "person_key": (
        {"key_enrolled"},
        {
            "confirmed_at": {"key_confirmed"}, "confirmed_by": {"key_confirmed"},
            "countersign_key": {"key_confirmed"}, "countersignature": {"key_confirmed"},
            "revoked_at": {"key_revoked"}, "revoked_by": {"key_revoked"},
        },
        set(),
    ),
    "policy_value": (_THRESHOLDS, dict.fromkeys(("value", "at", "person_id"), _THRESHOLDS), set()),
}  # fmt: skip
"""By table: kinds of events that make rows, those that change a column, and those that take rows away."""

LEAVES = {
    "confirm": "reviewed",
    "correct": "reviewed",
    "unreadable": "unreadable",
    "reopen": "accepted",
    "flag": "review",
    "withdraw": "review",
}
"""How a decision leaves its number where that does not wait for somebody else; an undo brings back how it was."""

ADOPTED, CONTINUED = "rows_adopted", "rows_continued"
OPENING = {ADOPTED, "chain_closed", "log_key", "clock_set_back"}
"""What a log begins with: before anything else rows are adopted that no event has told of."""

SIGNED_AS = {
    "confirm": ("read",),
    "correct": ("read",),
    "unreadable": ("unreadable",),
    "flag": ("escalate", "flag"),
    "withdraw": ("reopen",),
    "reopen": ("reopen", "undo"),
    "restore": ("undo",),
}
"""What a person may have signed, by the kind of the decision that became of it."""


# 1. Keys and checkpoints


class Key(NamedTuple):
    """The key of a log or of a witness; `id` are four bytes, `kind` is LOG or WITNESS."""

    name: str
    id: bytes
    kind: int
    public: bytes


class Note(NamedTuple):
    """A signed checkpoint: of which log, how many entries, their root, and signatures by the names of their keys."""

    origin: str
    size: int
    root: bytes
    signatures: list[tuple[str, bytes]]


def public_key(text: str) -> str:
    """Return a public key as it is written, if it can be one."""
    if not re.fullmatch("[0-9a-fA-F]{64}", text):
        raise argparse.ArgumentTypeError("perlu 64 digit heksadesimal / 64 hex digits are needed")
    return text


def log_key(text: str) -> Key:
    """Return the key that a line stands for."""
    try:
        name, identity, material = text.strip().split("+", 2)
        content = base64.b64decode(material, validate=True)
        expected = hashlib.sha256(name.encode() + b"\n" + content).digest()[:4]
    except ValueError as error:
        raise argparse.ArgumentTypeError("perlu / needed: NAME+ID+KEY") from error
    if expected.hex() != identity or len(content) != 33 or content[0] not in (LOG, WITNESS):
        raise argparse.ArgumentTypeError("bukan kunci / no key")
    return Key(name, expected, content[0], content[1:])


def kept(text: str) -> tuple[int, str]:
    """Return size and root of a checkpoint in a file, or written SIZE:ROOT."""
    if re.fullmatch("[0-9]{1,18}:[0-9a-f]{64}", text):
        return int(text.partition(":")[0]), text.partition(":")[2]
    try:
        note = read_note(Path(text).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"bukan checkpoint / no checkpoint: {error}") from error
    return note.size, note.root.hex()


def read_note(text: str) -> Note:
    """Return a signed checkpoint.

    Raises:
        ValueError: It is none.

    """
    body, _, signed = text.rpartition("\n\n")
    origin, size, root = body.split("\n")
    signatures = []
    for line in signed.rstrip("\n").split("\n"):
        name, _, content = line.removeprefix("\u2014 ").partition(" ")
        signatures.append((name, base64.b64decode(content, validate=True)))
    return Note(origin, int(size), base64.b64decode(root, validate=True), signatures)


def signed_with(text: str, key: Key) -> bool:
    """Return whether a checkpoint bears a good signature of a key."""
    name, identity, kind, public = key
    message = (text.rpartition("\n\n")[0] + "\n").encode()
    for signer, content in read_note(text).signatures:
        if (signer, content[:4]) != (name, identity):
            continue
        signed, signature = message, content[4:]
        if kind == WITNESS:
            seconds = int.from_bytes(signature[:8], "big")
            signed, signature = f"cosignature/v1\ntime {seconds}\n".encode() + message, signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, signed)
        except InvalidSignature:
            return False
        return True
    return False


def check_signers(text: str, log: Key, witnesses: list[Key], report: Report) -> None:
    """Verify who has signed a checkpoint."""
    if read_note(text).origin != log.name or not signed_with(text, log):
        report(f"checkpoint: not signed by {log.name}")
    for witness in witnesses:
        if not signed_with(text, witness):
            report(f"checkpoint: not cosigned by {witness.name}")


# 2. The tree of the log (RFC 6962), and proofs that an entry is in it


class Tree:
    """The Merkle tree of RFC 6962; only its right edge is kept."""

    def __init__(self) -> None:
        self.size, self._edge = 0, list[bytes]()

    def add(self, entry: bytes) -> None:
        """Add an entry."""
        self._edge.append(hashlib.sha256(b"\x00" + entry).digest())
        size = self.size
        while size & 1:
            right, left = self._edge.pop(), self._edge.pop()
            self._edge.append(hashlib.sha256(b"\x01" + left + right).digest())
            size >>= 1
        self.size += 1

    @property
    def root(self) -> bytes:
        """The root of all entries so far."""
        parts = self._edge[::-1] or [hashlib.sha256(b"").digest()]
        result = parts[0]
        for part in parts[1:]:
            result = hashlib.sha256(b"\x01" + part + result).digest()
        return result


def root_of_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """Return the root that a leaf's path leads to (RFC 9162, 2.1.3.2); None where the path has another length."""
    first, last, result = index, size - 1, leaf
    for part in path:
        if last <= 0 or first > last:
            return None
        if first & 1 or first == last:
            result = hashlib.sha256(b"\x01" + part + result).digest()
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            result = hashlib.sha256(b"\x01" + result + part).digest()
        first, last = first >> 1, last >> 1
    return result if last == 0 and 0 <= index < size else None


def is_proof(path: Path) -> bool:
    """Return whether a file begins as proofs do."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(PROOF)) == PROOF.encode()


def check_proof(text: str, log: Key, witnesses: list[Key], report: Report) -> str:
    """Verify that the entry in a proof is in the log; return what was proven."""
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    entry = base64.b64decode(lines[1].removeprefix("extra "), validate=True)
    index, path = int(lines[2].removeprefix("index ")), [base64.b64decode(line, validate=True) for line in lines[3:]]
    _, size, root, _ = read_note(note)
    check_signers(note, log, witnesses, report)
    if root_of_path(hashlib.sha256(b"\x00" + entry).digest(), index, size, path) != root:
        report(f"entry {index}: not in the tree of the checkpoint")
    return f"{index} / {size}\n{entry.decode()}"


# 3. An export: its files, and who signed them


class ExportFiles:
    """Open a folder or a ZIP for reading by name."""

    def __init__(self, path: Path) -> None:
        self._path, self._archive = path, None if path.is_dir() else zipfile.ZipFile(path)

    def __enter__(self) -> Open:
        names = self._archive.namelist() if self._archive else [one.name for one in self._path.iterdir()]
        if sorted(names) != sorted((*FILES, "head.json", "head.sig")):
            raise ValueError(f"files: {', '.join(sorted(names))[:200]}")
        archive = self._archive
        return archive.open if archive is not None else (lambda name: (self._path / name).open("rb"))

    def __exit__(self, *_: object) -> None:
        if self._archive is not None:
            self._archive.close()


def check(open_file: Open, given: argparse.Namespace, report: Report) -> str:
    """Verify an export; return size and root of its tree."""
    with open_file("head.json") as file:
        content = file.read()
    with open_file("head.sig") as file:
        signature = bytes.fromhex(file.read().decode("ascii").strip())
    head: dict[str, Any] = json.loads(content)
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(given.key)).verify(signature, content)
    except InvalidSignature:
        report("signature: head.json was not signed with this key")
    if head["shape"] != SHAPE:
        report(f"head.json: the shape is {head['shape']}, this program knows {SHAPE}")
    if sorted(head["files"]) != sorted(FILES):
        report(f"head.json: names {', '.join(sorted(head['files']))}")
    for name in FILES:
        check_file(open_file, name, head["files"].get(name, {}), report)
    with open_file("checkpoint") as file:
        note = file.read().decode()
    check_signers(note, given.log or log_key(head["log_key"]), given.witness, report)
    with tempfile.TemporaryDirectory() as folder:
        rows = sqlite3.connect(Path(folder) / "rows.db", isolation_level=None)
        rows.executescript(_TABLES)
        rows.execute("BEGIN")
        signatures = Signatures(rows, max((size for size, _ in given.kept), default=None))
        check_events(open_file, note, given.kept, signatures, report)
        check_numbers(open_file, rows, signatures.standing, report)
        rows.close()
    return f"{head['size']}:{head['root']} {head['made_at']}; {signatures.summary()}"


def check_file(open_file: Open, name: str, signed: dict[str, Any], report: Report) -> None:
    """Compare size and hash of a file with what was signed."""
    content, size = hashlib.sha256(), 0
    with open_file(name) as file:
        while piece := file.read(1 << 20):
            content.update(piece)
            size += len(piece)
    if (content.hexdigest(), size) != (signed.get("sha256"), signed.get("bytes")):
        report(f"{name}: not the file that was signed")


# 4. Its events: each goes into the tree, and has its effect on the rows


def check_events(
    open_file: Open, note: str, noted: list[tuple[int, str]], signatures: "Signatures", report: Report
) -> None:
    """Grow the tree by every event; each takes its effect on the rows."""
    _, size, root, _ = read_note(note)
    tree = Tree()
    with open_file("events.jsonl") as file:
        for line in file:
            entry = line.rstrip(b"\n")
            tree.add(entry)
            try:
                for fault in signatures.play(tree.size - 1, json.loads(entry)):
                    report(f"event {tree.size - 1}: {fault}")
            except (KeyError, TypeError, ValueError, sqlite3.Error) as error:
                report(f"event {tree.size - 1}: cannot be understood: {error!r}")
            for length, expected in noted:
                if length == tree.size and expected != tree.root.hex():
                    report(f"checkpoint {length}:{expected}: was kept and is not the beginning of this log")
    if (tree.size, tree.root) != (size, root):
        report(f"events.jsonl: is the tree {tree.size}:{tree.root.hex()}, the checkpoint says {size}:{root.hex()}")
    for length, expected in noted:
        if length > tree.size:
            report(f"checkpoint {length}:{expected}: was kept, and this log is shorter")


def play(leaf: dict[str, Any], rows: sqlite3.Connection) -> None:
    """Let an event have its effect."""
    for group in leaf.get("rows", ()):
        table = group["table"]
        if table not in _KEYS:
            continue
        for row in group.get("rows", ()):
            recorded = dict(zip(group["columns"], row, strict=True))
            key = json.dumps(row[: _KEYS[table]])
            rows.execute("REPLACE INTO fact VALUES (?, ?, ?)", (table, key, json.dumps(recorded)))
        for row in group.get("gone", ()):
            rows.execute("DELETE FROM fact WHERE name = ? AND key = ?", (table, json.dumps(row)))


def recorded_rows(leaf: dict[str, Any], table: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table that an event records."""
    for group in leaf.get("rows", ()):
        if group["table"] == table:
            for row in group.get("rows", ()):
                yield dict(zip(group["columns"], row, strict=True))


def row_of(rows: sqlite3.Connection, table: str, *key: Any) -> dict[str, Any] | None:
    """Return what a row is by the events."""
    asked = "SELECT content FROM fact WHERE name = ? AND key = ?"
    found = rows.execute(asked, (table, json.dumps(list(key)))).fetchone()
    return json.loads(found[0]) if found else None


class Effects:
    """Holds what an event changes against its kind; an event that continues another is of that one's kind."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[str, str], str] = {}
        self._opening = True

    def faults(self, leaf: dict[str, Any], rows: sqlite3.Connection) -> Iterator[str]:
        """Yield what an event changes, before it has its effect, that no event of its kind does."""
        kind = self._kind(leaf)
        self._opening = self._opening and kind in OPENING
        if kind == ADOPTED:
            yield from () if self._opening else slipped_in(leaf, rows)
            return
        for group in leaf.get("rows", ()):
            if group["table"] in EFFECTS:
                for what, columns in changed_by(group, rows):
                    made, changed, gone = EFFECTS[group["table"]]
                    allowed = {"made": made, "gone": gone}
                    wrong = [one for one in columns if kind not in allowed.get(one, changed.get(one, set()))]
                    if wrong:
                        yield f"{group['table']} {what}: no event of kind {kind} changes it ({', '.join(wrong)})"

    def _kind(self, leaf: dict[str, Any]) -> str:
        which = (leaf["actor"], leaf["subject"])
        if leaf["kind"] == CONTINUED:
            kind = self._kinds.get(which, CONTINUED)
            return CONTINUED if kind == ADOPTED else kind
        self._kinds.pop(which, None)
        self._kinds[which] = leaf["kind"]
        if len(self._kinds) > 10_000:
            del self._kinds[next(iter(self._kinds))]
        return str(leaf["kind"])


def slipped_in(leaf: dict[str, Any], rows: sqlite3.Connection) -> Iterator[str]:
    """Yield rows that are taken for those of an older program after the log has begun."""
    for table, size in _KEYS.items():
        for row in recorded_rows(leaf, table):
            key = list(row.values())[:size]
            if row_of(rows, table, *key) is None:
                yield f"{table} {'/'.join(map(str, key))}: adopted, and no event has told of it"


class Actors:
    """Holds who recorded an event against its kind, and against whom its rows name."""

    def __init__(self) -> None:
        self._accounts: datetime | None = None

    def faults(self, leaf: dict[str, Any], rows: sqlite3.Connection) -> Iterator[str]:
        """Yield what an event says, before it has its effect, that its actor does not do."""
        who, kind, at = leaf["actor"], leaf["kind"], datetime.fromisoformat(leaf["at"])
        if self._accounts is not None:
            if who == "local":
                wrong = (at - self._accounts).total_seconds() > GRACE
            else:
                wrong = kind not in BY_PROGRAM[who] if who in BY_PROGRAM else kind in BY_ITSELF
            if wrong:
                yield f"{who[:12]} does not record {kind}"
        elif any(True for _ in recorded_rows(leaf, "person")):
            self._accounts = at
        for table, column in NAMES_ACTOR.items() if kind != ADOPTED else ():
            for row in recorded_rows(leaf, table):
                before = row_of(rows, table, next(iter(row.values()))) or {}
                named = row.get(column)
                if table == "alarm" and not before:  # one that ends in the transaction that raises it
                    continue
                if named not in (None, before.get(column), who):
                    yield f"{table} {next(iter(row.values()))}: {column} is {named[:12]}, who has not recorded it"


class Threshold:
    """The threshold from which the machine's numbers count: it is only raised."""

    def __init__(self) -> None:
        self._limit, self._since = 0.0, datetime.max.replace(tzinfo=UTC)

    def faults(self, leaf: dict[str, Any], rows: sqlite3.Connection) -> Iterator[str]:
        """Yield what an event sets, before it has its effect, and what begins to count below the threshold."""
        at = datetime.fromisoformat(leaf["at"])
        for row in recorded_rows(leaf, "policy_value"):
            wanted = {THRESHOLD: "threshold_raised", REQUIRED: "signatures_set"}.get(row["name"])
            if leaf["kind"] not in (wanted, ADOPTED):
                yield f"{leaf['kind']} sets {row['name']}"
            if row["name"] == THRESHOLD:
                same = leaf["kind"] == ADOPTED and row["value"] == self._limit
                if not (self._limit < row["value"] < 1 or same):
                    yield f"the threshold goes from {self._limit:.9g} to {row['value']:.9g}"
                self._limit, self._since = max(self._limit, row["value"]), at
        late = at > self._since and (at - self._since).total_seconds() > GRACE
        for row in recorded_rows(leaf, "number") if late and leaf["kind"] != "number_decided" else ():
            before = row_of(rows, "number", row["document_id"], row["field"]) or {}
            low = row["decision_id"] is None and (row.get("confidence") or 1.0) < self._limit
            if low and row["state"] == "accepted" != before.get("state"):
                yield f"number {row['document_id']}/{row['field']}: counts below the threshold {self._limit:.9g}"


class Standing:
    """Which numbers began anew, as their page left them: of all others the last decision stands.

    Args:
        rows: What the events have made so far.

    """

    def __init__(self, rows: sqlite3.Connection) -> None:
        self._rows = rows
        self._anew: set[tuple[Any, Any]] = set()
        self._reformed: set[Any] = set()
        self._adopted: set[tuple[Any, Any]] = set()

    def before(self, leaf: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the numbers that an event lets go though people decided them; before it has its effect."""
        if leaf["kind"] != ADOPTED:
            self._compare_adopted()
        for row in recorded_rows(leaf, "document"):
            form = (row_of(self._rows, "document", row["id"]) or {}).get("form_id")
            if form not in (None, row["form_id"]):
                self._reformed.add(row["id"])
        groups = (group for group in leaf.get("rows", ()) if group["table"] == "number")
        changed: list[tuple[Any, dict[str, Any]]] = [(key, {}) for group in groups for key in group.get("gone", ())]
        changed += [((row["document_id"], row["field"]), row) for row in recorded_rows(leaf, "number")]
        found = []
        for key, after in changed:
            before = row_of(self._rows, "number", *key) or {}
            stays = after.get("decision_id") is not None or after.get("page_id") == before.get("page_id")
            if before.get("decision_id") is not None and not stays:
                found.append(before)
        return found

    def _compare_adopted(self) -> None:
        """Take note of the numbers that had begun anew before there was a log."""
        for about in self._adopted:
            number = row_of(self._rows, "number", *about)
            if number is not None and number["decision_id"] != left_by(decisions_about(self._rows, *about)[-1]):
                self._anew.add(about)
        self._adopted.clear()

    def after(self, leaf: dict[str, Any], forgotten: list[dict[str, Any]], made: list[dict[str, Any]]) -> Iterator[str]:
        """Yield those that had no reason to go, and decisions put behind later ones; after the event had its effect."""
        for number in forgotten:
            document, field = number["document_id"], number["field"]
            self._anew.add((document, field))
            page = row_of(self._rows, "page", number["page_id"]) or {}
            other = page.get("document_id") != document or page.get("reading_id") != number["reading_id"]
            if not other and document not in self._reformed:
                yield f"number {document}/{field}: what was decided of it goes, and its page stays"
        for row in made:
            about = (row["document_id"], row["field"])
            self._anew.discard(about)
            if leaf["kind"] == ADOPTED:
                self._adopted.add(about)
            elif decisions_about(self._rows, *about)[-1]["id"] != row["id"]:
                yield f"decision {row['id']}: another one about its number comes after it"

    def faults(self, number: dict[str, Any]) -> Iterator[str]:
        """Yield whether a number that counts goes back behind what was decided last."""
        about = (number["document_id"], number["field"])
        if about in self._anew or about in self._adopted:
            return
        history = decisions_about(self._rows, *about)
        if history and number["decision_id"] != left_by(history[-1]):
            yield "goes back behind what was decided last, without a decision"


def left_by(decision: dict[str, Any]) -> Any:
    """Return which decision a number bears once this was made about it: a reopened number bears none."""
    return None if decision.get("kind", "reopen") == "reopen" else decision["id"]  # what is sealed settled nothing


def decisions_about(rows: sqlite3.Connection, document: str, field: str) -> list[dict[str, Any]]:
    """Return what the events say so far of every decision about a number, first to last."""
    asked = (
        "SELECT content FROM fact WHERE name = 'decision' AND json_extract(content, '$.document_id') = ? "
        "AND json_extract(content, '$.field') = ?"
    )
    found = [json.loads(content) for (content,) in rows.execute(asked, (document, field))]
    return sorted(found, key=lambda one: int(one["order"]))


def changed_by(group: dict[str, Any], rows: sqlite3.Connection) -> Iterator[tuple[str, list[str]]]:
    """Yield of every row in a group what it is called, and its columns that change; `made` and `gone` for whole rows.

    A column that was sealed before, or is from now on, is recorded in one of the two only: nothing is held against it.
    """
    table, size = group["table"], _KEYS[group["table"]]
    for row in group.get("rows", ()):
        before = row_of(rows, table, *row[:size])
        recorded = dict(zip(group["columns"], row, strict=True))
        other = ["made"] if before is None else [name for name, one in recorded.items() if before.get(name, one) != one]
        yield "/".join(map(str, row[:size])), other
    for row in group.get("gone", ()):
        yield "/".join(map(str, row)), ["gone"]


def decision_faults(leaf: dict[str, Any], row: dict[str, Any], rows: sqlite3.Connection) -> Iterator[str]:
    """Yield what a decision holds that it cannot hold: of another number, by another than its author, by its kind."""
    if leaf["actor"] != row["person_id"] or leaf["subject"] != f"number:{row['document_id']}/{row['field']}":
        yield "another than its author has recorded it, or of another number"
    new = row.get("new")
    if new is None:  # of a value that was not settled: it is sealed
        return
    fault = fault_of(row["kind"], new.get("state"), new.get("value"), new.get("boxes"))
    if fault:
        yield fault
    if row["kind"] == "restore":
        history = decisions_about(rows, row["document_id"], row["field"])
        earlier = [one for one in history if one["id"] != row["id"]]
        if len(earlier) < 2 or earlier[-1]["person_id"] != row["person_id"]:
            yield "its author has nothing to take back"
        elif earlier[-2].get("new") != new:
            yield "it restores what did not stand before"


def fault_of(kind: str, state: Any, value: Any, boxes: Any) -> str:
    """Return why a decision of this kind cannot leave a number so; "" where it can."""
    if state == "review":
        return "" if value is None else "a number that waits has no value"
    if kind in LEAVES and state != LEAVES[kind]:
        return f"it leaves the number {state}"
    if kind in ("confirm", "correct") and value != value_of(str(boxes)):
        return "its boxes make another number"
    if state == "unreadable" and value is not None:
        return "what nobody can read has no value"
    return ""


def value_of(boxes: str) -> int | None:
    """Return the number that boxes make: X, dash or empty before digits; alone, one X or dash at least, zero."""
    if not re.fullmatch("[X_-]*[0-9]*", boxes) or set(boxes) <= {"_"}:
        return None
    return int(boxes.lstrip("X_-") or "0")


# 5. The signatures of people


class Signatures:
    """Which keys people have, and whether every decision bears a good signature of its person.

    Args:
        rows: What the events have made so far.
        kept: Leaves under the newest checkpoint that was kept; None where there is none.

    """

    def __init__(self, rows: sqlite3.Connection, kept: int | None) -> None:
        self._rows, self._kept, self._required = rows, kept, False
        self._signing: set[str] = set()
        self._doubted: set[str] = set()
        self._nonces: set[str] = set()
        self._signed = self._unsigned = self._sealed = 0
        self._effects, self._actors, self._threshold = Effects(), Actors(), Threshold()
        self.standing = Standing(rows)

    def summary(self) -> str:
        """Return how many decisions of people are signed."""
        counts = f"{self._signed} / {self._unsigned} / {self._sealed}"
        return f"keputusan ditandatangani / tidak / disegel, decisions signed / not / sealed: {counts}"

    def play(self, place: int, leaf: dict[str, Any]) -> Iterator[str]:
        """Let an event have its effect; yield what it records without the signature that it needs."""
        late = self._kept is not None and place >= self._kept
        for part in (self._effects, self._actors, self._threshold):
            yield from part.faults(leaf, self._rows)
        forgotten = self.standing.before(leaf)
        made = [row for row in recorded_rows(leaf, "decision") if row_of(self._rows, "decision", row["id"]) is None]
        keys = [(row_of(self._rows, "person_key", row["id"]), row) for row in recorded_rows(leaf, "person_key")]
        play(leaf, self._rows)
        yield from self.standing.after(leaf, forgotten, made)
        for before, after in keys:
            yield from self._key(before or {}, after, late=late)
        for row in recorded_rows(leaf, "policy_value"):
            if row.get("name") == REQUIRED:
                if self._required and not row["value"] and late:
                    yield "signatures are no longer required, since the checkpoint that was kept"
                self._required = bool(row["value"])
        for row in made:
            adopted = leaf["kind"] == ADOPTED
            if not adopted:
                yield from (f"decision {row['id']}: {fault}" for fault in decision_faults(leaf, row, self._rows))
            yield from self._decision(row, adopted=adopted)

    def _key(self, before: dict[str, Any], row: dict[str, Any], *, late: bool) -> Iterator[str]:
        name = f"key {row['id']}"
        for column, value in before.items():
            if value is not None and row.get(column) != value:
                yield f"{name}: {column} was changed"
        shown = f"chasil-key/v1\nperson {row['person_id']}\npublic {row['public']}\n"
        identity = hashlib.sha256(bytes.fromhex(row["public"])).hexdigest()[:32]
        if not before and (identity != row["id"] or not is_signed(row["public"], row["proof"], shown)):
            yield f"{name}: its person has not shown it"
        if row.get("confirmed_at") and not before.get("confirmed_at"):
            for fault in self._confirmed(row, late=late):
                yield f"{name}: {fault}"
        if row.get("confirmed_at"):
            self._signing.add(row["person_id"])

    def _confirmed(self, row: dict[str, Any], *, late: bool) -> Iterator[str]:
        by, who = row.get("countersign_key"), row.get("confirmed_by")
        if who == row["person_id"]:
            yield "confirmed by its own person"
        if by is None:
            if who not in PROGRAMS and who in self._signing:
                yield "confirmed without the key of an administrator who has one"
            elif late:
                self._doubted.add(row["id"])
                yield "no administrator's key vouches for it, and it came after the checkpoint that was kept"
            return
        own = row_of(self._rows, "person_key", by) or {}
        roles = (row_of(self._rows, "person", who) or {}).get("roles") or ()
        text = f"chasil-confirmation/v1\nby {by}\nperson {row['person_id']}\npublic {row['public']}\n"
        if own.get("person_id") != who or not in_force(own) or "admin" not in roles:
            yield "countersigned with no key of an administrator"
        elif not is_signed(own["public"], str(row.get("countersignature")), text):
            yield "the countersignature is of something else"
        elif by in self._doubted:
            self._doubted.add(row["id"])
            yield "countersigned with a key that nobody vouches for"

    def _decision(self, row: dict[str, Any], *, adopted: bool) -> Iterator[str]:
        who, name = row["person_id"], f"decision {row['id']}"
        if row.get("key_id") is None:
            if who not in PROGRAMS:
                self._unsigned += 1
                if not adopted and (self._required or who in self._signing):
                    yield f"{name}: it bears no signature, and its person signs"
            return
        if row["nonce"] in self._nonces:
            yield f"{name}: something else was decided by its signature"
        self._nonces.add(row["nonce"])
        if "signature" not in row:  # of a value that was not settled: it is sealed, and its signature with it
            self._sealed += 1
            return
        self._signed += 1
        fault = self._problem(row)
        if fault:
            yield f"{name}: {fault}"

    def _problem(self, row: dict[str, Any]) -> str:
        key = row_of(self._rows, "person_key", row["key_id"]) or {}
        if key.get("person_id") != row["person_id"] or not in_force(key):
            return "signed with no key of its person that was in force"
        if key["id"] in self._doubted:
            return "signed with a key that nobody vouches for"
        number = row_of(self._rows, "number", row["document_id"], row["field"]) or {}
        page = row_of(self._rows, "page", number.get("page_id")) or {"original": "-", "number": 0}
        about = f"original {page['original']}\npage {page['number']}\nfield {row['field']}\n"
        for kind in SIGNED_AS.get(row["kind"], ()):
            boxes = row["new"]["boxes"] if kind in ("read", "unreadable") else ""
            by = f"key {row['key_id']}\nnonce {row['nonce']}\n"
            text = f"chasil-decision/v1\nperson {row['person_id']}\n{about}kind {kind}\nboxes {boxes}\n{by}"
            if is_signed(key["public"], row["signature"], text):
                return ""
        return "the signature is of something else"


def in_force(key: dict[str, Any]) -> bool:
    """Return whether a key signs what counts."""
    return bool(key.get("confirmed_at")) and not key.get("revoked_at")


def is_signed(public: str, signature: str, text: str) -> bool:
    """Return whether a text bears a good signature."""
    key = bytes.fromhex(public)
    if bytes((*key[:31], key[31] & 0x7F)).hex() in SMALL_ORDER:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


# 6. Its numbers: each follows from the events


def check_numbers(open_file: Open, rows: sqlite3.Connection, standing: Standing, report: Report) -> None:
    """Compare every number with the events."""
    with open_file("numbers.csv") as file, io.TextIOWrapper(file, encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            given = {name: cell.removeprefix("'") for name, cell in row.items()}
            name = f"number {given['document']}/{given['field']}"
            for fault in number_faults(given, rows, standing):
                report(f"{name}: {fault}")
            key = json.dumps([given["document"], given["field"]])
            rows.execute("DELETE FROM fact WHERE name = 'number' AND key = ?", (key,))
    for (key,) in rows.execute("SELECT key FROM fact WHERE name = 'number'"):
        report(f"number {'/'.join(json.loads(key))}: events tell of it, numbers.csv lacks it")


def number_faults(given: dict[str, str], rows: sqlite3.Connection, standing: Standing) -> Iterator[str]:
    """Yield what is wrong with a number."""
    recorded = row_of(rows, "number", given["document"], given["field"])
    if recorded is None:
        yield "no event tells of it"
        return
    place = row_of(rows, "document", given["document"]) or {}
    expected = {"election": place.get("election_id"), "station": place.get("station"), "state": recorded["state"]}
    names = ("boxes", "value", "outcome", "final", "final_boxes")
    decided = recorded["state"] != "review"
    expected |= {name: recorded.get(name) if decided else None for name in names}
    expected["decision"] = recorded["decision_id"] if decided else None
    for name, wanted in expected.items():
        if given[name] != ("" if wanted is None else str(wanted)):
            yield f"{name} is {given[name] or 'empty'}, the events say {wanted}"
    if decided:
        yield from standing_faults(recorded, rows)
        yield from standing.faults(recorded)


def standing_faults(recorded: dict[str, Any], rows: sqlite3.Connection) -> Iterator[str]:
    """What counts is what the decision says, or else what the machine was sure of."""
    counts = (recorded["state"], recorded["final"], recorded["final_boxes"])
    if recorded["decision_id"] is None:
        if counts != ("accepted", recorded["value"], recorded["boxes"]) or recorded["outcome"] != "accepted":
            yield f"counts as {counts}, and the machine says otherwise"
        return
    decision = row_of(rows, "decision", recorded["decision_id"]) or {}
    new = decision.get("new") or {}
    if [decision.get(name) for name in ("document_id", "field")] != [recorded["document_id"], recorded["field"]]:
        yield f"decision {recorded['decision_id']} is about another number"
    if counts != (new.get("state"), new.get("value"), new.get("boxes")):
        yield f"counts as {counts}, and decision {recorded['decision_id']} says otherwise"


# 7. The command line


def main(arguments: list[str] | None = None) -> int:
    """Verify what the command line names; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="check", description="Periksa ekspor atau bukti. / Verify an export or proof."
    )
    parser.add_argument("path", type=Path, help="folder / ZIP / bukti / proof")
    parser.add_argument(
        "--key", type=public_key, help="kunci publik, 64 digit heksadesimal / public key, 64 hex digits"
    )
    parser.add_argument("--log", type=log_key, help="kunci log / the log's key, NAME+ID+KEY")
    parser.add_argument("--kept", type=kept, action="append", default=[], help="checkpoint, SIZE:ROOT / file")
    parser.add_argument("--witness", type=log_key, action="append", default=[], help="kunci saksi / a witness' key")
    given = parser.parse_args(arguments)
    faults: list[str] = []

    def report(fault: str) -> None:
        faults.append(fault)
        print(fault)  # noqa: T201  this is a program of its own

    try:
        if is_proof(given.path):
            if given.log is None:
                parser.error("--log: kunci log / the log's key")
            last = check_proof(given.path.read_text(encoding="utf-8"), given.log, given.witness, report)
        else:
            if given.key is None:
                parser.error("--key: kunci publik / the public key")
            with ExportFiles(given.path) as open_file:
                last = check(open_file, given, report)
    except (OSError, ValueError, KeyError, TypeError, IndexError, zipfile.BadZipFile) as error:
        parser.exit(EXIT_USAGE, f"tidak dapat dibaca / cannot be read: {error!r}\n")
    print("SAH / SOUND" if not faults else f"TIDAK SAH / NOT SOUND: {len(faults)}", last)  # noqa: T201
    return EXIT_WRONG if faults else EXIT_SOUND


if __name__ == "__main__":
    sys.exit(main())

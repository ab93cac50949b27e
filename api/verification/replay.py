"""Replay the ledger into a temporary SQLite file: what the rows must be, by the events alone.

The file keeps memory small however long the history is; rows are looked up in it, and what no row answers to is left
over at the end.
"""

import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from api.ledger.canonical import canonical
from api.verification.links import Link
from pipeline.reasons import Reason

UNKNOWN = "?"
"""A place that no event states, so it is not compared."""

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
CREATE TABLE page (id TEXT PRIMARY KEY, document_id, original, number, file_name, seq INT) WITHOUT ROWID;
CREATE INDEX page_document ON page (document_id);
CREATE TABLE reading (id TEXT PRIMARY KEY, page_id, sha256, seq INT) WITHOUT ROWID;
CREATE TABLE decision (id TEXT PRIMARY KEY, facts TEXT, seq INT) WITHOUT ROWID;
CREATE TABLE document (id TEXT PRIMARY KEY, election_id, station, moved_to, seq INT) WITHOUT ROWID;
CREATE TABLE number (
    document TEXT, field TEXT, boxes, value INT, outcome, decision, decided TEXT, loose INT DEFAULT 0, seq INT,
    PRIMARY KEY (document, field)
) WITHOUT ROWID;
CREATE TABLE form (id TEXT PRIMARY KEY, form_id, seq INT) WITHOUT ROWID;
CREATE TABLE election (id TEXT PRIMARY KEY, form_id, seq INT) WITHOUT ROWID;
CREATE TABLE setting (id TEXT PRIMARY KEY, facts TEXT, seq INT) WITHOUT ROWID;
"""

SUBJECTS = ("page", "reading", "decision", "document", "form", "election", "setting")
"""Tables whose rows go by an id; numbers go by document and field."""

Body = Mapping[str, Any]


class Replay:
    """The rows that follow from the events so far. Use it as a context; its file goes with it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="chasil-audit-")
        self._rows = sqlite3.connect(Path(self._folder.name) / "replay.db", isolation_level=None)
        self._rows.executescript(_TABLES)
        self._rows.row_factory = sqlite3.Row
        self._rows.execute("BEGIN")
        self._kinds: Mapping[str, Callable[[int, str, Body], None]] = {
            "pages_received": self._pages_received,
            "page_read": self._page_read,
            "document_decided": self._document_decided,
            "number_decided": self._number_decided,
            "pages_moved": self._pages_moved,
            "form_registered": self._form_registered,
            "election_created": self._election_created,
            "election_set": self._election_set,
        }

    def __enter__(self) -> "Replay":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._rows.close()
        self._folder.cleanup()

    def play(self, link: Link) -> Iterator[Reason]:
        """Let an event have its effect; yield what is wrong with it. Kinds that move no rows have none."""
        effect = self._kinds.get(link.kind)
        if effect is None:
            return
        try:
            effect(link.seq, link.subject, link.body)
        except (KeyError, TypeError, ValueError, AttributeError, sqlite3.Error) as error:
            told = {"seq": link.seq, "subject": link.subject, "kind": link.kind, "problem": repr(error)}
            yield Reason("audit_body", told)

    def take(self, table: str, key: str) -> sqlite3.Row | None:
        """Return what a row must be and forget it; None where no event tells of it."""
        found: sqlite3.Row | None = self._rows.execute(
            f"DELETE FROM {table} WHERE id = ? RETURNING *",  # noqa: S608  names of tables are ours
            (key,),
        ).fetchone()
        return found

    def take_number(self, document: str, field: str) -> sqlite3.Row | None:
        """Return what a number must be and forget it."""
        found: sqlite3.Row | None = self._rows.execute(
            "DELETE FROM number WHERE document = ? AND field = ? RETURNING *", (document, field)
        ).fetchone()
        return found

    def left(self) -> Iterator[tuple[int, str]]:
        """Yield event and subject of everything that no row has answered to."""
        for table in SUBJECTS:
            for seq, key in self._rows.execute(f"SELECT seq, id FROM {table} ORDER BY seq"):  # noqa: S608
                yield seq, f"{table}:{key}"
        for seq, document, field in self._rows.execute("SELECT seq, document, field FROM number ORDER BY seq"):
            yield seq, f"number:{document}/{field}"

    def _pages_received(self, seq: int, _subject: str, body: Body) -> None:
        self._place(seq, body["document"], body["election"] or UNKNOWN, body["station"])
        rows = [
            (page["id"], body["document"], page["original"], page["number"], page["name"], seq)
            for page in body["pages"]
        ]
        self._rows.executemany("INSERT INTO page VALUES (?, ?, ?, ?, ?, ?)", rows)

    def _page_read(self, seq: int, _subject: str, body: Body) -> None:
        self._rows.execute(
            "INSERT INTO reading VALUES (?, ?, ?, ?)", (body["reading"], body["page"], body["sha256"], seq)
        )

    def _document_decided(self, seq: int, _subject: str, body: Body) -> None:
        document, numbers = body["document"], body["numbers"]
        known = {row[0] for row in self._rows.execute("SELECT field FROM number WHERE document = ?", (document,))}
        gone = [(document, field) for field in known.difference(numbers)]
        self._rows.executemany("DELETE FROM number WHERE document = ? AND field = ?", gone)
        self._rows.executemany(
            "INSERT INTO number (document, field, boxes, value, outcome, seq) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET boxes = excluded.boxes, value = excluded.value, outcome = excluded.outcome, "
            "seq = excluded.seq",
            [(document, field, boxes, value, outcome, seq) for field, (boxes, value, outcome) in numbers.items()],
        )

    def _number_decided(self, seq: int, _subject: str, body: Body) -> None:
        facts = canonical({key: value for key, value in body.items() if key != "decision"}).decode()
        self._rows.execute("INSERT INTO decision VALUES (?, ?, ?)", (body["decision"], facts, seq))
        decision = None if body["kind"] == "reopen" else body["decision"]
        self._rows.execute(
            "UPDATE number SET decision = ?, decided = ?, loose = 0, seq = ? WHERE document = ? AND field = ?",
            (decision, json.dumps(body["new"]), seq, body["document"], body["field"]),
        )

    def _pages_moved(self, seq: int, _subject: str, body: Body) -> None:
        source, target = body["from"], body["to"]
        moved = [(target, page) for page in body["pages"]]
        self._rows.executemany("UPDATE page SET document_id = ? WHERE id = ?", moved)
        if source == target:
            self._place(seq, target, body.get("election_to") or UNKNOWN, body["station_to"])
            return
        if not self._rows.execute("SELECT 1 FROM page WHERE document_id = ? LIMIT 1", (source,)).fetchone():
            self._rows.execute("DELETE FROM number WHERE document = ?", (source,))
            self._rows.execute("UPDATE document SET moved_to = ?, seq = ? WHERE id = ?", (target, seq, source))
        elif "forgotten" in body:
            gone = [(source, field) for field in body["forgotten"]]
            self._rows.executemany("DELETE FROM number WHERE document = ? AND field = ?", gone)
        else:
            # What people decided of numbers that left may be forgotten; the event does not say of which.
            self._rows.execute("UPDATE number SET loose = 1 WHERE document = ? AND decision IS NOT NULL", (source,))

    def _form_registered(self, seq: int, _subject: str, body: Body) -> None:
        self._rows.execute("INSERT INTO form VALUES (?, ?, ?)", (body["sha256"], body["form"], seq))

    def _election_created(self, seq: int, subject: str, body: Body) -> None:
        election = subject.removeprefix("election:")
        self._rows.execute("INSERT INTO election VALUES (?, ?, ?)", (election, body.get("form", UNKNOWN), seq))

    def _election_set(self, seq: int, subject: str, body: Body) -> None:
        facts = canonical(dict(body)).decode()
        self._rows.execute(
            "INSERT INTO setting VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET facts = excluded.facts, seq = excluded.seq",
            (subject.removeprefix("election:"), facts, seq),
        )

    def _place(self, seq: int, document: str, election: str, station: str | None) -> None:
        self._rows.execute(
            "INSERT INTO document VALUES (?, ?, ?, NULL, ?) ON CONFLICT DO UPDATE SET "
            "election_id = excluded.election_id, station = excluded.station, seq = excluded.seq",
            (document, election, station, seq),
        )

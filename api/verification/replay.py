"""What the rows must be, by the log alone, in a temporary SQLite file.

The file keeps memory small however long the history is; rows are looked up in it, and what no row answers to is left
over at the end.
"""

import json
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from api.ledger.kinds import ROWS_ADOPTED
from api.ledger.leaf import canonical, key_columns, moment
from api.ledger.protected import PROTECTED
from api.verification.entries import DATING, Entry
from pipeline.reasons import Reason

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
CREATE TABLE fact (name TEXT, key TEXT, told TEXT, seq, PRIMARY KEY (name, key)) WITHOUT ROWID;
CREATE INDEX about ON fact (json_extract(told, '$.document_id'), json_extract(told, '$.field')) WHERE name = 'decision';
"""

NAMES = {"form_version": "form"}
"""What findings call the rows of a table, where it is not the table's name."""

GROWING = frozenset({"reading", "decision", "original", "form_version"})
"""Tables whose rows are never changed once they are there."""

TIMES = frozenset({"at", "created_at", "stored_at", "uploaded_at", "made_at", "raised_at", "added_at", "registered_at"})
"""Columns that say when their row was made."""

ENDS = frozenset({"cleared_at", "confirmed_at", "revoked_at", "settled_at", "undone_at"})
"""Columns that say since when something is so; as those above, they bear the time of the event that changes them."""

_KINDS = {kind.__tablename__: kind for kind in PROTECTED}


@dataclass(frozen=True, slots=True)
class Change:
    """A row as an event tells it: what it was before, and what it is; None where it is not there."""

    table: str
    key: tuple[Any, ...]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @property
    def subject(self) -> str:
        """What findings call it."""
        return subject_of(self.table, self.key)


def subject_of(table: str, key: tuple[Any, ...]) -> str:
    """Return what findings call a row."""
    return f"{NAMES.get(table, table)}:{'/'.join(map(str, key))}"


class Replay:
    """The rows that follow from the events so far. Use it as a context; its file goes with it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="chasil-audit-")
        self._rows = sqlite3.connect(Path(self._folder.name) / "replay.db", isolation_level=None)
        self._rows.executescript(_TABLES)
        self._rows.execute("BEGIN")

    def __enter__(self) -> "Replay":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._rows.close()
        self._folder.cleanup()

    def play(self, entry: Entry, changes: list[Change]) -> Iterator[Reason]:
        """Let an event have its effect; yield what is wrong with it, and put what it changed into `changes`."""
        try:
            told = _told_rows(entry)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            yield _fault(entry, repr(error))
            return
        for (table, key), after in told.items():
            if table not in _KINDS:
                yield _fault(entry, f"table {table}")
                continue
            change = Change(table, key, self.look(table, key), after)
            yield from _forbidden(entry, change)
            self._put(entry, change)
            changes.append(change)

    def _put(self, entry: Entry, change: Change) -> None:
        where = (change.table, _text(change.key))
        if change.after is None:
            self._rows.execute("DELETE FROM fact WHERE name = ? AND key = ?", where)
            return
        told = json.dumps(change.after)
        self._rows.execute("REPLACE INTO fact VALUES (?, ?, ?, ?)", (*where, told, entry.place))

    def look(self, table: str, key: tuple[Any, ...]) -> dict[str, Any] | None:
        """Return what a row must be now; None where no event tells of it."""
        asked = "SELECT told FROM fact WHERE name = ? AND key = ?"
        found = self._rows.execute(asked, (table, _text(key))).fetchone()
        return json.loads(found[0]) if found else None

    def take(self, table: str, key: tuple[Any, ...]) -> tuple[dict[str, Any], int | str] | None:
        """Return what a row must be and the event that says so, and forget it; None where no event tells of it."""
        asked = "DELETE FROM fact WHERE name = ? AND key = ? RETURNING told, seq"
        found = self._rows.execute(asked, (table, _text(key))).fetchone()
        return (json.loads(found[0]), found[1]) if found else None

    def all(self, table: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
        """Yield key and content of every row of a table."""
        for key, told in self._rows.execute("SELECT key, told FROM fact WHERE name = ? ORDER BY key", (table,)):
            yield tuple(json.loads(key)), json.loads(told)

    def decisions(self, document: str, field: str) -> list[dict[str, Any]]:
        """Return what the events say so far of every decision about a number, first to last."""
        asked = (
            "SELECT told FROM fact WHERE name = 'decision' AND json_extract(told, '$.document_id') = ? "
            "AND json_extract(told, '$.field') = ?"
        )
        found = [json.loads(told) for (told,) in self._rows.execute(asked, (document, field))]
        return sorted(found, key=lambda row: row["order"])

    def decided(self) -> Iterator[tuple[Any, Any]]:
        """Yield document and field of every number that was decided, as far as the decisions say so."""
        asked = (
            "SELECT json_extract(told, '$.document_id'), json_extract(told, '$.field') FROM fact "
            "WHERE name = 'decision' GROUP BY 1, 2"
        )
        yield from ((document, field) for document, field in self._rows.execute(asked) if None not in (document, field))

    def left(self) -> Iterator[tuple[int | str, str]]:
        """Yield event and subject of everything that no row has answered to."""
        for seq, table, key in self._rows.execute("SELECT seq, name, key FROM fact ORDER BY name, key"):
            yield seq, subject_of(table, tuple(json.loads(key)))


def _text(key: tuple[Any, ...]) -> str:
    return canonical(list(key)).decode()


def _told_rows(entry: Entry) -> dict[tuple[str, tuple[Any, ...]], dict[str, Any] | None]:
    """Return the rows that an event tells of, public and sealed columns together; None for those that are gone."""
    found: dict[tuple[str, tuple[Any, ...]], dict[str, Any] | None] = {}
    for group in (*entry.told.get("rows", ()), *(entry.private or {}).get("rows", ())):
        table, columns = group["table"], group["columns"]
        keys = key_columns(_KINDS[table]) if table in _KINDS else columns[:1]
        for row in group.get("rows", ()):
            told = dict(zip(columns, row, strict=True))
            known = found.setdefault((table, tuple(told[name] for name in keys)), {})
            if known is None:
                raise ValueError("a row that is there and gone")
            known.update(told)
        for row in group.get("gone", ()):
            found[table, tuple(row)] = None
    return found


def _forbidden(entry: Entry, change: Change) -> Iterator[Reason]:
    """Yield what an event may not do to a row."""
    where = {"seq": entry.place, "subject": change.subject}
    if (change.after is not None and entry.private is not None) or "sealed" not in entry.told:
        lacking = _lacking(change)
        if lacking:
            yield Reason("audit_body", {**where, "kind": entry.kind, "problem": f"lacks {', '.join(lacking)}"})
    if entry.kind != ROWS_ADOPTED:
        yield from _misdated(entry, change)
    if change.before is None:
        return
    changed = None
    if entry.kind == ROWS_ADOPTED or change.table in GROWING:
        after = change.after or {}
        changed = next((name for name, value in change.before.items() if after.get(name, value) != value), None)
        if change.after is None and change.table in GROWING:
            changed = "-"
    if changed is not None:
        yield Reason("audit_row_rewritten", {**where, "column": changed})


def _misdated(entry: Entry, change: Change) -> Iterator[Reason]:
    """A row bears the time of the event that tells of it, wherever it says when it was made or ended."""
    before, after = change.before or {}, change.after or {}
    for name in (TIMES | ENDS).intersection(after):
        if after[name] == before.get(name):
            continue
        try:
            at = datetime.fromisoformat(str(after[name]))
            near = abs(at - entry.at) <= DATING
        except (ValueError, TypeError):
            near = False
        if not near:
            told = {"seen": str(after[name]), "before": moment(entry.at)}
            yield Reason("audit_time", {"seq": entry.place, "subject": change.subject, **told})


def _lacking(change: Change) -> list[str]:
    return [] if change.after is None else sorted(PROTECTED[_KINDS[change.table]].recorded - set(change.after))


def _fault(entry: Entry, problem: str) -> Reason:
    told = {"seq": entry.place, "subject": entry.subject, "kind": entry.kind, "problem": problem}
    return Reason("audit_body", told)

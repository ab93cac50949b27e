"""Walk the log from its first entry to its last, and report where it is broken.

Entries come in the order of the tree; those that wait for it follow, in the order of their numbers. Every entry must
be what its leaf says, every leaf what the tree says, and the tree what every checkpoint has signed.
"""

import json
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.db.log_tables import Event, LogCheckpoint, LogLeaf, LogNode, LogPending, Pseudonym
from api.ledger.append import CLOCK_SLACK
from api.ledger.kinds import CLOCK_SET_BACK, KINDS, LOG_KEY, Kind
from api.ledger.leaf import canonical, commitment, moment, shown_subject
from api.ledger.log import newest_checkpoint, size_of
from api.ledger.notes import NoteError, parse_key, parse_note, signed_by
from api.ledger.pseudonyms import known_pseudonyms, pseudonym
from api.ledger.sequencer import log_keys
from api.ledger.tiles import WIDTH, tile_root
from api.ledger.tree import EMPTY, GrowingTree, leaf_hash
from pipeline.errors import UsageError
from pipeline.reasons import Reason

ROWS = 2_000
"""Rows that are held at a time."""

DATING = timedelta(minutes=10)
"""By how much the time in a row may differ from that of the event that tells of it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as it is stored, and where it stands in the tree; None while it waits.

    `told` is its leaf as JSON, {} where that cannot be read.
    """

    position: int | None
    sha256: str | None
    seq: int
    at: datetime
    kind: str
    actor: str
    subject: str
    body: Mapping[str, Any]
    leaf: str
    private: Mapping[str, Any] | None
    salt: str | None
    told: Mapping[str, Any]

    @property
    def place(self) -> int | str:
        """What findings call it."""
        return self.position if self.position is not None else f"({self.seq})"


@dataclass(frozen=True, slots=True)
class Head:
    """A root that somebody noted: the tree of so many leaves must still have it."""

    size: int
    root: str

    def __str__(self) -> str:
        return f"{self.size}:{self.root}"


def parse_head(text: str) -> Head:
    """Read SIZE:ROOT, or a checkpoint as it was published.

    Raises:
        UsageError: `audit_head_invalid`.

    """
    try:
        checkpoint = parse_note(text).checkpoint
        return Head(checkpoint.size, checkpoint.root.hex())
    except NoteError:
        size, _, root = text.strip().partition(":")
    digits = set("0123456789abcdef")
    if not (size.isascii() and size.isdigit() and len(size) < 19 and len(root) == 64 and digits.issuperset(root)):
        raise UsageError("audit_head_invalid", seen=text[:100])
    return Head(int(size), root)


def head_of(session: Session) -> Head | None:
    """Return the newest checkpoint, as somebody may note it."""
    last = newest_checkpoint(session)
    return Head(last.size, last.root) if last else None


def entries(session: Session) -> Iterator[Entry | int]:
    """Yield every entry in order, a few at a time; of a leaf that has no event, its place."""
    columns = (
        Event.seq, Event.at, Event.kind, Event.actor, Event.subject, Event.body, Event.leaf, Event.private, Event.salt,
    )  # fmt: skip
    inside = select(LogLeaf.position, LogLeaf.sha256, *columns).outerjoin(Event, Event.seq == LogLeaf.seq)
    for row in session.execute(inside.order_by(LogLeaf.position).execution_options(yield_per=ROWS)):
        yield row.position if row.seq is None else Entry(**row._mapping, told=_read(row.leaf))
    waiting = select(*columns).join(LogPending, LogPending.seq == Event.seq)
    inside_too = select(LogLeaf.seq).where(LogLeaf.seq == Event.seq).exists()
    for row in session.execute(waiting.where(~inside_too).order_by(Event.seq).execution_options(yield_per=ROWS)):
        yield Entry(position=None, sha256=None, **row._mapping, told=_read(row.leaf))


def _read(leaf: str) -> Mapping[str, Any]:
    try:
        told = json.loads(leaf)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


class EntryCheck:
    """Holds what must follow; one fault is told once, and the walk goes on from what is stored.

    Args:
        session: A reading session.
        noted: Roots that somebody noted earlier.

    """

    def __init__(self, session: Session, noted: Sequence[Head]) -> None:
        self._session = session
        self._tree = GrowingTree()
        self._levels: list[list[bytes]] = [[]]
        self._noted: dict[int, list[Head]] = {}
        for head in noted:
            self._noted.setdefault(head.size, []).append(head)
        self._checkpoints = iter(session.scalars(_stored(LogCheckpoint)))
        self._next = next(self._checkpoints, None)
        self._keys = log_keys(session)[:1]  # before its own event is in the tree the first key may sign
        self._latest: datetime | None = None
        self._set_back = False
        self._people = known_pseudonyms(session)
        self._destroyed: set[int] = set()
        self._forgotten: set[str] = set()
        self._unopened: list[Entry] = []

    def check(self, entry: Entry) -> Iterator[Reason]:
        """Yield what is wrong with the next entry."""
        where = {"seq": entry.place, "subject": entry.subject}
        if entry.position is not None:
            yield from self._grow(entry, where)
        known = KINDS.get(entry.kind)
        if known is None:
            yield Reason("audit_kind_unknown", {**where, "kind": entry.kind})
        for column in self._differing(entry, known or Kind(sealed_subject=True)):
            yield Reason("audit_event_changed", {**where, "column": column})
        yield from self._opening(entry, where)
        yield from self._time(entry, where)
        if entry.kind == LOG_KEY:
            yield from self._key(entry, where)
        if entry.kind == "person_forgotten":
            self._destroyed.update(entry.body.get("events", ()))
            self._forgotten.add(str(entry.told.get("subject", "")).removeprefix("person:"))

    def _grow(self, entry: Entry, where: Mapping[str, Any]) -> Iterator[Reason]:
        content = leaf_hash(entry.leaf.encode())
        yield from self._signed()
        if entry.position != self._tree.size:
            yield Reason("audit_gap", {**where, "before": self._tree.size, "after": entry.position})
        if content.hex() != entry.sha256:
            yield Reason("audit_hash", {**where, "seen": content.hex(), "expected": str(entry.sha256)})
        self._tree.add(content)
        self._fill(content)
        yield from self._notes()

    def _fill(self, content: bytes) -> None:
        """Keep the hashes of whole tiles, to compare them with those that are stored."""
        level = 0
        while True:
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(content)
            if len(self._levels[level]) % WIDTH:
                return
            content = tile_root(self._levels[level][-WIDTH:])
            if level == 0:
                self._levels[0] = []
            level += 1

    def _notes(self) -> Iterator[Reason]:
        for head in self._noted.pop(self._tree.size, ()):
            if head.root != self._tree.root.hex():
                yield Reason("audit_head", {"seq": head.size, "sha256": head.root, "subject": "checkpoint"})

    def _signed(self) -> Iterator[Reason]:
        """Yield what is wrong with the checkpoints up to the present size."""
        while self._next is not None and self._next.size <= self._tree.size:
            checkpoint, self._next = self._next, next(self._checkpoints, None)
            problem = self._fault(checkpoint)
            if problem:
                where = {"seq": checkpoint.size, "subject": f"checkpoint:{checkpoint.size}"}
                yield Reason("audit_checkpoint", {**where, "problem": problem})

    def _fault(self, checkpoint: LogCheckpoint) -> str:
        """Return what is wrong with a checkpoint of the tree as it stands; "" where nothing is."""
        try:
            note = parse_note(checkpoint.note)
            good = any(signed_by(note, key) for key in self._keys if key.name == note.checkpoint.origin)
        except NoteError as error:
            return str(error)
        signed = note.checkpoint
        if (signed.size, signed.root.hex()) != (checkpoint.size, checkpoint.root):
            return "the row says other than the note"
        if signed.size != self._tree.size or signed.root != self._tree.root:
            return "another root than that of the leaves"
        return "" if good else "signed with no key that the log names"

    def _differing(self, entry: Entry, kind: Kind) -> Iterator[str]:
        """Yield the columns of an event that are not what its leaf and its opening say."""
        told, private = entry.told, entry.private or {}
        if not told:
            yield "leaf"
            return
        if canonical(told).decode() != entry.leaf:
            yield "leaf"
        if told.get("at") != moment(entry.at):
            yield "at"
        if private.get("kind", told.get("kind")) != entry.kind and not (entry.private is None and kind.shown):
            yield "kind"
        if told.get("actor") != self._named(entry.actor):
            yield "actor"
        if not self._same_subject(entry, kind):
            yield "subject"
        if entry.private is not None or "sealed" not in told:
            whole = {**told.get("body", {}), **private.get("body", {})}
            if canonical(whole) != canonical(entry.body):
                yield "body"

    def _same_subject(self, entry: Entry, kind: Kind) -> bool:
        shown = entry.told.get("subject", "")
        private = entry.private or {}
        if "subject" in private:
            return bool(private["subject"] == entry.subject and entry.subject.startswith(f"{shown}:"))
        return bool(shown_subject(kind, entry.subject, self._named) == shown)

    def _named(self, person: str) -> str:
        return self._people.get(person, "?")

    def _opening(self, entry: Entry, where: Mapping[str, Any]) -> Iterator[Reason]:
        sealed = entry.told.get("sealed")
        if sealed is None:
            if entry.private is not None:
                yield Reason("audit_opening_changed", dict(where))
        elif entry.private is None or entry.salt is None:
            self._unopened.append(entry)
        elif commitment(_hexadecimal(entry.salt), entry.private) != sealed:
            yield Reason("audit_opening_changed", dict(where))

    def _time(self, entry: Entry, where: Mapping[str, Any]) -> Iterator[Reason]:
        """Time must not run backwards, unless an event says that the clock was set back."""
        if entry.kind == CLOCK_SET_BACK:
            self._latest = None
        if self._latest is not None and entry.at < self._latest - 2 * CLOCK_SLACK:
            yield Reason("audit_time", {**where, "seen": moment(entry.at), "before": moment(self._latest)})
        self._latest = entry.at if self._latest is None else max(self._latest, entry.at)

    def _key(self, entry: Entry, where: Mapping[str, Any]) -> Iterator[Reason]:
        """From its own leaf on the key that an event names signs alone: the one before may be in other hands."""
        try:
            self._keys = [parse_key(str(entry.body.get("key")))]
        except NoteError as error:
            yield Reason("audit_body", {**where, "kind": entry.kind, "problem": str(error)})

    def end(self) -> Iterator[Reason]:
        """Yield what shows only after the last entry."""
        yield from self._signed()
        for checkpoint in (self._next, *self._checkpoints) if self._next is not None else ():
            where = {"seq": checkpoint.size, "subject": f"checkpoint:{checkpoint.size}"}
            yield Reason("audit_checkpoint", {**where, "problem": f"the tree has {self._tree.size} leaves"})
        for heads in self._noted.values():
            for head in heads:
                if (head.size, head.root) != (0, EMPTY.hex()):
                    yield Reason("audit_head", {"seq": head.size, "sha256": head.root, "subject": "checkpoint"})
        for entry in self._unopened:
            if entry.seq not in self._destroyed or not self._of_people(entry):
                yield Reason("audit_opening_missing", {"seq": entry.place, "subject": entry.subject})
        yield from self._nodes()
        yield from _loose(self._session)
        yield from _pseudonyms(self._session, self._forgotten)

    def _of_people(self, entry: Entry) -> bool:
        """Return whether what an event seals may be destroyed: what is said of people, and of nothing else."""
        what, _, which = str(entry.told.get("subject", "")).partition(":")
        return which in self._forgotten if what == "person" else what in ("token", "rows")

    def _nodes(self) -> Iterator[Reason]:
        """Yield what is wrong with the stored hashes of whole tiles."""
        expected = {
            (level, at): one.hex()
            for level, hashes in enumerate(self._levels)
            if level
            for at, one in enumerate(hashes)
        }
        for level, position, sha256 in self._session.execute(select(LogNode.level, LogNode.position, LogNode.sha256)):
            if expected.pop((level, position), None) != sha256:
                yield Reason("audit_node", {"seq": "-", "subject": f"node:{level}/{position}"})
        for level, position in expected:
            yield Reason("audit_node", {"seq": "-", "subject": f"node:{level}/{position}"})


def _stored(kind: type[LogCheckpoint]) -> Any:
    return select(kind).order_by(kind.size).execution_options(yield_per=ROWS)


def _hexadecimal(salt: str) -> str:
    return salt if len(salt) % 2 == 0 and set(salt) <= set("0123456789abcdef") else ""


def _loose(session: Session) -> Iterator[Reason]:
    """Yield events that are in the tree nowhere and do not wait for it, and what waits without being there."""
    inside = select(LogLeaf.seq).where(LogLeaf.seq == Event.seq).exists()
    waiting = select(LogPending.seq).where(LogPending.seq == Event.seq).exists()
    for seq, subject in session.execute(select(Event.seq, Event.subject).where(~inside, ~waiting)):
        yield Reason("audit_event_loose", {"seq": f"({seq})", "subject": subject})
    known = select(Event.seq).where(Event.seq == LogPending.seq).exists()
    both = select(LogLeaf.seq).where(LogLeaf.seq == LogPending.seq).exists()
    for seq in session.scalars(select(LogPending.seq).where(~known | both)):
        yield Reason("audit_event_loose", {"seq": f"({seq})", "subject": "log:pending"})


def _pseudonyms(session: Session, forgotten: Set[str]) -> Iterator[Reason]:
    """Yield pseudonyms that are not what their salt makes of an id; of people who were forgotten it was destroyed."""
    for row in session.scalars(select(Pseudonym)):
        if row.salt == "" and row.name in forgotten:
            continue
        if pseudonym(row.salt, row.person_id) != row.name:
            yield Reason("audit_pseudonym", {"seq": "-", "subject": f"pseudonym:{row.name[:12]}"})


def count_entries(session: Session) -> int:
    """Return how many entries there are, in the tree or waiting for it."""
    return size_of(session) + (session.scalar(select(func.count()).select_from(LogPending)) or 0)

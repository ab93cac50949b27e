"""A published file becomes an election's second source, all of it or nothing.

It is read as `chasil compare` reads it: a station at a time, hostile until proven otherwise, into a work file beside
the database. Only what is a field of the election's form goes on from there. The file itself is not kept, its SHA-256
is; the snapshot before stays known with all that it said.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.comparison.mapping import PublishedMapping
from api.comparison.published import SEEN, Fault
from api.comparison.snapshot import described, take_snapshot
from api.comparison.work import Work
from api.core.context import Records
from api.core.copying import copy_rows
from api.db.published_tables import PublishedSnapshot, PublishedStation
from api.db.states import SnapshotState
from api.db.tables import Election
from api.db.types import new_id, now
from api.ledger.append import record_event
from api.publication.figures import Figures, current_snapshot, digest_of
from api.tabulation.elections import election_for
from pipeline.documents.names import printable
from pipeline.errors import UsageError
from pipeline.forms import known_forms

MOST_STATIONS = 2_000_000
"""Stations and faults of one file: more than twice as many as any election of Indonesia has had."""

EXAMPLES = 20
"""Faults that are kept with what was seen; all are counted."""

LONGEST = 40
"""Characters of a time that somebody states."""

UNKNOWN_FIELD = "field_unknown"

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Given:
    """What is said of a published file.

    Attributes:
        name: As it is called.
        election: Of which election; None for the main one.
        actor: Id of who imports it.
        mapping: What its columns and pairs mean.
        taken_at: When it was fetched from its publisher, as who imports it says.

    """

    name: str
    actor: str
    election: str | None = None
    mapping: PublishedMapping = field(default_factory=PublishedMapping)
    taken_at: str | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of a file: which it was, what in it is faulty, and the hash of what is taken from it."""

    described: Mapping[str, Any]
    fields: frozenset[str]
    faults: Mapping[str, int]
    examples: list[dict[str, str]]
    numbers: int
    figures: str


def import_published(
    records: Records, path: Path, given: Given, scratch: Path, advance: Progress = lambda _count: None
) -> tuple[PublishedSnapshot, bool]:
    """Import a published file; return its snapshot, and whether anything changed: the same file again changes nothing.

    Args:
        records: What the service remembers.
        path: The file, or a folder of the commission's JSON files.
        given: What is said of it.
        scratch: A folder in which a work file of about the file's size may lie meanwhile.
        advance: Called with how many further stations and faults have come in.

    Raises:
        UsageError: What the readers of published files and `election_for` raise; `published_empty`,
            `published_too_many`, `published_time`.

    """
    taken_at = _time(given.taken_at)
    with records.database.reading() as session:
        election = election_for(session, given.election, aside=True)
    with (
        tempfile.TemporaryDirectory(prefix="published-", dir=scratch) as folder,
        closing(Work(Path(folder) / "work.sqlite")) as work,
    ):
        take_snapshot(work, path, given.mapping, taken_at, _at_most(advance))
        read = _read(work, fields_of(records, election))
        if not read.numbers:
            raise UsageError("published_empty", path=given.name, faults=sum(read.faults.values()))
        with records.database.writing() as session:
            return _keep(session, election.id, work, read, given)


def fields_of(records: Records, election: Election) -> frozenset[str]:
    """Return the fields of an election's form: of its last variant, which has every number that the others have."""
    known = known_forms(records.forms)
    family = next((form.family for form in known if form.id == election.form_id), None)
    last = [form.id for form in known if form.family == family][-1:]
    return frozenset(number.name for form in last for page in records.forms[form].pages for number in page.numbers)


def _at_most(advance: Progress) -> Progress:
    """Count what comes in, and stop where no election is so large."""
    seen = 0

    def counted(count: int) -> None:
        nonlocal seen
        seen += count
        if seen > MOST_STATIONS:
            raise UsageError("published_too_many", limit=MOST_STATIONS)
        advance(count)

    return counted


def _read(work: Work, fields: frozenset[str]) -> _Read:
    """Go over all stations once."""
    strange: Counter[str] = Counter()
    numbers = 0

    def counted() -> Iterator[Figures]:
        nonlocal numbers
        for one in work.stations():
            strange.update(name for name in one.numbers if name not in fields)
            kept = _kept(one.numbers, fields)
            numbers += len(kept)
            if kept:
                yield one.code, kept, _plain(one.at)

    figures = digest_of(counted())
    counts, faults = work.faults()
    unknown = sum(strange.values())
    named = [Fault("-", UNKNOWN_FIELD, name) for name, _ in strange.most_common(EXAMPLES)]
    examples = [{"place": _short(one.place), "code": one.code, "seen": _short(one.seen)} for one in (*named, *faults)]
    faults_by = {**counts, **({UNKNOWN_FIELD: unknown} if unknown else {})}
    return _Read(described(work), fields, faults_by, examples[:EXAMPLES], numbers, figures)


def _keep(session: Session, election: str, work: Work, read: _Read, given: Given) -> tuple[PublishedSnapshot, bool]:
    """Write a snapshot and what it says; the one before is replaced by it."""
    session.execute(select(Election.id).where(Election.id == election).with_for_update())  # one import after the other
    before = current_snapshot(session, election)
    if before is not None and (before.sha256, before.figures) == (read.described["sha256"], read.figures):
        return before, False
    snapshot = _snapshot(election, read, given)
    if before is not None:
        before.state, before.replaced_at = SnapshotState.REPLACED, snapshot.imported_at
    session.add(snapshot)
    session.flush()
    rows = (
        (snapshot.id, one.code, json.dumps(kept), _plain(one.at))
        for one in work.stations()
        if (kept := _kept(one.numbers, read.fields))
    )
    columns = ("snapshot_id", "station", "numbers", "at")
    snapshot.stations = copy_rows(session.connection(), PublishedStation.__tablename__, columns, rows)
    body = {
        "election": election,
        "snapshot": snapshot.id,
        "sha256": snapshot.sha256,
        "figures": snapshot.figures,
        "stations": snapshot.stations,
        "numbers": snapshot.numbers,
        "replaces": None if before is None else before.id,
    }
    record_event(session, "published_imported", given.actor, f"election:{election}", body)
    return snapshot, True


def _snapshot(election: str, read: _Read, given: Given) -> PublishedSnapshot:
    return PublishedSnapshot(
        id=new_id(),
        election_id=election,
        name=_short(printable(given.name)),
        sha256=read.described["sha256"],
        mapping=given.mapping.model_dump(mode="json", exclude_defaults=True),
        taken_at=_time(given.taken_at),
        first=_plain(read.described["first"]),
        last=_plain(read.described["last"]),
        stations=0,
        numbers=read.numbers,
        faults=dict(read.faults),
        examples=read.examples,
        figures=read.figures,
        state=SnapshotState.CURRENT,
        imported_at=now(),
        imported_by=given.actor,
        replaced_at=None,
    )


def _kept(numbers: Mapping[str, int], fields: frozenset[str]) -> dict[str, int]:
    return {name: value for name, value in numbers.items() if name in fields}


def _plain(text: str | None) -> str | None:
    """Return what somebody states of a time as every column takes it: short, and without signs that nobody sees."""
    return None if text is None else printable(text)[:LONGEST]


def _short(text: str) -> str:
    return printable(text)[:SEEN]


def _time(given: str | None) -> str | None:
    """Return when a file was taken, as whoever imports it says.

    Raises:
        UsageError: `published_time`.

    """
    if given is None or not given.strip():
        return None
    if len(given) > LONGEST or printable(given) != given:
        raise UsageError("published_time", seen=printable(given)[:LONGEST], limit=LONGEST)
    return given.strip()

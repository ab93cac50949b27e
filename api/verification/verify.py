"""Verify everything that is remembered: the log, every row, every original, every sum.

    entries   the log is whole: each entry is what its leaf says, each leaf what the tree says, the tree what is signed
    replay    what the rows must be, by the log alone
    effects   an event does what its kind may do, and nothing else
    decisions a decision says what its kind can say, of its author's own number
    rights    whoever did something was allowed it, at that time
    actors    who recorded it does so, and is whom the rows name
    standing  what counts is what was decided last
    policy    the threshold is only raised, and nothing begins to count below it
    two_readers  what people typed from a whole picture counts once two have read it
    signatures  whoever signs has signed it
    rows      every column of every row is so, and everything that the log tells of has its row
    machine   what the machine says follows from its readings
    published what is published is what was imported, and what became of it follows from the numbers
    then      every sum is what the numbers add up to, every original hashes to its name, and none is there besides

What nobody can find from inside: whoever owns database and key can write a new history from some point on, with
everything that hangs on it. A checkpoint that somebody else has kept or cosigned, given back as `noted`, shows it.
"""

from collections.abc import Callable, Iterator

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from api.core.context import Records
from api.core.originals import OriginalError, Originals
from api.db.log_tables import ChainEvent
from api.db.tables import Document, Original, StationCount
from api.ledger.kinds import CHAIN_CLOSED
from api.tabulation.recount import recount
from api.verification.actors import ActorsCheck
from api.verification.chain import check_chain
from api.verification.decisions import DecisionCheck
from api.verification.effects import EffectsCheck
from api.verification.entries import ROWS, Entry, EntryCheck, Head, count_entries, entries
from api.verification.machine import check_machine, work_of_machine
from api.verification.policy import PolicyCheck
from api.verification.published import check_published, work_of_published
from api.verification.replay import Change, Replay
from api.verification.rights import Rights
from api.verification.rows import check_rows, row_changed, told_tables
from api.verification.signatures import Signatures, Tally
from api.verification.standing import StandingCheck
from api.verification.two_readers import TwoReaders
from pipeline.reasons import Reason

Progress = Callable[[int], None]


def work_of(records: Records, *, originals: bool = True) -> int:
    """Return how many steps a verification takes."""
    tables = (*told_tables(), StationCount, ChainEvent, *((Original,) if originals else ()))
    with records.database.reading() as session:
        rows = sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)
        return rows + count_entries(session) + work_of_machine(session) + work_of_published(session)


def verify(
    records: Records,
    *noted: Head,
    originals: bool = True,
    progress: Progress = lambda _steps: None,
    kept: int | None = None,
    tally: Callable[[Tally], None] = lambda _tally: None,
) -> Iterator[Reason]:
    """Yield everything that is wrong, in one state of the database.

    Args:
        records: What is remembered.
        *noted: Roots that somebody noted earlier; the tree must still have each.
        originals: Whether every original is fetched and hashed too, which takes longest.
        progress: Told how many steps were taken.
        kept: Leaves under the newest checkpoint that somebody else has kept: of the keys that were confirmed since,
            only those count that a key from before vouches for.
        tally: Told how many decisions are signed.

    """
    with records.database.reading() as session, Replay() as replay:
        signatures = Signatures(replay, kept)
        yield from _log(session, replay, signatures, noted, progress)
        tally(signatures.tally)
        yield from check_rows(session, replay, lambda: progress(1))
        yield from check_machine(session, records, lambda: progress(1))
        yield from check_published(session, records, lambda: progress(1))
        yield from _sums(session, progress)
        yield from _counted_documents(session)
        if originals:
            yield from _originals(session, records.originals, progress)


def _log(
    session: Session, replay: Replay, signatures: Signatures, noted: tuple[Head, ...], progress: Progress
) -> Iterator[Reason]:
    check = EntryCheck(session, noted)
    standing = StandingCheck(replay)
    held = (
        EffectsCheck(),
        ActorsCheck(),
        PolicyCheck(),
        DecisionCheck(replay),
        standing,
        Rights(replay),
        TwoReaders(replay),
        signatures,
    )
    closed: Entry | None = None
    for entry in entries(session):
        progress(1)
        if isinstance(entry, int):
            yield Reason("audit_gap", {"seq": entry, "subject": "event", "before": entry, "after": entry + 1})
            continue
        if entry.kind == CHAIN_CLOSED:
            closed = closed or entry
        changes: list[Change] = []
        yield from _understood(entry, check.check(entry))
        yield from _understood(entry, replay.play(entry, changes))
        for one in held:
            yield from _understood(entry, one.check(entry, changes))
    yield from check.end()
    yield from standing.end()
    yield from check_chain(session, closed, lambda: progress(1))


def _understood(entry: Entry, found: Iterator[Reason]) -> Iterator[Reason]:
    """Yield what was found; an event of a shape that no program writes is a finding too, and the walk goes on."""
    try:
        yield from found
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, ArithmeticError) as error:
        told = {"seq": entry.place, "subject": entry.subject, "kind": entry.kind, "problem": repr(error)[:80]}
        yield Reason("audit_body", told)


def _sums(session: Session, progress: Progress) -> Iterator[Reason]:
    try:
        for one in recount(session, progress):
            told = {"seen": one.kept, "expected": one.counted, "item": one.item}
            yield Reason("audit_sum_differs", {"seq": "-", "subject": f"sum:{one.election}/{one.region}", **told})
    except (ValueError, TypeError, KeyError, AttributeError) as error:  # rows of a shape that no program writes
        yield Reason("audit_sum_unreadable", {"seq": "-", "subject": "sum:", "problem": repr(error)[:80]})


def _counted_documents(session: Session) -> Iterator[Reason]:
    """What a station adds is added by the document that is filed there."""
    here = (Document.election_id == StationCount.election_id, Document.station == StationCount.station)
    asked = select(StationCount.election_id, StationCount.station, StationCount.document_id, Document.id)
    rows = asked.outerjoin(Document, and_(*here, Document.moved_to.is_(None)))
    for election, station, seen, expected in session.execute(rows.execution_options(yield_per=ROWS)):
        if seen != expected:
            yield row_changed(f"sum:{election}/{station}", "document_id", seen, expected)


def _originals(session: Session, store: Originals, progress: Progress) -> Iterator[Reason]:
    """Every original is there and is what its name says, and the store has none besides."""
    known = set()
    names = select(Original.sha256, Original.size).order_by(Original.sha256).execution_options(yield_per=1000)
    for sha256, size in session.execute(names):
        known.add(bytes.fromhex(sha256) if len(sha256) == 64 else sha256.encode())
        where = {"seq": "-", "subject": f"original:{sha256}"}
        try:
            data = store.fetch(sha256)
        except OriginalError as error:
            yield Reason(f"audit_{error.code}", {**where, "seen": error.reason.values.get("seen", "-")})
        else:
            if len(data) != size:
                yield row_changed(where["subject"], "size", size, len(data))
        progress(1)
    for sha256 in store.names():
        if bytes.fromhex(sha256) not in known:
            yield Reason("audit_original_unknown", {"seq": "-", "subject": f"original:{sha256}"})

"""Verify everything that is remembered: the links of the chain, every row, every original, every sum.

    links     the chain is whole and in its order
    replay    what the rows must be, by the events alone
    rows      every row is so, and every event has its row
    then      every sum is what the numbers add up to, and every original hashes to its name

What nobody can find from inside: a history that was cut at its end together with all its rows, or rewritten from some
point on with everything that hangs on it. For that, note the head now and then (or keep a signed export elsewhere) and
give it back as `noted`.
"""

from collections.abc import Callable, Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.core.context import Records
from api.core.originals import OriginalError, Originals
from api.db.tables import (
    Decision,
    Document,
    Election,
    ElectionSetting,
    Event,
    FormVersion,
    Number,
    Original,
    Page,
    Reading,
    StationCount,
)
from api.tabulation.recount import recount
from api.verification.links import Head, LinkCheck, links
from api.verification.replay import Replay
from api.verification.rows import check_rows
from pipeline.reasons import Reason

_COUNTED = (Event, FormVersion, Election, ElectionSetting, Document, Page, Reading, Decision, Number, StationCount)

Progress = Callable[[int], None]


def work_of(records: Records, *, originals: bool = True) -> int:
    """Return how many steps a verification takes."""
    tables = (*_COUNTED, Original) if originals else _COUNTED
    with records.database.reading() as session:
        return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def verify(
    records: Records, *noted: Head, originals: bool = True, progress: Progress = lambda _steps: None
) -> Iterator[Reason]:
    """Yield everything that is wrong, in one state of the database.

    Args:
        records: What is remembered.
        *noted: Links that somebody noted earlier; each must still be there.
        originals: Whether every original is fetched and hashed too, which takes longest.
        progress: Told how many steps were taken.

    """
    with records.database.reading() as session, Replay() as replay:
        yield from _chain(session, replay, noted, progress)
        yield from check_rows(session, replay, lambda: progress(1))
        yield from _sums(session, progress)
        if originals:
            yield from _originals(session, records.originals, progress)


def _chain(session: Session, replay: Replay, noted: tuple[Head, ...], progress: Progress) -> Iterator[Reason]:
    check = LinkCheck(*noted)
    for link in links(session):
        yield from check.check(link)
        yield from replay.play(link)
        progress(1)
    yield from check.end()


def _sums(session: Session, progress: Progress) -> Iterator[Reason]:
    for one in recount(session, progress):
        told = {"seen": one.kept, "expected": one.counted, "item": one.item}
        yield Reason("audit_sum_differs", {"seq": "-", "subject": f"sum:{one.election}/{one.region}", **told})


def _originals(session: Session, store: Originals, progress: Progress) -> Iterator[Reason]:
    names = select(Original.sha256).order_by(Original.sha256).execution_options(yield_per=1000)
    for sha256 in session.scalars(names):
        try:
            store.fetch(sha256)
        except OriginalError as error:
            told = {"seq": "-", "subject": f"original:{sha256}", "seen": error.reason.values.get("seen", "-")}
            yield Reason(f"audit_{error.code}", told)
        progress(1)

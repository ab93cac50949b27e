"""Published figures are those that were imported, by their hash in the log; verdicts follow from them and the numbers.

A station whose document has changed since it was judged waits to be judged again: nothing is shown of it, and nothing
is compared here.
"""

from collections.abc import Callable, Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.published_tables import PublishedJudged, PublishedSnapshot, PublishedStation, PublishedVerdict
from api.db.tables import Document
from api.publication.figures import digest_of, figures_of
from api.publication.judging import judge, judged_row, verdict_rows
from api.verification.rows import row_changed
from pipeline.reasons import Reason

Step = Callable[[], None]

CONTENT = "content"
"""What a finding calls the columns that are hashed together."""

_ROWS = 200
_VERDICT = tuple(column.name for column in PublishedVerdict.__table__.columns)
_COUNTS = tuple(
    column.name for column in PublishedJudged.__table__.columns if column.name not in ("at", "version", "document_id")
)


def check_published(session: Session, records: Records, step: Step) -> Iterator[Reason]:
    """Yield published figures that are not those that were imported, and verdicts that do not follow.

    Args:
        session: A reading session.
        records: Forms and the threshold.
        step: Called after every snapshot and every judged station.

    """
    snapshots = session.execute(select(PublishedSnapshot.id, PublishedSnapshot.figures)).all()
    for snapshot, expected in snapshots:
        try:
            seen = digest_of(figures_of(session, snapshot))
        except (TypeError, ValueError) as error:  # a value of a shape that no program writes
            seen = repr(error)[:40]
        if seen != expected:
            yield row_changed(f"published_station:{snapshot}", CONTENT, seen, expected)
        step()
    known = {snapshot for snapshot, _ in snapshots}
    for table in (PublishedStation, PublishedVerdict, PublishedJudged):
        for snapshot in session.scalars(select(table.snapshot_id).distinct()):
            if snapshot not in known:
                yield _unknown(f"{table.__tablename__}:{snapshot}")
    yield from _verdicts(session, records, step)


def work_of_published(session: Session) -> int:
    """Return how many steps that takes."""
    tables = (PublishedSnapshot, PublishedJudged)
    return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def _verdicts(session: Session, records: Records, step: Step) -> Iterator[Reason]:
    place = (PublishedVerdict.snapshot_id == PublishedJudged.snapshot_id) & (
        PublishedVerdict.station == PublishedJudged.station
    )
    alone = select(PublishedVerdict.snapshot_id, PublishedVerdict.station).where(
        ~select(PublishedJudged.station).where(place).exists()
    )
    for snapshot, station in session.execute(alone.distinct()):
        yield _unknown(f"published_verdict:{snapshot}/{station}")
    judged = select(PublishedJudged).order_by(PublishedJudged.snapshot_id, PublishedJudged.station)
    for row in session.scalars(judged.execution_options(yield_per=_ROWS)):
        yield from _station(session, records, row)
        session.expunge(row)
        step()


def _station(session: Session, records: Records, row: PublishedJudged) -> Iterator[Reason]:
    """Judge one station anew, and hold what was judged of it against that."""
    document = session.get(Document, row.document_id)
    published = session.get(PublishedStation, (row.snapshot_id, row.station))
    if published is None or document is None or not _as_judged(document, row):
        return
    where = f"{row.snapshot_id}/{row.station}"
    try:
        again = judge(session, records, document, row.station, published.numbers)
    except (TypeError, ValueError, KeyError, AttributeError) as error:  # rows of a shape that no program writes
        yield row_changed(f"published_judged:{where}", CONTENT, repr(error)[:40], "?")
        return
    yield from _compared(f"published_judged:{where}", _COUNTS, row, judged_row(row.snapshot_id, again))
    expected = {one.field: one for one in verdict_rows(row.snapshot_id, again)}
    here = (PublishedVerdict.snapshot_id == row.snapshot_id, PublishedVerdict.station == row.station)
    for seen in session.scalars(select(PublishedVerdict).where(*here)).all():
        subject = f"published_verdict:{where}/{seen.field}"
        known = expected.pop(seen.field, None)
        if known is None:
            yield _unknown(subject)
        else:
            yield from _compared(subject, _VERDICT, seen, known)
        session.expunge(seen)
    for name in expected:
        yield Reason("audit_row_missing", {"seq": "-", "subject": f"published_verdict:{where}/{name}"})


def _as_judged(document: Document, row: PublishedJudged) -> bool:
    """Return whether a document is as it was judged."""
    here = document.moved_to is None and document.station == row.station
    return here and document.version == row.version


def _compared(subject: str, columns: tuple[str, ...], seen: object, expected: object) -> Iterator[Reason]:
    for column in columns:
        if getattr(seen, column) != getattr(expected, column):
            yield row_changed(subject, column, getattr(seen, column), getattr(expected, column))


def _unknown(subject: str) -> Reason:
    return Reason("audit_row_unknown", {"seq": "-", "subject": subject})

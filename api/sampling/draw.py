"""Draw a random sample of the numbers that the machine accepted, to be read blind.

The accepted numbers are put in the order of their stations and cut into as many runs of equal size as are to be drawn;
one is drawn from each. So every number has the same chance, and every region has its share of the sample to within one:
the sample is stratified at every level of regions at once. Seed and size are in the log before anybody reads, so that
whoever doubts can draw it again. A seed that was made in public (dice, the value of a beacon) names the checkpoint of
the log after which it was made: documents that were decided or moved since are left out, so that nobody who knows the
seed can add to what is drawn from.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from api.db.log_tables import Event, LogCheckpoint, LogLeaf, LogPending
from api.db.review_tables import ReviewAudit, ReviewItem
from api.db.states import ItemKind, NumberState
from api.db.tables import Document, Number
from api.db.types import new_id
from api.ledger.append import record_event
from api.ledger.log import newest_checkpoint
from api.regions.codes import LEVELS, inside
from api.sampling.lottery import METHOD, drawn, reading_order
from pipeline.errors import ConflictError

CHANGING = ("document_decided", "pages_moved")
"""Events that change which numbers of a document are accepted, or where it is filed."""

Key = tuple[str, str, str]
"""Station, document and field of a number."""


def draw_audit(
    session: Session,
    person: str,
    region: str,
    size: int,
    seed: int,
    target: float,
    confidence: float,
    checkpoint: int | None = None,
) -> ReviewAudit:
    """Draw a sample and make its items; return the audit.

    Args:
        session: A writing session.
        person: Who asks for it.
        region: Where the numbers are.
        size: How many to draw; all where there are fewer.
        seed: What chance begins with, 0 to 2 ** 53.
        target: Share of wrong numbers that is allowed.
        confidence: Of the statement.
        checkpoint: Size of the checkpoint after which the seed was made in public; None where it was not.

    Raises:
        ConflictError: `audit_nothing` or `audit_checkpoint_unknown`.

    """
    fixed = _fixed(session, checkpoint)
    sizes, sample = _drawn(session, region, size, str(seed), checkpoint)
    samples = Counter(stratum_of(station, region) for station, _, _ in sample)
    audit = ReviewAudit(
        id=new_id(),
        person_id=person,
        region=region,
        seed=seed,
        size=len(sample),
        population=sum(sizes.values()),
        confidence=confidence,
        target=target,
        strata={code: [sizes[code], samples[code]] for code in sorted(sizes)},
    )
    session.add(audit)
    session.flush()
    _make_items(session, audit, sample)
    record_event(session, "audit_drawn", person, f"audit:{audit.id}", _body(audit, sample, fixed, checkpoint))
    return audit


def stratum_of(station: str, region: str) -> str:
    """Return the region below `region` that a station lies in: what a statement is also made for."""
    digits = sorted(LEVELS)
    below = digits[min(digits.index(len(region)) + 1, len(digits) - 1)]
    return station[:below]


def _fixed(session: Session, checkpoint: int | None) -> LogCheckpoint | None:
    """Return the checkpoint that the numbers are taken from: the one that is named, else the newest."""
    newest = newest_checkpoint(session)
    named = newest if checkpoint is None else session.get(LogCheckpoint, checkpoint)
    if named is None and checkpoint is not None:
        raise ConflictError("audit_checkpoint_unknown", checkpoint=checkpoint, newest=newest.size if newest else 0)
    return named


def _changed_since(checkpoint: int) -> Select[str]:
    """Return a query of the subjects of documents that were decided or moved by events after a checkpoint."""
    waiting = select(Event.subject, Event.kind).join(LogPending, LogPending.seq == Event.seq)
    later = select(Event.subject, Event.kind).join(LogLeaf, LogLeaf.seq == Event.seq)
    since = union_all(waiting, later.where(LogLeaf.position >= checkpoint)).subquery()
    return select(since.c.subject).where(since.c.kind.in_(CHANGING))


def _drawn(
    session: Session, region: str, size: int, seed: str, checkpoint: int | None
) -> tuple[Counter[str], list[Key]]:
    """Return how many numbers each stratum has that the machine has accepted and nobody has touched, and the sample.

    One statement counts and lists them, so that both are of one state. Numbers without a station have no region yet.
    """
    order: tuple[Any, ...] = (Document.station, Number.document_id, Number.field)
    query = select(*order, func.count().over()).join(Document, Document.id == Number.document_id)
    known = (Number.state == NumberState.ACCEPTED, Document.station.is_not(None), Document.moved_to.is_(None))
    listed = query.where(*known, inside(Document.station.expression, region)).order_by(*order)
    if checkpoint is not None:
        listed = listed.where((literal("document:") + Document.id).not_in(_changed_since(checkpoint)))
    sizes: Counter[str] = Counter()
    with session.execute(listed.execution_options(yield_per=5000)) as rows:
        first = next(rows, None)
        if first is None:
            raise ConflictError("audit_nothing", region=region)
        keys = ((row[0], row[1], row[2]) for row in chain((first,), rows))
        return sizes, list(drawn(_counted(keys, sizes, region), name_of, first[3], size, seed))


def name_of(key: Key) -> str:
    """Return the name of a number, as its ticket is drawn by."""
    return f"{key[1]}/{key[2]}"


def _counted(keys: Iterator[Key], sizes: Counter[str], region: str) -> Iterator[Key]:
    """Yield the numbers, and count into `sizes` how many each stratum has."""
    for key in keys:
        sizes[stratum_of(key[0], region)] += 1
        yield key


def _make_items(session: Session, audit: ReviewAudit, sample: list[Key]) -> None:
    """Make the items in an order of chance, so that those read first are a fair sample of all."""
    places = reading_order([name_of(key) for key in sample], str(audit.seed))
    for place, (station, document, field) in zip(places, sample, strict=True):
        number = session.get_one(Number, (document, field))
        form = session.get_one(Document, document).form_id
        session.add(
            ReviewItem(
                kind=ItemKind.AUDIT,
                document_id=document,
                field=field,
                station=station,
                form_id=form,
                audit_id=audit.id,
                place=place,
                expected=number.final_boxes,
                harm=0.0,
            )
        )
    session.flush()


def _body(
    audit: ReviewAudit, sample: list[Key], fixed: LogCheckpoint | None, checkpoint: int | None
) -> dict[str, object]:
    text = "\n".join(map(name_of, sample))
    return {
        "audit": audit.id,
        "region": audit.region,
        "seed": audit.seed,
        "size": audit.size,
        "population": audit.population,
        "target": audit.target,
        "confidence": audit.confidence,
        "method": METHOD,
        "checkpoint": {"size": fixed.size, "root": fixed.root} if fixed else None,
        "seed_after_checkpoint": checkpoint is not None,
        "sample": hashlib.sha256(text.encode()).hexdigest(),
    }

"""Raise the acceptance threshold while the service runs, as when an audit has failed.

It takes effect on every document that is decided from then on. Documents that hold a number which the machine accepted
below the new threshold are decided again, one transaction each; what people decided stays. It is never lowered here:
the threshold that came with the model was chosen on calibration data.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.review_tables import PolicyValue
from api.db.states import NumberState
from api.db.tables import Document, Number
from api.db.types import now
from api.documents.decide import ACCEPTANCE_THRESHOLD, redecide, threshold_now
from api.ledger.append import record_event
from pipeline.errors import UsageError


def raise_threshold(session: Session, stored: float, wanted: float, person: str) -> float:
    """Set a higher threshold; return it.

    Raises:
        UsageError: `threshold_lower`.

    """
    before = threshold_now(session, stored)
    if not before < wanted < 1:
        raise UsageError("threshold_lower", now=before, wanted=wanted)
    known = session.get(PolicyValue, ACCEPTANCE_THRESHOLD) or PolicyValue(name=ACCEPTANCE_THRESHOLD)
    known.value, known.person_id, known.at = wanted, person, now()
    session.add(known)
    record_event(session, "threshold_raised", person, f"setting:{ACCEPTANCE_THRESHOLD}", {"from": before, "to": wanted})
    return wanted


def documents_accepted_below(session: Session, threshold: float) -> list[str]:
    """Return the documents with a number that the machine accepted below a threshold."""
    wanted = (
        select(Number.document_id).where(Number.state == NumberState.ACCEPTED, Number.confidence < threshold).distinct()
    )
    alive = select(Document.id).where(Document.id.in_(wanted), Document.moved_to.is_(None))
    return list(session.scalars(alive.order_by(Document.id)))


def redecide_below(records: Records, threshold: float) -> int:
    """Decide every such document again, one transaction each; return how many there were."""
    with records.database.reading() as session:
        found = documents_accepted_below(session, threshold)
    for document_id in found:
        with records.database.writing() as session:
            redecide(session, records, session.get_one(Document, document_id))
    return len(found)

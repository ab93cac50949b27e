"""The acceptance threshold may be raised while the service runs, as when an audit has failed.

It takes effect on every document that is decided from then on. Documents that hold a number which the machine accepted
below the new threshold are decided again, one transaction each; what people decided stays. It is never lowered here:
the threshold that came with the model was chosen on calibration data.
"""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.audit.chain import record_event
from api.db.review_tables import PolicyValue
from api.db.tables import Document, Number
from api.db.types import now
from pipeline.decision.acceptance import unsure
from pipeline.errors import UsageError

NAME = "acceptance_threshold"


def threshold_now(session: Session, stored: float) -> float:
    """Return the threshold in force: the model's, or a higher one that people set."""
    known = session.get(PolicyValue, NAME)
    return stored if known is None else max(stored, known.value)


def raise_threshold(session: Session, stored: float, wanted: float, person: str) -> float:
    """Set a higher threshold; return it.

    Raises:
        UsageError: `threshold_lower`.

    """
    before = threshold_now(session, stored)
    if not before < wanted < 1:
        raise UsageError("threshold_lower", now=before, wanted=wanted)
    known = session.get(PolicyValue, NAME) or PolicyValue(name=NAME)
    known.value, known.person_id, known.at = wanted, person, now()
    session.add(known)
    record_event(session, "threshold_raised", person, f"setting:{NAME}", {"from": before, "to": wanted})
    return wanted


def hold_back(session: Session, numbers: Iterable[Number], stored: float) -> None:
    """Send numbers that the model's own threshold accepts, and the raised one does not, to review."""
    limit = threshold_now(session, stored)
    if limit <= stored:
        return
    for number in numbers:
        if number.outcome == "accepted" and number.confidence < limit:
            number.outcome = "review"
            number.reasons = [*number.reasons, unsure(number.boxes, number.confidence, limit).to_json()]
            if number.decision_id is None:
                number.state, number.final = "review", None


def below(session: Session, threshold: float) -> list[str]:
    """Return the documents with a number that the machine accepted below a threshold."""
    wanted = select(Number.document_id).where(Number.state == "accepted", Number.confidence < threshold).distinct()
    alive = select(Document.id).where(Document.id.in_(wanted), Document.moved_to.is_(None))
    return list(session.scalars(alive.order_by(Document.id)))

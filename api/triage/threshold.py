"""The acceptance threshold in force: the model's, or a higher one that people set while the service runs."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from api.db.review_tables import PolicyValue
from api.db.states import NumberState
from api.db.tables import Number
from pipeline.decision.acceptance import unsure

NAME = "acceptance_threshold"


def threshold_now(session: Session, stored: float) -> float:
    """Return the threshold in force: the model's, or a higher one that people set."""
    known = session.get(PolicyValue, NAME)
    return stored if known is None else max(stored, known.value)


def apply_raised_threshold(session: Session, numbers: Iterable[Number], stored: float) -> None:
    """Send numbers that the model's own threshold accepts, and the raised one does not, to review."""
    limit = threshold_now(session, stored)
    if limit <= stored:
        return
    for number in numbers:
        if number.outcome == "accepted" and number.confidence < limit:
            number.outcome = "review"
            number.reasons = [*number.reasons, unsure(number.boxes, number.confidence, limit).to_json()]
            if number.decision_id is None:
                number.state, number.final = NumberState.REVIEW, None

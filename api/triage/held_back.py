"""Numbers that the machine accepts and people look at all the same: a raised threshold, or a contested station.

Of a file that is claimed for several polling stations no number counts until a senior has settled it. Deciding them
would not help: what is open is not what the ink says, but whose it is. So they wait without an item at the desk, and no
decision about them is taken.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.claim_tables import StationConflict
from api.db.review_tables import PolicyValue
from api.db.states import ConflictState, NumberState
from api.db.tables import Number, Page
from pipeline.decision.acceptance import unsure
from pipeline.reasons import Reason

CONTESTED = "station_contested"

ACCEPTANCE_THRESHOLD = "acceptance_threshold"
"""The name of the threshold among the values that people set."""


def hold_back(session: Session, document_id: str, numbers: Sequence[Number], stored: float) -> frozenset[str]:
    """Send numbers of a document that the machine accepted to review where they must not count yet.

    Args:
        session: A writing session.
        document_id: The document.
        numbers: All its numbers, as the machine has just decided them.
        stored: The model's own threshold.

    Returns:
        Its contested pages.

    """
    limit = threshold_now(session, stored)
    for number in numbers if limit > stored else ():
        if number.outcome == "accepted" and number.confidence < limit:
            _to_review(number, unsure(number.boxes, number.confidence, limit))
    contested = contested_pages(session, document_id)
    for number in numbers:
        if number.page_id in contested:
            _to_review(number, Reason(CONTESTED))
    return contested


def threshold_now(session: Session, stored: float) -> float:
    """Return the acceptance threshold in force: the model's, or a higher one that people set."""
    known = session.get(PolicyValue, ACCEPTANCE_THRESHOLD)
    return stored if known is None else max(stored, known.value)


def contested_pages(session: Session, document_id: str) -> frozenset[str]:
    """Return the pages of a document of whose file it is not settled which station it is of."""
    pages = (
        select(Page.id)
        .join(StationConflict, StationConflict.original == Page.original)
        .where(Page.document_id == document_id, StationConflict.state == ConflictState.OPEN, StationConflict.suspends)
    )
    return frozenset(session.scalars(pages))


def _to_review(number: Number, reason: Reason) -> None:
    number.outcome = "review"
    number.reasons = [*number.reasons, reason.to_json()]
    if number.decision_id is None:
        number.state, number.final = NumberState.REVIEW, None

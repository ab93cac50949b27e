"""Numbers of files that are claimed for several polling stations: none of them counts until a senior has settled it.

Deciding them would not help: what is open is not what the ink says, but whose it is. So they wait without an item at
the desk, and no decision about them is taken.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.claim_tables import StationConflict
from api.db.states import ConflictState, NumberState
from api.db.tables import Document, Number, Page
from api.triage.rule_reasons import replace_reasons
from pipeline.reasons import Reason

CONTESTED = "station_contested"


def contested_pages(session: Session, document_id: str) -> frozenset[str]:
    """Return the pages of a document of whose file it is not settled which station it is of."""
    pages = (
        select(Page.id)
        .join(StationConflict, StationConflict.original == Page.original)
        .where(Page.document_id == document_id, StationConflict.state == ConflictState.OPEN, StationConflict.suspends)
    )
    return frozenset(session.scalars(pages))


def suspend_contested(numbers: Iterable[Number], pages: Collection[str]) -> None:
    """Send what the machine accepted on such pages to review."""
    for number in numbers:
        if number.page_id in pages:
            number.outcome = "review"
            number.reasons = [*number.reasons, Reason(CONTESTED).to_json()]
            if number.decision_id is None:
                number.state, number.final = NumberState.REVIEW, None


def tell_contested(document: Document, pages: Collection[str]) -> None:
    """Let the reasons of a document say whether a page of it is contested."""
    replace_reasons(document, (CONTESTED,), [Reason(CONTESTED)] if pages else [])

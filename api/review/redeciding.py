"""Decide documents again that hold a number which was accepted below the threshold in force."""

from api.db.tables import Document
from api.recording.documents import redecide
from api.records import Records
from api.review.threshold import below


def decide_below(records: Records, threshold: float) -> int:
    """Decide every such document again, one transaction each; return how many there were."""
    with records.database.reading() as session:
        found = below(session, threshold)
    for document_id in found:
        with records.database.writing() as session:
            redecide(session, records, session.get_one(Document, document_id))
    return len(found)

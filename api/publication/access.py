"""Who sees what is published beside ours, and of which stations nothing is said to whom.

The page is for seniors and administrators, and for everyone who sees results where the administration has switched it
on. Whoever may be asked to read a number must not know what is published of it: of a station of which any number is
still decided nothing is told to anybody but insiders, who read nothing; and to a reviewer nothing of a station of
which they may yet be given a number to read blind.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from api.db.published_tables import PublishedJudged
from api.db.review_tables import ReviewItem
from api.db.tables import Document, Election


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads what is published beside ours.

    Attributes:
        insider: Whether it is somebody of the service who reads nothing blind.
        closed: The conditions that an open item of the desk closes its document to this person; none for a visitor.

    """

    insider: bool = False
    closed: Sequence[ColumnElement[bool]] = ()

    def may_see(self, session: Session, document: Document | None, *, held: bool) -> bool:
        """Return whether anything may be said of a station."""
        if self.insider or document is None:
            return True
        return not held and not self._closes(session, document)

    def _closes(self, session: Session, document: Document) -> bool:
        if not self.closed:
            return False
        wanted = select(ReviewItem.id).where(ReviewItem.document_id == document.id, *self.closed)
        return session.scalars(wanted.limit(1)).first() is not None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions that a judged station may be told of, joined with its document as it stands."""
        fresh: list[ColumnElement[bool]] = [
            Document.id == PublishedJudged.document_id,
            Document.version == PublishedJudged.version,
            Document.station == PublishedJudged.station,
            Document.moved_to.is_(None),
        ]
        if self.insider:
            return fresh
        closing = select(ReviewItem.id).where(ReviewItem.document_id == PublishedJudged.document_id, *self.closed)
        return [*fresh, PublishedJudged.held.is_(False), *([~closing.exists()] if self.closed else [])]


def is_open(election: Election) -> bool:
    """Return whether everyone who sees the results of an election sees what is published beside them."""
    return election.setting is not None and election.setting.differences

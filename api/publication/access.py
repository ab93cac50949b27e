"""Who sees what is published beside ours, and of which stations nothing is said to whom.

The page is for seniors and administrators, and for everyone who sees results where the administration has switched it
on. Whoever may be asked to read a number must not know what is published of it: of a station of which any number is
still decided nothing is told to anybody but insiders of its region, who read nothing and see its documents anyway; and
to a reviewer nothing of a station of which they may yet be given a number to read blind.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from api.db.published_tables import PublishedJudged
from api.db.review_tables import ReviewItem
from api.db.tables import Document, Election
from api.regions.codes import NATION, inside, within


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads what is published beside ours.

    Attributes:
        insider: Whether it is somebody of the service who reads nothing blind.
        scope: The region in which an insider sees documents; of stations elsewhere they are told what a visitor is.
        closed: The conditions that an open item of the desk closes its document to this person; none for a visitor.

    """

    insider: bool = False
    scope: str = NATION
    closed: Sequence[ColumnElement[bool]] = ()

    def is_insider_in(self, region: str) -> bool:
        """Return whether everything of a region may be told to this person."""
        return self.insider and within(region, self.scope)

    def may_see(self, session: Session, document: Document | None, *, held: bool) -> bool:
        """Return whether anything may be said of a station."""
        if document is None or (document.station is not None and self.is_insider_in(document.station)):
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
        if self.is_insider_in(NATION):
            return fresh
        settled = PublishedJudged.held.is_(False)
        if self.insider:
            return [*fresh, or_(settled, inside(PublishedJudged.station.expression, self.scope))]
        closing = select(ReviewItem.id).where(ReviewItem.document_id == PublishedJudged.document_id, *self.closed)
        return [*fresh, settled, *([~closing.exists()] if self.closed else [])]


def is_open(election: Election) -> bool:
    """Return whether everyone who sees the results of an election sees what is published beside them."""
    return election.setting is not None and election.setting.differences

"""Pages that could not be read, grouped by why, and another try for all of a group.

A page stands in every group whose code is among its reasons, as `api.documents.retry` takes them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.tables import Document, Page
from api.documents.retry import FAILED, failed_pages, read_again

EXAMPLES = 5
"""Pages of a group that are shown."""

AT_ONCE = 500
"""Pages that one request lets be read again: a transaction each, so that nothing waits long for another."""


@dataclass(frozen=True, slots=True)
class FailedPage:
    """A page that was given up."""

    id: str
    document: str
    station: str | None
    file_name: str
    at: datetime
    texts: Mapping[str, str]


@dataclass(slots=True)
class Failure:
    """Everything that failed with one code.

    Attributes:
        code: The code.
        count: How many pages.
        newest: When the last of them came in.
        examples: The newest of them.

    """

    code: str
    count: int = 0
    newest: datetime | None = None
    examples: list[FailedPage] = field(default_factory=list)


def failures(session: Session) -> Sequence[Failure]:
    """Return the groups, the largest first."""
    wanted = (
        select(Page.id, Page.document_id, Document.station, Page.file_name, Page.uploaded_at, Page.reasons)
        .join(Document, Document.id == Page.document_id)
        .where(Page.state.in_(FAILED))
        .order_by(Page.uploaded_at.desc(), Page.id)
    )
    groups: dict[str, Failure] = {}
    for page, document, station, name, at, reasons in session.execute(wanted):
        for reason in {reason["code"]: reason for reason in reasons}.values():
            group = groups.setdefault(reason["code"], Failure(reason["code"]))
            group.count += 1
            group.newest = group.newest or at
            if len(group.examples) < EXAMPLES:
                group.examples.append(FailedPage(page, document, station, name, at, _texts(reason)))
    return sorted(groups.values(), key=lambda group: (-group.count, group.code))


def try_again(records: Records, code: str, person: str) -> tuple[int, int]:
    """Let pages of a group be read again, `AT_ONCE` at most; return how many wait now, and how many are left."""
    pages = failed_pages(records, code)
    return read_again(records, pages[:AT_ONCE], person), max(0, len(pages) - AT_ONCE)


def _texts(reason: Mapping[str, Any]) -> Mapping[str, str]:
    return {**reason.get("translations", {}), "en": reason["message"]}

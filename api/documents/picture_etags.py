"""The ETags of pictures made of pages: which reading and which template each of them follows from."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.tables import Page, Reading
from api.rendering.etags import picture_etag
from pipeline.forms import FormTemplate


def whole_etag(page: Page) -> str:
    """Return the ETag of a page as its upload shows it, which nothing changes."""
    return picture_etag(None, None, page.original, page.number, "whole")


def masked_etag(session: Session, records: Records, page: Page) -> str:
    """Return the ETag of the straightened, masked page."""
    return _etag(session, records, page, "masked")


def part_etag(session: Session, records: Records, page: Page, field: str, part: str = "number", box: int = 0) -> str:
    """Return the ETag of the picture of a number, or of a part of it."""
    return _etag(session, records, page, field, part, box)


def public_etag(session: Session, records: Records, page: Page, field: str = "sheet") -> str:
    """Return the ETag of what the public sees: another reading finds another place, another template masks more."""
    return _etag(session, records, page, "public", field)


def _etag(session: Session, records: Records, page: Page, *inputs: str | int) -> str:
    form = template_of(session, records, page)
    return picture_etag(form, page.form_page, page.original, page.number, page.reading_id, *inputs)


def template_of(session: Session, records: Records, page: Page) -> FormTemplate | None:
    """Return the form as which a page was read last, where it is installed."""
    line = session.scalars(select(Reading.line).where(Reading.id == page.reading_id)).first()
    return None if line is None else records.forms.get(line.get("form") or "")

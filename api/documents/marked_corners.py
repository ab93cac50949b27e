"""Where a person says that the sheet of a page lies, for the worker that reads it again."""

from api.core.context import Records
from api.db.review_tables import PageCorners
from pipeline.reader import MarkedSheet


def marked_sheet(records: Records, page_id: str) -> MarkedSheet | None:
    """Return where a person says that the sheet of a page lies, if anybody does."""
    with records.database.reading() as session:
        known = session.get(PageCorners, page_id)
    if known is None:
        return None
    first, second, third, fourth = ((float(x), float(y)) for x, y in known.points)
    return MarkedSheet(known.form_id, known.form_page, (first, second, third, fourth))

"""A table as an Excel workbook (XLSX): numbers as numbers, everything else as text, and nothing that is computed.

Codes keep their zeros, for they are texts. No text becomes a formula, a link or a number, whatever it begins with.
"""

import io
from datetime import UTC, datetime

from xlsxwriter import Workbook

from api.core.spreadsheets import plain
from api.results.table import Table

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""When a workbook was made of which no number counts yet: the same table is the same file."""

_WIDEST = 40
"""Characters that a column shows at most."""


def workbook_of(table: Table, at: datetime | None) -> bytes:
    """Return a table as a workbook of one sheet; rows go to a file while they are written, and are not kept.

    Args:
        table: What it holds.
        at: Of when its figures are.

    """
    file = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with Workbook(file, options) as book:
        book.set_properties({"created": (at or EPOCH).astimezone(UTC).replace(tzinfo=None)})
        sheet, bold = book.add_worksheet("chasil"), book.add_format({"bold": True})
        for place, name in enumerate(table.head):
            sheet.set_column(place, place, min(max(len(name) + 2, 10), _WIDEST))
            sheet.write_string(0, place, plain(name), bold)
        sheet.freeze_panes(1, 0)
        for line, row in enumerate(table.cells(), start=1):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(line, place, cell)
                elif cell is not None:
                    sheet.write_number(line, place, cell)
    return file.getvalue()

"""Texts of others in tables that spreadsheets open: none of them may become a formula."""

import unicodedata
from typing import Any

SIGNS = frozenset("=+-@\t\r\n")
"""With these a spreadsheet begins a formula, or a cell of its own."""


def plain(value: Any) -> Any:
    """Return a value that a spreadsheet will not take for a formula: a quote is put before such a text.

    Full-width and other forms of the signs count as the signs: spreadsheets of East Asia take them so. What cannot be
    seen before a sign is passed over. A carriage return becomes a line feed: spreadsheets begin a row at either, and
    `csv` quotes only the latter.
    """
    if not isinstance(value, str):
        return value
    guarded = f"'{value}" if begins_formula(value) else value
    return guarded.replace("\r\n", "\n").replace("\r", "\n")


def begins_formula(text: str) -> bool:
    """Return whether a spreadsheet might take a text for a formula."""
    seen = next((one for one in text if one in SIGNS or unicodedata.category(one) not in ("Cf", "Cc", "Zs")), "")
    return bool(seen) and unicodedata.normalize("NFKC", seen)[0] in SIGNS

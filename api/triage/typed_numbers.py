"""Numbers that people type from the whole picture, because nobody located their boxes."""

from collections.abc import Iterable, Mapping
from typing import Any

from api.db.tables import Number

TYPED = "number_typed"
"""The reason of such a number."""

READERS = 2
"""People who must read such a number, as no machine has: one person's word has nothing to be held against."""


def is_typed(number: Number) -> bool:
    """Return whether people type a number from the whole picture, as nobody located it."""
    return is_typed_by(number.reasons)


def is_typed_by(reasons: Iterable[Any]) -> bool:
    """Return the same by the reasons of a number, as JSON."""
    return any(isinstance(reason, Mapping) and reason.get("code") == TYPED for reason in reasons)

"""Long lists in pages: each names the cursor of the next, which stays right while things are added."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Annotated, TypeVar

from fastapi import Query

from pipeline.errors import UsageError

Line = TypeVar("Line")

MAX_LIMIT = 200

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=400, description="From `next` of the page before.")]


def first_page(found: Sequence[Line], limit: int) -> tuple[Sequence[Line], Line | None]:
    """Return at most `limit` of what was found, and their last where there was more: the next page is after it."""
    return found[:limit], found[limit - 1] if len(found) > limit else None


def write_cursor(*last: str) -> str:
    """Return the cursor after an entry with these sort keys."""
    return base64.urlsafe_b64encode(json.dumps(last).encode()).decode().rstrip("=")


def read_cursor(cursor: str | None, keys: int = 1) -> Sequence[str] | None:
    """Return the sort keys in a cursor; None for the first page.

    Raises:
        UsageError: `cursor_invalid`.

    """
    if cursor is None:
        return None
    try:
        last = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise UsageError("cursor_invalid") from error
    if not isinstance(last, list) or len(last) != keys or not all(_is_text(key) for key in last):
        raise UsageError("cursor_invalid")
    return last


def _is_text(key: object) -> bool:
    """Return whether a key can stand in a query; PostgreSQL takes neither NUL nor half a character."""
    return isinstance(key, str) and "\0" not in key and key.isprintable()

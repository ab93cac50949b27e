"""One text for one value: sorted keys, no spaces, UTF-8 (after RFC 8785), so that equal values have equal hashes.

A whole number is written without a fraction, whether it came as 1, 1.0 or -0.0: PostgreSQL keeps neither the sign of
zero nor the exponent of 1e22, and what comes back must hash to what went in.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)

_AS_IT_IS = frozenset({str, int, bool, type(None)})
"""Most values are of these types: whether one is says a look into a set, quicker than `isinstance` does."""


def canonical(value: Any) -> bytes:
    """Return a JSON value as bytes; two equal values give the same bytes.

    Raises:
        ValueError: It holds a number that JSON does not have.

    """
    return _ENCODER.encode(_settled(value)).encode()


def digest(value: Any) -> str:
    """Return the SHA-256 of a JSON value."""
    return hashlib.sha256(canonical(value)).hexdigest()


def moment(at: datetime) -> str:
    """Return a moment as text, in UTC with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _settled(value: Any) -> Any:
    """Return a JSON value with whole numbers as integers."""
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if kind is dict or isinstance(value, Mapping):
        return {key: item if type(item) in _AS_IT_IS else _settled(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [item if type(item) in _AS_IT_IS else _settled(item) for item in value]
    return value

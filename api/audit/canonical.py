"""One text for one value: sorted keys, no spaces, UTF-8 (after RFC 8785), so that equal values have equal hashes."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def canonical(value: Any) -> bytes:
    """Return a JSON value as bytes; two equal values give the same bytes.

    Raises:
        ValueError: It holds a number that JSON does not have.

    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(value: Any) -> str:
    """Return the SHA-256 of a JSON value."""
    return hashlib.sha256(canonical(value)).hexdigest()


def moment(at: datetime) -> str:
    """Return a moment as text, in UTC with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def link_hash(
    previous: str, seq: int, at: datetime, kind: str, actor: str, subject: str, body: Mapping[str, Any]
) -> str:
    """Return the hash of a link: over everything in it and the hash of the link before."""
    return digest(
        {
            "previous": previous,
            "seq": seq,
            "at": moment(at),
            "kind": kind,
            "actor": actor,
            "subject": subject,
            "body": body,
        }
    )

"""The text of a leaf: canonical JSON of what anyone may know of an event, and a commitment to the rest.

    v        1: the shape of leaves
    at       when, UTC
    kind     what happened
    actor    who: `program`, `local`, or a person's pseudonym
    subject  what it happened to
    body     the public fields of its body
    rows     rows that changed with it (`api.ledger.facts`)
    sealed   SHA-256(salt || canonical JSON of the private part), where there is one

The salt is 16 random bytes, one for each event, so that nobody can guess at what is sealed. Salt and private part lie
beside the event and can be destroyed, which changes no leaf.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.ledger.canonical import canonical, moment
from api.ledger.facts import Named, Told
from api.ledger.kinds import KINDS, SUBJECTS, Kind

VERSION = 1
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf, with the opening of what it seals; both None where it seals nothing."""

    text: str
    private: dict[str, Any] | None
    salt: str | None


def commitment(salt: str, private: Mapping[str, Any]) -> str:
    """Return what a leaf says of its private part."""
    return hashlib.sha256(bytes.fromhex(salt) + canonical(private)).hexdigest()


def make_leaf(
    at: datetime, kind: str, actor: str, subject: str, body: Mapping[str, Any], rows: Told, named: Named
) -> Leaf:
    """Return the leaf of an event."""
    known = KINDS.get(kind, Kind(sealed_subject=True))
    public: dict[str, Any] = {
        "v": VERSION,
        "at": moment(at),
        "kind": known.shown or kind,
        "actor": named(actor),
        "subject": shown_subject(known, subject, named),
    }
    private: dict[str, Any] = {}
    if ":" not in public["subject"] and public["subject"] != subject:
        private["subject"] = subject
    if public["kind"] != kind:
        private["kind"] = kind
    if shown := {name: value for name, value in body.items() if name in known.public}:
        public["body"] = shown
    if hidden := {name: value for name, value in body.items() if name not in known.public}:
        private["body"] = hidden
    if rows.public:
        public["rows"] = rows.public
    if rows.sealed:
        private["rows"] = rows.sealed
    if not private:
        return Leaf(canonical(public).decode(), None, None)
    salt = secrets.token_hex(SALT_BYTES)
    public["sealed"] = commitment(salt, private)
    return Leaf(canonical(public).decode(), private, salt)


def shown_subject(kind: Kind, subject: str, named: Named) -> str:
    """Return what the leaf says of the thing that an event is about."""
    what, _, which = subject.partition(":")
    if what == "person":
        return f"person:{named(which)}"
    return subject if what in SUBJECTS and not kind.sealed_subject else what

"""What people sign with a key of their own, as lines that can be read in one way only.

    chasil-decision/v1       a person decides: what the ink of a field says, on one page of one photograph
    chasil-key/v1            a person has this key
    chasil-confirmation/v1   an administrator vouches that this is the person's key

Each line after the first is a name, a space and a value; a value has no line break. Signatures are Ed25519 (RFC 8032)
over the UTF-8 of the text. People are named by their pseudonym, which is salted for this service: nothing that was
signed for one service is good in another. All of it follows from the log, so that anyone can make the text again.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

DECISION, ENROLMENT, CONFIRMATION = "chasil-decision/v1", "chasil-key/v1", "chasil-confirmation/v1"

NONE = "-"
"""Stands where a number has no page."""

PUBLIC = re.compile(r"[0-9a-f]{64}")
SIGNATURE = re.compile(r"[0-9a-f]{128}")

SMALL_ORDER = frozenset(
    bytes.fromhex(point)
    for point in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
)
"""Points of small order, without their sign: as keys they take signatures that nobody made (RFC 8032, 8.9)."""

SIGNED_AS: Mapping[str, tuple[str, ...]] = {
    "confirm": ("read",),
    "correct": ("read",),
    "unreadable": ("unreadable",),
    "flag": ("escalate", "flag"),
    "withdraw": ("reopen",),
    "reopen": ("reopen", "undo"),
    "restore": ("undo",),
}
"""What a person may have signed, by the kind of the decision that became of it."""

_WITH_BOXES = frozenset({"read", "unreadable"})


@dataclass(frozen=True, slots=True)
class Ink:
    """What a decision is about.

    Attributes:
        original: SHA-256 of the photograph's bytes; `NONE` where a number has no page.
        page: Which page of it, from 1.
        field: The number on the form.

    """

    original: str
    page: int
    field: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature of a decision.

    Attributes:
        key: Id of the key.
        nonce: 32 hexadecimal digits that were never used before: nothing is decided twice by one signature.
        signature: Ed25519, 128 hexadecimal digits.

    """

    key: str
    nonce: str
    signature: str


def key_id(public: str) -> str:
    """Return the id of a public key (64 hexadecimal digits), which is what people compare: 32 hexadecimal digits."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()[:32]


def fingerprint(identity: str) -> str:
    """Return the id of a key as people compare it, in groups of four."""
    return " ".join(identity[at : at + 4] for at in range(0, len(identity), 4))


def decision_statement(person: str, ink: Ink, kind: str, boxes: str, key: str, nonce: str) -> bytes:
    """Return what is signed of a decision.

    Args:
        person: Pseudonym.
        ink: What it is about.
        kind: read, unreadable, escalate, flag, reopen or undo.
        boxes: What the ink says, a character a box; "" but for read and unreadable.
        key: Id of the key.
        nonce: Never used before.

    """
    about = {"original": ink.original, "page": ink.page, "field": ink.field}
    return _text(DECISION, {"person": person, **about, "kind": kind, "boxes": boxes, "key": key, "nonce": nonce})


def enrolment_statement(person: str, public: str) -> bytes:
    """Return what is signed, with the key itself, when a person shows that they have it."""
    return _text(ENROLMENT, {"person": person, "public": public})


def confirmation_statement(by: str, person: str, public: str) -> bytes:
    """Return what an administrator signs with the key `by` (its id) when they vouch for a person's key."""
    return _text(CONFIRMATION, {"by": by, "person": person, "public": public})


def decision_statements(person: str, ink: Ink, kind: str, boxes: str, key: str, nonce: str) -> Iterator[bytes]:
    """Yield what may have been signed where a decision of this kind came of it; `boxes` are those that it sets."""
    for signed in SIGNED_AS.get(kind, ()):
        stated = boxes if signed in _WITH_BOXES else ""
        yield decision_statement(person, ink, signed, stated, key, nonce)


def is_signed(public: str, signature: str, statement: bytes) -> bool:
    """Return whether a statement bears a good signature; what is no key and no signature signs nothing."""
    if not (PUBLIC.fullmatch(public) and SIGNATURE.fullmatch(signature)) or _is_weak(bytes.fromhex(public)):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), statement)
    except (InvalidSignature, ValueError):
        return False
    return True


def _is_weak(public: bytes) -> bool:
    return bytes((*public[:31], public[31] & 0x7F)) in SMALL_ORDER


def _text(first: str, lines: Mapping[str, Any]) -> bytes:
    values = {name: str(value) for name, value in lines.items()}
    if any(len(value.splitlines()) > 1 or value.endswith("\n") for value in values.values()):
        raise ValueError("a value of a statement has no line break")
    return "".join([f"{first}\n", *(f"{name} {value}\n" for name, value in values.items())]).encode()

"""Signed notes, checkpoints and cosignatures, as other transparency logs write them.

C2SP signed-note (text, an empty line, lines of signatures), tlog-checkpoint (origin, size, root) and tlog-cosignature
(a witness signs the moment with it). A key is named by its line "NAME+ID+KEY"; ids are the first four bytes of
SHA-256(name || 0x0A || type || public key).
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from api.ledger.tree import HASH_BYTES

ED25519, COSIGNATURE = 0x01, 0x04
"""Types of keys: signs notes; cosigns checkpoints with a time."""

_DASH = "\u2014 "
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_MOST_BYTES = 64 * 1024


class NoteError(ValueError):
    """A text is no signed note, or a signature is not what it claims."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key with its name.

    Attributes:
        name: Of the log or the witness.
        kind: `ED25519` or `COSIGNATURE`.
        public: 32 bytes.

    """

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that signatures quote."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        material = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{material}"


@dataclass(frozen=True, slots=True)
class Signature:
    """One line of signature: who, the key's id, and what follows it."""

    name: str
    key_id: bytes
    content: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.content).decode()}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: so many leaves under this root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A checkpoint with its signatures."""

    checkpoint: Checkpoint
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.checkpoint.text + "\n" + "".join(f"{one}\n" for one in self.signatures)

    def with_signatures(self, more: Iterable[Signature]) -> "Note":
        """Return the note with further signatures; one that is there already is not repeated."""
        added = [one for one in more if one not in self.signatures]
        return Note(self.checkpoint, (*self.signatures, *dict.fromkeys(added)))


def parse_key(text: str) -> Key:
    """Read a key's line.

    Raises:
        NoteError: It is none, its id does not fit, or the type is unknown.

    """
    parts = text.strip().split("+", 2)
    try:
        name, given, material = parts[0], bytes.fromhex(parts[1]), base64.b64decode(parts[2], validate=True)
    except (IndexError, ValueError) as error:
        raise NoteError("no key: NAME+ID+KEY is needed") from error
    if not _NAME.fullmatch(name) or len(material) != 33 or material[0] not in (ED25519, COSIGNATURE):
        raise NoteError("a key of a kind that is unknown")
    key = Key(name, material[0], material[1:])
    if key.id != given:
        raise NoteError("the key's id is not that of the key")
    return key


def key_of(private: Ed25519PrivateKey, name: str, kind: int = ED25519) -> Key:
    """Return the public half of a key under a name.

    Raises:
        NoteError: The name holds a space or a plus sign.

    """
    if not _NAME.fullmatch(name):
        raise NoteError(f"no name for a key: {name[:80]!r}")
    return Key(name, kind, private.public_key().public_bytes_raw())


def sign(checkpoint: Checkpoint, private: Ed25519PrivateKey, name: str | None = None) -> Note:
    """Return a checkpoint signed by its log; the key has the origin's name unless another is given."""
    key = key_of(private, name or checkpoint.origin)
    return Note(checkpoint, (Signature(key.name, key.id, private.sign(checkpoint.text.encode())),))


def cosign(checkpoint: Checkpoint, private: Ed25519PrivateKey, name: str, seconds: int) -> Signature:
    """Return a witness' line: that it saw this checkpoint, and none that contradicts it, until `seconds` since 1970."""
    key = key_of(private, name, COSIGNATURE)
    content = seconds.to_bytes(8, "big") + private.sign(_cosigned(checkpoint, seconds))
    return Signature(name, key.id, content)


def parse_note(text: str) -> Note:
    """Read a signed checkpoint.

    Raises:
        NoteError: It is none.

    """
    if len(text) > _MOST_BYTES:
        raise NoteError("the note is too long")
    body, gap, signed = text.rpartition("\n\n")
    lines = body.split("\n")
    if not gap or not signed.endswith("\n") or len(lines) < 3 or not lines[0] or not _SIZE.fullmatch(lines[1]):
        raise NoteError("no signed checkpoint")
    if len(lines) > 3:
        raise NoteError("the checkpoint has lines of extension, which this log never writes")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except ValueError as error:
        raise NoteError("the root is no base64") from error
    if len(root) != HASH_BYTES:
        raise NoteError("the root has another length")
    checkpoint = Checkpoint(lines[0], int(lines[1]), root)
    return Note(checkpoint, tuple(parse_signature(line) for line in signed[:-1].split("\n")))


def parse_signature(line: str) -> Signature:
    """Read a line of signature.

    Raises:
        NoteError: It is none.

    """
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    try:
        content = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error) as error:
        raise NoteError("a signature is no base64") from error
    if not line.startswith(_DASH) or not _NAME.fullmatch(name) or len(content) < 5:
        raise NoteError("a line is no signature")
    return Signature(name, content[:4], content[4:])


def signed_by(note: Note, key: Key) -> bool:
    """Return whether a note bears a good signature of a key; one that claims to and is bad is a fault.

    Raises:
        NoteError: A signature names the key and is not its own.

    """
    mine = [one for one in note.signatures if (one.name, one.key_id) == (key.name, key.id)]
    for one in mine:
        _verify(note.checkpoint, key, one)
    return bool(mine)


def cosigned_at(note: Note, key: Key) -> int | None:
    """Return when a witness cosigned, in seconds since 1970; None where it has not.

    Raises:
        NoteError: A signature names the key and is not its own.

    """
    moments = []
    for one in note.signatures:
        if (one.name, one.key_id) == (key.name, key.id):
            _verify(note.checkpoint, key, one)
            moments.append(int.from_bytes(one.content[:8], "big"))
    return max(moments, default=None)


def _verify(checkpoint: Checkpoint, key: Key, signature: Signature) -> None:
    message, content = checkpoint.text.encode(), signature.content
    if key.kind == COSIGNATURE:
        message, content = _cosigned(checkpoint, int.from_bytes(content[:8], "big")), content[8:]
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(content, message)
    except (InvalidSignature, ValueError) as error:
        raise NoteError(f"the signature of {key.name} is not that of its key") from error


def _cosigned(checkpoint: Checkpoint, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{checkpoint.text}".encode()

"""A proof in one text file that can be kept and checked offline (C2SP tlog-proof).

It holds the entry itself (base64, on the line `extra`), its place, the audit path, and the signed checkpoint.
"""

import base64
import re
from dataclasses import dataclass

from api.ledger.notes import Key, Note, NoteError, parse_note, signed_by
from api.ledger.tree import HASH_BYTES, ProofError, check_inclusion, leaf_hash

HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """An entry, its place in the log from 0, the audit path, and the checkpoint that it leads to."""

    entry: bytes
    index: int
    path: tuple[bytes, ...]
    note: Note

    def __str__(self) -> str:
        hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in self.path)
        extra = base64.b64encode(self.entry).decode()
        return f"{HEADER}\nextra {extra}\nindex {self.index}\n{hashes}\n{self.note}"


def parse_proof(text: str) -> InclusionProof:
    """Read a proof.

    Raises:
        ProofError: It is none.

    """
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    index = re.fullmatch(r"index (0|[1-9][0-9]{0,18})", lines[2]) if len(lines) > 2 else None
    if lines[0] != HEADER or index is None or not lines[1].startswith("extra "):
        raise ProofError("no proof of a log")
    try:
        entry = base64.b64decode(lines[1].removeprefix("extra "), validate=True)
        path = tuple(base64.b64decode(line, validate=True) for line in lines[3:])
        signed = parse_note(note)
    except (NoteError, ValueError) as error:
        raise ProofError(f"no proof of a log: {error}") from error
    if any(len(one) != HASH_BYTES for one in path):
        raise ProofError("a hash has another length")
    return InclusionProof(entry, int(index[1]), path, signed)


def check_proof(proof: InclusionProof, key: Key) -> None:
    """Verify that the entry is in the log that the key signs for.

    Raises:
        ProofError: It is not shown.

    """
    try:
        if not signed_by(proof.note, key):
            raise ProofError(f"the checkpoint bears no signature of {key.name}")
    except NoteError as error:
        raise ProofError(str(error)) from error
    checkpoint = proof.note.checkpoint
    check_inclusion(leaf_hash(proof.entry), proof.index, checkpoint.size, proof.path, checkpoint.root)

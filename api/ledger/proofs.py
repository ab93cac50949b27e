"""A proof in one text file that can be kept and checked offline (C2SP tlog-proof).

It holds the entry itself (base64, on the line `extra`), its place, the audit path, and the signed checkpoint.
"""

import base64
from dataclasses import dataclass

from api.ledger.notes import Note

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

"""The Merkle tree of a transparency log: roots, and proofs of inclusion and consistency, as pure functions.

RFC 6962 section 2.1 and RFC 9162 section 2.1: a leaf hashes as SHA-256(0x00 || entry), a node as
SHA-256(0x01 || left || right), and a tree of n leaves splits at the largest power of two below n. Nothing here knows
where hashes lie: `Hashes` gives those of complete subtrees.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

HASH_BYTES = 32
EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""

Hashes = Callable[[int, int], bytes]
"""Hash of the complete subtree of 2 ** level leaves that is number `index` at its level: `hashes(level, index)`."""


class ProofError(ValueError):
    """There is no proof of what is asked for."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two neighbours."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def subtrees(start: int, end: int) -> list[tuple[int, int]]:
    """Return the complete subtrees, as level and index, that the leaves from `start` to before `end` fall into.

    `start` is a multiple of the largest power of two that is at most `end - start`, as in every split of RFC 6962.
    """
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def range_hash(start: int, end: int, hashes: Hashes) -> bytes:
    """Return the hash of the subtree over the leaves from `start` to before `end`: MTH of RFC 6962."""
    if start == end:
        return EMPTY
    parts = [hashes(level, index) for level, index in subtrees(start, end)]
    return folded(parts)


def folded(parts: Sequence[bytes]) -> bytes:
    """Return the hash over complete subtrees from the largest to the smallest."""
    result = parts[-1]
    for part in reversed(parts[:-1]):
        result = node_hash(part, result)
    return result


def root(size: int, hashes: Hashes) -> bytes:
    """Return the root of the first `size` leaves."""
    return range_hash(0, size, hashes)


class GrowingTree:
    """A tree that only its right edge is kept of: leaves go in, the root comes out, memory grows with its height."""

    def __init__(self, size: int = 0, edge: Iterable[bytes] = ()) -> None:
        self.size = size
        self._edge = list(edge)

    def add(self, leaf: bytes) -> None:
        """Add the hash of a leaf."""
        self._edge.append(leaf)
        size = self.size
        while size & 1:
            right, left = self._edge.pop(), self._edge.pop()
            self._edge.append(node_hash(left, right))
            size >>= 1
        self.size += 1

    @property
    def root(self) -> bytes:
        """The root of all leaves so far."""
        return folded(self._edge) if self._edge else EMPTY


def inclusion_proof(index: int, size: int, hashes: Hashes) -> list[bytes]:
    """Return the audit path of a leaf, from the leaf upwards: PATH of RFC 6962, 2.1.1.

    Raises:
        ProofError: There is no such leaf.

    """
    if not 0 <= index < size:
        raise ProofError(f"leaf {index} of {size}")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        left, right = (start, middle), (middle, end)
        inside, outside = (left, right) if index < middle else (right, left)
        path.append(range_hash(*outside, hashes))
        start, end = inside
    return path[::-1]


def consistency_proof(old: int, new: int, hashes: Hashes) -> list[bytes]:
    """Return the proof that a tree of `old` leaves is the beginning of one of `new`: PROOF of RFC 6962, 2.1.2.

    Raises:
        ProofError: `old` is not from 1 to `new`.

    """
    if not 0 < old <= new:
        raise ProofError(f"from {old} to {new}")
    path, start, end, whole = [], 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(range_hash(middle, end, hashes))
            end = middle
        else:
            path.append(range_hash(start, middle, hashes))
            start, whole = middle, False
    if not whole:
        path.append(range_hash(start, end, hashes))
    return path[::-1]


def _split(size: int) -> int:
    """Return the largest power of two below a size."""
    return 1 << ((size - 1).bit_length() - 1)

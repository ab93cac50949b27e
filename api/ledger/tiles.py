"""Tiles: 256 hashes in one file that never changes, the way in which logs are published (C2SP tlog-tiles).

A tile of level L holds hashes of subtrees of 2 ** (8 L) leaves. What is not full yet has its width in its name. Bundles
hold the entries themselves, each after its length in two bytes.
"""

import re
from collections.abc import Callable, Iterable

from api.ledger.tree import HASH_BYTES, Hashes, folded, node_hash

WIDTH = 256
HEIGHT = 8
"""A tile spans so many levels of the tree."""

LARGEST_ENTRY = 0xFFFF
"""Bytes of an entry: its length is written in two bytes."""

TileOf = Callable[[int, int, int], list[bytes]]
"""Hashes of a level of tiles: `tile(level, first, count)`, all of them in one tile."""

_PATH = re.compile(r"(?:x[0-9]{3}/){0,6}[0-9]{3}")
_PARTIAL = re.compile(r"(?P<index>.+)\.p/(?P<width>[1-9][0-9]{0,2})")


def index_path(index: int) -> str:
    """Return an index as tiles write it: 1234067 is x001/x234/067."""
    parts = [f"{index % 1000:03d}"]
    while index := index // 1000:
        parts.append(f"x{index % 1000:03d}")
    return "/".join(reversed(parts))


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """Return the address of a tile below the log's own, such as tile/0/x001/067.p/12."""
    return f"tile/{level}/{index_path(index)}{'' if width == WIDTH else f'.p/{width}'}"


def parse_index(text: str) -> tuple[int, int] | None:
    """Return index and width of what follows a tile's level in its address; None where it is none."""
    partial = _PARTIAL.fullmatch(text)
    path, width = (partial["index"], int(partial["width"])) if partial else (text, WIDTH)
    if not _PATH.fullmatch(path) or not 1 <= width <= WIDTH or (partial and width == WIDTH):
        return None
    index = int(path.replace("x", "").replace("/", ""))
    return (index, width) if index_path(index) == path else None


def hashes_from(tile: TileOf) -> Hashes:
    """Return the hash of every complete subtree, out of tiles: those between two levels of tiles are added up."""

    def hashes(level: int, index: int) -> bytes:
        height, above = divmod(level, HEIGHT)
        first = index << above
        parts = tile(height, first, 1 << above)
        while len(parts) > 1:
            parts = [node_hash(parts[at], parts[at + 1]) for at in range(0, len(parts), 2)]
        return parts[0]

    return hashes


def tile_root(hashes: list[bytes]) -> bytes:
    """Return the hash that a full tile has one level of tiles above."""
    assert len(hashes) == WIDTH
    while len(hashes) > 1:
        hashes = [folded(hashes[at : at + 2]) for at in range(0, len(hashes), 2)]
    return hashes[0]


def split_tile(content: bytes) -> list[bytes]:
    """Return the hashes of a tile."""
    return [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]


def bundle(entries: Iterable[bytes]) -> bytes:
    """Return entries as a bundle.

    Raises:
        ValueError: An entry is too long.

    """
    parts = []
    for entry in entries:
        if len(entry) > LARGEST_ENTRY:
            raise ValueError(f"an entry of {len(entry)} bytes")
        parts.append(len(entry).to_bytes(2, "big") + entry)
    return b"".join(parts)

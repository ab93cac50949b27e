"""The pages of a TIFF, from its chain of directories (TIFF 6.0, section 2; BigTIFF has offsets of 64 bits)."""

import struct
from dataclasses import dataclass

from pipeline.documents.limits import Limits
from pipeline.documents.orientation import ORIENTATION_TAG, UPRIGHT, valid_orientation
from pipeline.errors import DocumentError

_SUBFILE, _WIDTH, _HEIGHT = 254, 256, 257
_PARTS = ((273, 279), (324, 325))  # offsets and byte counts of strips, of tiles
_FORMATS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q"}
_THUMBNAIL, _MASK = 1, 4
_MAX_PARTS = 1_000_000


@dataclass(frozen=True, slots=True)
class TiffPage:
    """One page of a TIFF.

    Attributes:
        index: 0-based place in the chain, thumbnails counted.
        width: Pixels as stored.
        height: Pixels as stored.
        orientation: 1 to 8.
        complete: Whether the file holds all the bytes to which the page refers.

    """

    index: int
    width: int
    height: int
    orientation: int
    complete: bool


@dataclass(frozen=True, slots=True)
class _Layout:
    """How numbers lie in the file: byte order, and the widths that BigTIFF doubles."""

    order: str
    offset: str
    count: str
    entry: int
    inline: int


def read_tiff_header(data: bytes, name: str, limits: Limits) -> list[TiffPage]:
    """Return the pages of a TIFF, thumbnails and masks left out.

    Raises:
        DocumentError: It has too many pages, none, or directories that lead in a circle.
        struct.error: It ends inside a directory.

    """
    order = "<" if data[:2] == b"II" else ">"
    big = data[2:4] in (b"+\0", b"\0+")
    layout = _Layout(order, "Q", "Q", 20, 8) if big else _Layout(order, "I", "H", 12, 4)
    (at,) = struct.unpack_from(order + layout.offset, data, 8 if big else 4)
    pages: list[TiffPage] = []
    seen: set[int] = set()
    while at:
        if at in seen:
            raise DocumentError("image_damaged", path=name, problem="its chain of pages leads in a circle")
        if len(seen) >= limits.max_pages_per_file:
            raise DocumentError("image_too_many_pages", path=name, limit=limits.max_pages_per_file)
        tags, following = _directory(data, at, layout)
        if not _first(tags, _SUBFILE, 0) & (_THUMBNAIL | _MASK):
            pages.append(_page(len(seen), tags, len(data)))
        seen.add(at)
        at = following
    if not pages:
        raise DocumentError("image_damaged", path=name, problem="it holds no page")
    return pages


def _directory(data: bytes, at: int, layout: _Layout) -> tuple[dict[int, tuple[int, ...]], int]:
    """Read one directory: the whole numbers of its tags, and where the next one is."""
    wanted = {_SUBFILE, _WIDTH, _HEIGHT, ORIENTATION_TAG, *(tag for pair in _PARTS for tag in pair)}
    (count,) = struct.unpack_from(layout.order + layout.count, data, at)
    start = at + struct.calcsize("=" + layout.count)
    end = start + count * layout.entry
    (following,) = struct.unpack_from(layout.order + layout.offset, data, end)
    tags = {}
    for entry in range(start, end, layout.entry):
        tag, kind, length = struct.unpack_from(f"{layout.order}HH{layout.offset}", data, entry)
        if tag in wanted and kind in _FORMATS and 0 < length <= _MAX_PARTS:
            form = f"{layout.order}{length}{_FORMATS[kind]}"
            place = entry + layout.entry - layout.inline
            if struct.calcsize(form) > layout.inline:
                (place,) = struct.unpack_from(layout.order + layout.offset, data, place)
            tags[tag] = struct.unpack_from(form, data, place)
    return tags, int(following)


def _page(index: int, tags: dict[int, tuple[int, ...]], size: int) -> TiffPage:
    """Sum up one directory; a page is complete if no strip or tile lies beyond the `size` bytes of the file."""
    complete = all(
        offset + count <= size
        for offsets, counts in _PARTS
        for offset, count in zip(tags.get(offsets, ()), tags.get(counts, ()), strict=False)
    )
    orientation = valid_orientation(_first(tags, ORIENTATION_TAG, UPRIGHT))
    return TiffPage(index, _first(tags, _WIDTH, 0), _first(tags, _HEIGHT, 0), orientation, complete)


def _first(tags: dict[int, tuple[int, ...]], tag: int, default: int) -> int:
    return tags.get(tag, (default,))[0]

"""What an image file says of itself, read from its bytes without decoding a pixel.

The parsers are ours for three reasons: limits must be checked before any decoder allocates, decoders disagree on what
they let pass (a half picture in grey is worse than an error), and they are told by one set of codes.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.documents.jpeg import read_jpeg_header
from pipeline.documents.kinds import Kind
from pipeline.documents.limits import Limits
from pipeline.documents.orientation import UPRIGHT, exif_orientation, upright_size
from pipeline.documents.tiff import read_tiff_header
from pipeline.errors import DocumentError

_FEWEST_BYTES = 6.5
"""Bytes a pixel of what is decoded row by row: our picture, and the decoder's."""

# As measured with pictures of 32 megapixels of every variant (`tests/unit/documents/test_memory.py`).
_JPEG_SCANS, _JPEG_INKS = 9.5, 12.5
_PNG_BYTES = {0: 6.5, 2: 10.5, 3: 7.5, 4: 12.5, 6: 12.5}
_PNG_DEEP = 6.0  # of 16 bits, where the last rows are looked at once more
_TIFF_BYTES, _BMP_BYTES, _HEIF_BYTES, _WEBP_BYTES = 9.5, 13.0, 9.5, 17.5


@dataclass(frozen=True, slots=True)
class Header:
    """One picture as its file declares it.

    Attributes:
        kind: Type of the file.
        width: Pixels as stored, before it is turned upright.
        height: Pixels as stored, before it is turned upright.
        orientation: EXIF orientation, 1 to 8.
        channels: Components of a JPEG; 0 for the other types.
        frame: 0-based index of the picture in its file.
        complete: Whether the file has its end.
        pixel_bytes: Memory that its decoder takes at its peak, in bytes a pixel, our own picture included.

    """

    kind: Kind
    width: int
    height: int
    orientation: int = UPRIGHT
    channels: int = 0
    frame: int = 0
    complete: bool = True
    pixel_bytes: float = _FEWEST_BYTES

    @property
    def upright(self) -> tuple[int, int]:
        """(width, height) of the upright picture."""
        return upright_size(self.width, self.height, self.orientation)


def read_headers(kind: Kind, data: bytes, name: str, limits: Limits) -> list[Header]:
    """Return the header of every picture in a file.

    Args:
        kind: Type of the file, an image.
        data: All its bytes.
        name: Its name, for the errors.
        limits: What it may ask for; only the number of pages and of JPEG scans is checked here.

    Raises:
        DocumentError: It is truncated before its sizes are known, or damaged.

    """
    try:
        if kind is Kind.TIFF:
            return _tiff(data, name, limits)
        return [_PARSERS[kind](data, name, limits)]
    except (struct.error, IndexError, OverflowError):  # a place beyond the end, or beyond any memory
        raise DocumentError("file_truncated", path=name) from None


def check_header(header: Header, name: str, limits: Limits) -> None:
    """Check one picture before it is decoded.

    Raises:
        DocumentError: It has too many pixels, none at all, or its file has no end.

    """
    check_size(header.width, header.height, name, limits, header.pixel_bytes)
    if not header.complete:
        raise DocumentError("file_truncated", path=name)


def check_size(width: int, height: int, name: str, limits: Limits, pixel_bytes: float = _FEWEST_BYTES) -> None:
    """Raise DocumentError if a picture of so many pixels, or of so many bytes while it is decoded, is not to be."""
    if width < 1 or height < 1:
        raise DocumentError("image_damaged", path=name, problem=f"its size is given as {width} x {height} pixels")
    if max(width, height) > limits.max_side:
        raise DocumentError("image_side_too_long", path=name, width=width, height=height, limit=limits.max_side)
    most = min(limits.max_pixels, limits.max_decoded_bytes / pixel_bytes)
    if width * height > most:
        raise DocumentError(
            "image_too_many_pixels",
            path=name,
            width=width,
            height=height,
            megapixels=round(width * height / 1e6, 1),
            limit=round(most / 1e6, 1),
        )


def _tiff(data: bytes, name: str, limits: Limits) -> list[Header]:
    pages = read_tiff_header(data, name, limits)
    return [
        Header(
            Kind.TIFF,
            page.width,
            page.height,
            page.orientation,
            frame=page.index,
            complete=page.complete,
            pixel_bytes=_TIFF_BYTES,
        )
        for page in pages
    ]


def _jpeg(data: bytes, name: str, limits: Limits) -> Header:
    seen = read_jpeg_header(data, name, limits)
    cost = _FEWEST_BYTES if seen.at_once else _JPEG_SCANS
    return Header(
        Kind.JPEG,
        seen.width,
        seen.height,
        seen.orientation,
        seen.channels,
        complete=seen.complete,
        pixel_bytes=cost if seen.channels in (1, 3) else _JPEG_INKS,
    )


def _png(data: bytes, name: str, _: Limits) -> Header:
    """Walk the chunks up to IEND (PNG, third edition, section 5); acTL before the pixels makes it move (11.3.4.1)."""
    if data[12:16] != b"IHDR":
        raise DocumentError("image_damaged", path=name, problem="it does not begin with its header")
    width, height = struct.unpack_from(">II", data, 16)
    orientation, complete, still, at = UPRIGHT, False, False, 8
    while at + 12 <= len(data) and not complete:
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"eXIf":
            orientation = exif_orientation(data[at + 8 : at + 8 + length])
        still = still or kind == b"IDAT"
        if kind == b"acTL" and not still and struct.unpack_from(">I", data, at + 8)[0] > 1:
            raise _animated(name, Kind.PNG)
        complete = kind == b"IEND"
        at += 12 + length
    cost = _PNG_BYTES.get(data[25], max(_PNG_BYTES.values())) + _PNG_DEEP * (data[24] > 8)
    return Header(Kind.PNG, width, height, orientation, complete=complete, pixel_bytes=cost)


def _animated(name: str, kind: Kind) -> DocumentError:
    """Return the refusal of a file of several pictures of which only one would be read, and nobody told."""
    return DocumentError("picture_animated", path=name, kind=kind.value)


def _webp(data: bytes, name: str, _: Limits) -> Header:
    """Walk the chunks of the RIFF container (RFC 9649)."""
    end = 8 + int(struct.unpack_from("<I", data, 4)[0])
    first = data[12:16]
    if first == b"VP8X":
        if data[20] & 0x02:
            raise _animated(name, Kind.WEBP)
        width = 1 + int.from_bytes(data[24:27], "little")
        height = 1 + int.from_bytes(data[27:30], "little")
    elif first == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif first == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    else:
        raise DocumentError("image_damaged", path=name, problem="it holds no picture")
    if len(data) < 30:  # a slice of a cut file is short instead of failing
        raise DocumentError("file_truncated", path=name)
    return Header(Kind.WEBP, width, height, _webp_orientation(data), complete=end <= len(data), pixel_bytes=_WEBP_BYTES)


def _webp_orientation(data: bytes) -> int:
    at = 12
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind == b"EXIF":
            return exif_orientation(data[at + 8 : at + 8 + length])
        at += 8 + length + length % 2
    return UPRIGHT


def _bmp(data: bytes, _: str, __: Limits) -> Header:
    """Read the bitmap header; the old OS/2 one has 16-bit sizes."""
    start, size = struct.unpack_from("<II", data, 10)
    if size == 12:
        width, height, _planes, bits = struct.unpack_from("<HHHH", data, 18)
        packing = 0
    else:
        width, height, _planes, bits, packing = struct.unpack_from("<iiHHI", data, 18)
    height = abs(height)  # a negative height means that the top row comes first
    needed = start + (width * bits + 31) // 32 * 4 * height
    complete = packing not in (0, 3) or needed <= len(data)
    return Header(Kind.BMP, width, height, complete=complete, pixel_bytes=_BMP_BYTES)


def _heif(data: bytes, name: str, _: Limits) -> Header:
    """Find the largest picture of an ISO media file (ISO/IEC 23008-12); libheif turns it upright by itself.

    The size is an upper bound for the limits, unturned; `pipeline.documents.images` asks libheif which pictures there
    are, and how large each is. What a phone has appended behind the boxes of the pictures is no part of them.
    """
    boxes = _boxes(data)
    meta = next((data[start:end] for kind, start, end in boxes if kind == b"meta"), None)
    complete = all(end <= len(data) for kind, _, end in boxes if kind in _HEIF_PARTS) and (
        any(kind == b"mdat" for kind, _, _ in boxes) or (meta is not None and b"idat" in meta)
    )
    if meta is None:
        raise DocumentError("file_truncated" if not complete else "image_damaged", path=name, problem="it has no index")
    sizes = []
    at = meta.find(b"ispe")
    while at >= 0 and at + 16 <= len(meta):
        sizes.append(struct.unpack_from(">II", meta, at + 8))
        at = meta.find(b"ispe", at + 4)
    if not sizes:
        raise DocumentError("file_truncated" if not complete else "image_damaged", path=name, problem="it has no size")
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    return Header(Kind.HEIF, width, height, complete=complete, pixel_bytes=_HEIF_BYTES)


def _boxes(data: bytes) -> list[tuple[bytes, int, int]]:
    """List the outermost boxes as (kind, start, end); the last end lies beyond the data if the file is cut."""
    boxes = []
    at = 0
    while at < len(data):
        if at + 8 > len(data):
            boxes.append((b"", at, len(data) + 1))
            break
        size, kind = struct.unpack_from(">I4s", data, at)
        if size == 1 and at + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, at + 8)
        end = len(data) if size == 0 else at + max(size, 8)
        boxes.append((kind, at, end))
        at = end
    return boxes


_HEIF_PARTS = (b"ftyp", b"meta", b"mdat")
"""The boxes that the pictures of a HEIF file are in."""

_PARSERS: dict[Kind, Callable[[bytes, str, Limits], Header]] = {
    Kind.JPEG: _jpeg,
    Kind.PNG: _png,
    Kind.WEBP: _webp,
    Kind.BMP: _bmp,
    Kind.HEIF: _heif,
}

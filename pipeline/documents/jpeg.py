"""A JPEG as its markers declare it, from its first byte to the end of its picture (ITU-T T.81, annex B).

What a camera appends behind that end, such as the film of a motion photo, a depth map or a second picture, is no part
of it, and is never looked at: a film of some seconds holds bytes that look like hundreds of scans.
"""

import re
import struct
from dataclasses import dataclass

from pipeline.documents.limits import Limits
from pipeline.documents.orientation import UPRIGHT, exif_orientation
from pipeline.errors import DocumentError

_BEGIN, _END, _SCAN = 0xD8, 0xD9, 0xDA
_AFTER_SCAN = re.compile(rb"\xff[\xc4\xcc\xd8-\xdd\xe0-\xef\xfe]")
"""What may follow the data of a scan: tables, comments, a further scan or the end; or another JPEG, where this one was
cut off. Inside the data a byte FF is followed by 00 or is a restart marker; anything else there is damage, which
decoders pass over too."""


@dataclass(frozen=True, slots=True)
class JpegHeader:
    """A JPEG as its markers declare it.

    Attributes:
        width: Pixels as stored.
        height: Pixels as stored.
        channels: Its components.
        orientation: EXIF orientation, 1 to 8.
        complete: Whether its picture has an end.
        at_once: Whether it can be decoded row by row: one scan holds all components, and none refines another.

    """

    width: int
    height: int
    channels: int
    orientation: int
    complete: bool
    at_once: bool


def read_jpeg_header(data: bytes, name: str, limits: Limits) -> JpegHeader:
    """Return what a JPEG says of itself.

    Raises:
        DocumentError: Its markers are out of step, it has no frame, or too many scans.
        struct.error, IndexError: It ends before its first scan.

    """
    frame: tuple[int, int, int, int] | None = None
    orientation, sequential = 0, False
    at = 2
    while (marker := data[at + 1]) != _SCAN:
        if data[at] != 0xFF or marker == _END:
            raise DocumentError("image_damaged", path=name, problem="its markers are out of step")
        if marker in (0xFF, 0x01) or 0xD0 <= marker <= 0xD7:  # fill byte; markers without a length
            at += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            frame, sequential = struct.unpack_from(">BHHB", data, at + 4), marker in (0xC0, 0xC1)
        elif marker == 0xE1 and not orientation and data[at + 4 : at + 10] == b"Exif\0\0":
            orientation = exif_orientation(data[at + 4 : at + 2 + length])
        at += 2 + max(length, 2)
    if frame is None:
        raise DocumentError("image_damaged", path=name, problem="it holds no frame")
    _, height, width, channels = frame
    at_once = sequential and data[at + 4] == channels
    return JpegHeader(width, height, channels, orientation or UPRIGHT, _has_end(data, at, name, limits), at_once)


def _has_end(data: bytes, first_scan: int, name: str, limits: Limits) -> bool:
    """Walk from scan to scan to the end of the picture, and return whether there is one."""
    scans, at = 0, first_scan
    while found := _AFTER_SCAN.search(data, at):
        marker = found.group()[1]
        if marker in (_BEGIN, _END):
            return marker == _END
        scans += marker == _SCAN
        if scans > limits.max_jpeg_scans:
            raise DocumentError("jpeg_too_many_scans", path=name, scans=scans, limit=limits.max_jpeg_scans)
        at = found.end() + max(2, int.from_bytes(data[found.end() : found.end() + 2], "big"))
    return False

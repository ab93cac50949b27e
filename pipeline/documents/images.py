"""Decode one picture, upright, grey or colour, at full size or reduced.

A JPEG goes through OpenCV, which can leave out most of the work for a reduced picture (scaled inverse DCT). All else
goes through Pillow and libheif, which are strict about damage and know every pixel format, and is then reduced.
"""

import io
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import BmpImagePlugin, Image, ImageFile, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

from pipeline.documents.headers import Header, check_header, read_headers
from pipeline.documents.kinds import Kind
from pipeline.documents.limits import Limits
from pipeline.documents.orientation import UPRIGHT, turn_upright
from pipeline.documents.origins import File, Origin, read_unchanged
from pipeline.documents.source import Reduction
from pipeline.errors import DocumentError

BAND_ROWS = 512
"""Rows of a picture that are converted at a time."""

_GREY_FLAGS: dict[int, int] = {
    1: cv2.IMREAD_GRAYSCALE,
    2: cv2.IMREAD_REDUCED_GRAYSCALE_2,
    4: cv2.IMREAD_REDUCED_GRAYSCALE_4,
    8: cv2.IMREAD_REDUCED_GRAYSCALE_8,
}
_COLOUR_FLAGS: dict[int, int] = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}
# Pillow's readers by type. They are called by name instead of through Image.open, which would try other formats, and
# whose own limit of pixels is a global setting that warns: the limits are ours, and checked before.
_READERS: dict[Kind, Callable[[BinaryIO], ImageFile.ImageFile]] = {
    Kind.JPEG: JpegImagePlugin.JpegImageFile,
    Kind.PNG: PngImagePlugin.PngImageFile,
    Kind.TIFF: TiffImagePlugin.TiffImageFile,
    Kind.WEBP: WebPImagePlugin.WebPImageFile,
    Kind.BMP: BmpImagePlugin.BmpImageFile,
}
_warnings_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class ImagePixels:
    """The pixels of one picture of an image file, decoded anew each time.

    Attributes:
        origin: Where the file is.
        sha256: Digest of its bytes when it was opened.
        header: What it says of itself; checked against the limits.
        alone: Whether it is the only picture of its file.
        limits: What it may ask for.

    """

    origin: Origin
    sha256: str
    header: Header
    alone: bool
    limits: Limits

    def decode(self, reduction: Reduction, *, colour: bool) -> NDArray[np.uint8]:
        """Return the upright pixels."""
        if self.limits.budget is not None and self.limits.budget.cancelled:
            raise DocumentError("file_given_up", path=self.origin.name)
        data = read_unchanged(self.origin, self.sha256, self.limits.max_file_bytes)
        return decode_image(data, self.header, self.origin.name, reduction, colour=colour)

    def encoded(self) -> bytes | None:
        """Return the file's bytes if it holds only this picture."""
        return read_unchanged(self.origin, self.sha256, self.limits.max_file_bytes) if self.alone else None


def decode_image(data: bytes, header: Header, name: str, reduction: Reduction, *, colour: bool) -> NDArray[np.uint8]:
    """Decode one picture of a file.

    Args:
        data: The bytes of the file.
        header: What the file says of the picture.
        name: Name of the file, for the errors.
        reduction: Divides both sides, rounded up.
        colour: BGR instead of grey.

    Returns:
        uint8, (height, width) or (height, width, 3), upright and contiguous.

    Raises:
        DocumentError: The file is damaged or of a variant that cannot be read.

    """
    try:
        if header.kind is Kind.JPEG and header.channels in (1, 3):
            pixels = turn_upright(_decode_jpeg(data, name, reduction, colour=colour), header.orientation)
        else:
            pixels = _reduce(turn_upright(*_decode_slowly(data, header, name, colour=colour)), reduction)
    except (DocumentError, MemoryError):  # want of memory is no damage of the file
        raise
    except Exception as error:  # the decoders raise dozens of types on damaged files, none of them documented
        raise _decoding_error(error, name) from error
    width, height = header.upright
    if header.kind is not Kind.HEIF and pixels.shape[:2] != (-(-height // reduction), -(-width // reduction)):
        raise DocumentError("image_damaged", path=name, problem="its size is not that of its header")
    return np.ascontiguousarray(pixels)


def open_image(file: File, kind: Kind, limits: Limits) -> list[tuple[Header, ImagePixels]]:
    """Return the header and the pixels of every picture of an image file; nothing is decoded yet.

    Raises:
        DocumentError: The file as a whole is damaged.

    """
    headers = read_headers(kind, file.data, file.name, limits)
    if kind is Kind.HEIF:
        headers = _heif_headers(headers[0], file, limits)
    return [(header, ImagePixels(file.origin, file.sha256, header, len(headers) == 1, limits)) for header in headers]


def _heif_headers(largest: Header, file: File, limits: Limits) -> list[Header]:
    """Return the header of every picture of a HEIF file, sized as libheif turns it upright.

    A phone's scanner puts several pages into one file. Thumbnails, tiles, depth maps and such are no pictures of their
    own to libheif.

    Raises:
        DocumentError: It holds too many pictures or pixels, or libheif cannot open it.

    """
    import pillow_heif  # noqa: PLC0415  loads libheif and its decoders, needed only for such files

    check_header(largest, file.name, limits)  # before libheif sees the file
    try:
        sizes = [picture.size for picture in pillow_heif.open_heif(file.data)]
    except Exception as error:  # libheif's errors come as several undocumented types
        raise _decoding_error(error, file.name) from error
    if len(sizes) > limits.max_pages_per_file:
        raise DocumentError("image_too_many_pages", path=file.name, limit=limits.max_pages_per_file)
    return [
        replace(largest, width=int(width), height=int(height), frame=frame)
        for frame, (width, height) in enumerate(sizes)
    ]


def _decode_jpeg(data: bytes, name: str, reduction: Reduction, *, colour: bool) -> NDArray[np.uint8]:
    """Decode a grey or three-component JPEG as stored; OpenCV's own turning by EXIF is left out."""
    flag = (_COLOUR_FLAGS if colour else _GREY_FLAGS)[reduction] | cv2.IMREAD_IGNORE_ORIENTATION
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flag)
    if pixels is None:
        raise DocumentError("image_damaged", path=name, problem="the JPEG decoder gave up")
    return cast("NDArray[np.uint8]", pixels)


def _decode_slowly(data: bytes, header: Header, name: str, *, colour: bool) -> tuple[NDArray[np.uint8], int]:
    """Decode at full size; returns the pixels and the orientation that is still to be applied."""
    if header.kind is Kind.HEIF:
        return _to_array(_open_heif(data, header.frame), name, colour=colour), UPRIGHT
    picture = _open_with_pillow(data, header)
    if header.kind is Kind.PNG and _lacks_rows(picture, data):
        raise DocumentError("file_truncated", path=name)
    # Pillow turns a TIFF upright while loading it, and no other type.
    left = UPRIGHT if header.kind is Kind.TIFF else header.orientation
    return _to_array(picture, name, colour=colour), left


def _open_with_pillow(data: bytes, header: Header) -> Image.Image:
    """Load one picture with the one reader that fits its type."""
    # Odd TIFF tags give warnings, which would end up in the user's terminal. The lock is there because filters of
    # warnings belong to the whole process.
    with _warnings_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        picture = _READERS[header.kind](io.BytesIO(data))
        if header.frame:
            picture.seek(header.frame)
    picture.load()
    return picture


def _lacks_rows(picture: Image.Image, data: bytes) -> bool:
    """Return whether a PNG holds fewer rows than it claims: Pillow leaves those at zero without a word.

    OpenCV refuses such a file, but decoding twice is worth its time only where the last row is in fact all zero.
    """
    last = picture.crop((0, picture.height - 1, picture.width, picture.height))
    return last.getbbox() is None and cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) is None


def _open_heif(data: bytes, frame: int) -> Image.Image:
    """Decode one picture of a HEIF file; libheif applies the turning that the file asks for."""
    import pillow_heif  # noqa: PLC0415  loads libheif and its decoders, needed only for such files

    return pillow_heif.open_heif(data)[frame].to_pillow()


def _to_array(picture: Image.Image, name: str, *, colour: bool) -> NDArray[np.uint8]:
    """Turn any picture of Pillow into 8-bit grey or BGR; what is transparent becomes white, as on paper."""
    if picture.mode == "F":
        raise DocumentError("image_variant_unsupported", path=name, seen="floating-point pixels")
    size = (picture.height, picture.width, 3) if colour else (picture.height, picture.width)
    pixels = np.empty(size, np.uint8)
    # In bands of rows: of the largest pictures each further copy takes half a gigabyte.
    for top in range(0, picture.height, BAND_ROWS):
        bottom = min(top + BAND_ROWS, picture.height)
        pixels[top:bottom] = _band(picture.crop((0, top, picture.width, bottom)), name, colour=colour)
    return pixels


def _band(picture: Image.Image, name: str, *, colour: bool) -> NDArray[np.uint8]:
    """Turn some rows of a picture into 8-bit grey or BGR."""
    if picture.mode == "I" or picture.mode.startswith("I;"):
        picture = Image.fromarray(_high_bytes(np.asarray(picture), name))
    elif picture.has_transparency_data:
        rgba = picture.convert("RGBA")
        picture = Image.new("RGB", picture.size, "white")
        picture.paste(rgba, mask=rgba.getchannel("A"))
    if colour:
        return np.asarray(picture.convert("RGB"))[..., ::-1]
    return np.asarray(picture.convert("L"))


def _high_bytes(values: NDArray[np.int32] | NDArray[np.uint16], name: str) -> NDArray[np.uint8]:
    """Reduce 16-bit grey to 8 bits."""
    if values.dtype.itemsize > 2 and (values.min() < 0 or values.max() > 0xFFFF):
        raise DocumentError("image_variant_unsupported", path=name, seen="32-bit pixels")
    return (values >> 8).astype(np.uint8)


def _reduce(pixels: NDArray[np.uint8], reduction: Reduction) -> NDArray[np.uint8]:
    """Average blocks of `reduction` x `reduction` pixels; the sides are rounded up."""
    if reduction == 1:
        return pixels
    height, width = pixels.shape[:2]
    size = (-(-width // reduction), -(-height // reduction))
    return cast("NDArray[np.uint8]", cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def _decoding_error(error: Exception, name: str) -> DocumentError:
    """Put a decoder's error into our terms."""
    words = " ".join(str(error).split()) or type(error).__name__
    if "truncated" in words:
        return DocumentError("file_truncated", path=name)
    return DocumentError("image_damaged", path=name, problem=words[:200])

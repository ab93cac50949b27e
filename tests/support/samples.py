"""Small pictures and files, made in code, that the tests of the documents package share."""

import io
import zipfile
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.documents import Document, Page
from pipeline.errors import DocumentError

WIDTH, HEIGHT = 96, 64


def picture(width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.uint8]:
    """Return a smooth colour picture, RGB, whose four corners differ, so that no turning of it looks like another."""
    x = np.linspace(0, 1, width)[None, :]
    y = np.linspace(0, 1, height)[:, None]
    planes = [40 + 180 * x + 0 * y, 30 + 90 * y + 60 * x, 200 - 150 * y * x]
    return np.stack(planes, axis=-1).astype(np.uint8)


def encode(kind: str, pixels: NDArray[Any] | None = None, **options: Any) -> bytes:
    """Encode a picture with Pillow; `options` go to its `save`."""
    buffer = io.BytesIO()
    Image.fromarray(picture() if pixels is None else pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg(width: int = WIDTH, height: int = HEIGHT, **options: Any) -> bytes:
    """Return a JPEG of the picture."""
    return encode("JPEG", picture(width, height), quality=95, **options)


def exif(orientation: int, thumbnail: bytes = b"") -> bytes:
    """Return an EXIF block that notes an orientation, with any bytes behind it."""
    entry = b"\x12\x01\x03\x00\x01\x00\x00\x00" + orientation.to_bytes(2, "little") + b"\0\0"
    return b"Exif\0\0II*\0\x08\0\0\0\x01\0" + entry + b"\0\0\0\0" + thumbnail


def heif(*more: NDArray[np.uint8], main: int = 0) -> bytes:
    """Return a HEIC file of the picture, and of more, RGB; `main` is which of them is the main one."""
    import pillow_heif  # noqa: PLC0415

    buffer = io.BytesIO()
    file = pillow_heif.from_pillow(Image.fromarray(picture()))
    for pixels in more:
        file.add_from_pillow(Image.fromarray(pixels))
    file.save(buffer, quality=95, primary_index=main)
    return buffer.getvalue()


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP of the members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def pdf(*content: tuple[bytes, dict[str, bytes]], box: str = "0 0 96 64", page_extra: str = "") -> bytes:
    """Write a PDF by hand, one page for each (content stream, XObjects by name); an XObject is header and stream."""
    objects: list[bytes] = [b"", b""]
    kids = []
    for stream, pictures in content:
        names = b""
        for name, body in pictures.items():
            objects.append(body)
            names += b"/%s %d 0 R " % (name.encode(), len(objects))
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] %s /Resources << /XObject << %s>> >> /Contents %d 0 R >>"
            % (box.encode(), page_extra.encode(), names, len(objects))
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return _with_table(objects)


def image_object(data: bytes, width: int, height: int, filters: str = "/DCTDecode", space: str = "/DeviceRGB") -> bytes:
    """Return an XObject that holds an encoded picture."""
    head = (
        f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace {space} "
        f"/BitsPerComponent 8 /Filter {filters} /Length {len(data)} >>\nstream\n"
    )
    return head.encode() + data + b"\nendstream"


def _with_table(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def scan_pdf(data: bytes, width: int = WIDTH, height: int = HEIGHT, **options: str) -> bytes:
    """Return a PDF of one page that is nothing but a JPEG."""
    content = b"q %d 0 0 %d 0 0 cm /Im Do Q" % (width, height)
    options.setdefault("box", f"0 0 {width} {height}")
    return pdf((content, {"Im": image_object(data, width, height)}), **options)


def only_page(documents: list[Document]) -> Page:
    """Return the only page of the only document, which must be readable."""
    (document,) = documents
    (page,) = document.pages
    assert isinstance(page, Page), page.reason
    return page


def codes(document: Document) -> list[str | None]:
    """Return the code of each page's failure, at opening or at decoding; None for a page that can be read."""
    found: list[str | None] = []
    for page in document.pages:
        if not isinstance(page, Page):
            found.append(page.reason.code)
            continue
        try:
            page.grey()
            found.append(None)
        except DocumentError as error:
            found.append(error.code)
    return found


def grey_of(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the grey of an RGB picture, by the weights that JPEG uses."""
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)

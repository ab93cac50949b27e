"""Files that cannot be read, made in code, each with the stable code that it must give.

`BROKEN` is used by the tests of this package and by those of the command line.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pypdf import PdfWriter

from tests.support import samples


@dataclass(frozen=True, slots=True)
class Broken:
    """One broken file.

    Attributes:
        name: What is wrong with it, as the test's name.
        filename: What it is called.
        build: Makes its bytes.
        code: The code that the user gets.

    """

    name: str
    filename: str
    build: Callable[[], bytes]
    code: str


def _cut(build: Callable[[], bytes], share: float) -> Callable[[], bytes]:
    """Keep the first part of a file: a share of it up to 1, or that number of bytes; a negative one is left out."""

    def cut() -> bytes:
        data = build()
        return data[: int(share) if share >= 1 or share < 0 else int(len(data) * share)]

    return cut


def _raw(data: bytes) -> Callable[[], bytes]:
    return lambda: data


# --- JPEG ------------------------------------------------------------------------------------------------


def _jpeg_frame(*, width: int = 96, height: int = 64, channels: int = 3, marker: int = 0xC0) -> bytes:
    data = bytearray(samples.jpeg())
    at = data.index(b"\xff\xc0")
    data[at + 1] = marker
    struct.pack_into(">HHB", data, at + 5, height, width, channels)
    return bytes(data)


def _jpeg_with_tail_of_zeros() -> bytes:
    data = samples.jpeg(400, 300)
    return data[: len(data) // 2] + bytes(len(data) - len(data) // 2)


def _jpeg_with_whole_thumbnail() -> bytes:
    data = samples.jpeg(400, 300, exif=samples.exif(1, samples.jpeg(16, 16)))
    return data[:-400]


def _jpeg_of_many_scans() -> bytes:
    data = samples.jpeg(progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * 500 + b"\xff\xd9"


def _jpeg_without_frame() -> bytes:
    data = samples.jpeg()
    at = data.index(b"\xff\xc0")
    return data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4], "big") :]


def _jpeg_with_broken_tables() -> bytes:
    data = bytearray(samples.jpeg())
    at = data.index(b"\xff\xc4")
    data[at + 5 : at + 21] = b"\xff" * 16
    return bytes(data)


# --- PNG -------------------------------------------------------------------------------------------------


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _png(
    width: int = 96,
    height: int = 64,
    *,
    colour: int = 2,
    rows: int = 64,
    body: bytes | None = None,
    extra: bytes = b"",
) -> bytes:
    packed = zlib.compress(bytes(rows * (96 * 3 + 1))) if body is None else body
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + extra + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _png_with_wrong_checksum() -> bytes:
    data = bytearray(_png())
    data[29] ^= 0xFF
    return bytes(data)


# --- TIFF ------------------------------------------------------------------------------------------------


def _tiff(*pages: dict[int, int], last: int = 0, first: int = 8) -> bytes:
    """Write directories of single numbers, chained; `last` is where the last one leads."""
    out = b"II*\0" + struct.pack("<I", first)
    for number, tags in enumerate(pages, start=1):
        entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(tags.items()))
        after = len(out) + 2 + len(entries) + 4
        out += struct.pack("<H", len(tags)) + entries + struct.pack("<I", last if number == len(pages) else after)
    return out


_TIFF_PAGE = {256: 4, 257: 4, 258: 8, 259: 1, 262: 1, 273: 0, 277: 1, 278: 4, 279: 16}


def _tiff_with_broken_strips() -> bytes:
    data = bytearray(samples.encode("TIFF", compression="tiff_deflate"))
    start = data.find(b"\x78\x9c", 8)
    data[start + 2 : start + 60] = b"\xff" * 58
    return bytes(data)


# --- WebP, BMP, HEIF -------------------------------------------------------------------------------------


def _webp(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(kind + struct.pack("<I", len(data)) + data for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _webp_canvas(width: int, height: int) -> bytes:
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return _webp((b"VP8X", b"\0\0\0\0" + sides), (b"VP8L", b"\x2f" + bytes(20) + b"\0"))


def _moving(kind: str) -> Callable[[], bytes]:
    def made() -> bytes:
        from PIL import Image  # noqa: PLC0415

        buffer = io.BytesIO()
        frames = [Image.fromarray(np.full((32, 32, 3), level, np.uint8)) for level in (0, 128, 255)]
        frames[0].save(buffer, kind, save_all=True, append_images=frames[1:])
        return buffer.getvalue()

    return made


def _bmp(width: int, height: int) -> bytes:
    return b"BM" + struct.pack("<IIIIiiHHIIiiII", 54, 0, 54, 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)


def _heif_claiming(width: int, height: int) -> bytes:
    data = bytearray(samples.heif())
    at = data.find(b"ispe")
    while at >= 0:
        struct.pack_into(">II", data, at + 8, width, height)
        at = data.find(b"ispe", at + 4)
    return bytes(data)


def _heif_with_broken_picture() -> bytes:
    data = bytearray(samples.heif())
    at = data.index(b"mdat") + 4
    data[at:] = b"\xff" * (len(data) - at)
    return bytes(data)


# --- PDF -------------------------------------------------------------------------------------------------


def _pdf_with_password() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", "owner", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _pdf_of_many_pages() -> bytes:
    return samples.pdf(*[(b"", {})] * 5000)


def _pdf_with_picture(width: int, height: int) -> bytes:
    body = samples.image_object(zlib.compress(bytes(1000)), width, height, "/FlateDecode", "/DeviceGray")
    return samples.pdf((b"q 96 0 0 64 0 0 cm /Im Do Q", {"Im": body}))


# --- ZIP -------------------------------------------------------------------------------------------------


def _patched_zip(local: int, central: int, value: bytes) -> bytes:
    """Overwrite a field of the only member, at its offsets in the local header and in the directory."""
    data = bytearray(samples.zipped({"a.jpg": samples.jpeg()}))
    entry = data.index(b"PK\x01\x02")
    for at in ([local] if local >= 0 else []) + ([entry + central] if central >= 0 else []):
        data[at : at + len(value)] = value
    return bytes(data)


def _zip_of_blanks(count: int, size: int) -> bytes:
    return samples.zipped({f"{number}.bmp": _bmp(10, 10) + bytes(size) for number in range(count)})


def _zip_claiming(size: int) -> bytes:
    return _patched_zip(22, 24, struct.pack("<I", size))


def _zip_of_many() -> bytes:
    return samples.zipped({f"{number}.jpg": b"x" for number in range(2001)}, zipfile.ZIP_STORED)


def _zip_that_leads_nowhere() -> bytes:
    return _patched_zip(-1, 42, b"\x05")


def _zip_of_no_name() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo(""), b"no picture")
    return buffer.getvalue()


BROKEN: list[Broken] = [
    Broken("empty file", "empty.jpg", _raw(b""), "file_empty"),
    Broken("text renamed", "text.jpg", _raw(b"Suara sah: 123\n" * 40), "file_type_unsupported"),
    Broken("one byte", "one.jpg", _raw(b"\xff"), "file_type_unsupported"),
    Broken("random bytes", "noise.png", lambda: np.random.default_rng(1).bytes(5000), "file_type_unsupported"),
    Broken("zeros", "zeros.jpg", _raw(bytes(5000)), "file_type_unsupported"),
    Broken("HTML page", "page.jpg", _raw(b"<!DOCTYPE html><html><body>404</body></html>"), "file_type_unsupported"),
    Broken("SVG drawing", "drawing.svg", _raw(b'<?xml version="1.0"?><svg width="9"/>'), "file_type_unsupported"),
    Broken("XML", "form.png", _raw(b'<?xml version="1.0"?><form/>'), "file_type_unsupported"),
    Broken("GIF", "scan.gif", lambda: samples.encode("GIF"), "file_type_unsupported"),
    Broken("RAR archive", "scans.rar", _raw(b"Rar!\x1a\x07\x01\0" + bytes(50)), "file_type_unsupported"),
    Broken("gzip", "scan.jpg.gz", _raw(b"\x1f\x8b\x08\0" + bytes(50)), "file_type_unsupported"),
    Broken("video", "clip.mp4", _raw(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(50)), "file_type_unsupported"),
    Broken("AVIF", "scan.heic", _raw(b"\0\0\0\x18ftypavif\0\0\0\0avifavis"), "file_type_unsupported"),
    Broken("JPEG 2000", "scan.jp2", lambda: samples.encode("JPEG2000"), "file_type_unsupported"),
    Broken("JPEG of its magic only", "magic.jpg", _raw(b"\xff\xd8\xff"), "file_truncated"),
    Broken("JPEG cut in its first segment", "head.jpg", _cut(samples.jpeg, 20), "file_truncated"),
    Broken("JPEG cut in its tables", "tables.jpg", _cut(samples.jpeg, 300), "file_truncated"),
    Broken("JPEG cut in half", "half.jpg", _cut(lambda: samples.jpeg(400, 300), 0.5), "file_truncated"),
    Broken("JPEG without its last bytes", "tail.jpg", _cut(samples.jpeg, -2), "file_truncated"),
    Broken("JPEG that ends in zeros", "zeros-p1.jpg", _jpeg_with_tail_of_zeros, "file_truncated"),
    Broken("JPEG cut, its thumbnail whole", "thumbnail.jpg", _jpeg_with_whole_thumbnail, "file_truncated"),
    Broken(
        "JPEG that claims 65000 x 65000",
        "wide.jpg",
        lambda: _jpeg_frame(width=65000, height=65000),
        "image_side_too_long",
    ),
    Broken(
        "JPEG that claims 400 megapixels",
        "large.jpg",
        lambda: _jpeg_frame(width=20000, height=20000),
        "image_too_many_pixels",
    ),
    Broken("JPEG of no size", "none.jpg", lambda: _jpeg_frame(width=0), "image_damaged"),
    Broken("JPEG of five components", "five.jpg", lambda: _jpeg_frame(channels=5), "image_damaged"),
    Broken("JPEG of two components", "two.jpg", lambda: _jpeg_frame(channels=2), "image_damaged"),
    Broken("lossless JPEG", "lossless.jpg", lambda: _jpeg_frame(marker=0xC3), "image_damaged"),
    Broken("JPEG without frame", "frameless.jpg", _jpeg_without_frame, "image_damaged"),
    Broken("JPEG with broken tables", "huffman.jpg", _jpeg_with_broken_tables, "image_damaged"),
    Broken("JPEG, then text", "then-text.jpg", _raw(b"\xff\xd8\xff\xe0\0\x10JFIF" + b"hello " * 99), "image_damaged"),
    Broken("JPEG of 500 scans", "scans.jpg", _jpeg_of_many_scans, "jpeg_too_many_scans"),
    Broken("PNG cut in its header", "head.png", _cut(_png, 18), "file_truncated"),
    Broken("PNG cut in half", "half.png", _cut(lambda: samples.encode("PNG"), 0.5), "file_truncated"),
    Broken("PNG without its end", "tail.png", _cut(_png, -12), "file_truncated"),
    Broken("PNG with half of its rows", "rows.png", lambda: _png(rows=32), "file_truncated"),
    Broken("PNG that claims 100000 x 100000", "large.png", lambda: _png(100_000, 100_000), "image_side_too_long"),
    Broken("PNG that claims 729 megapixels", "pixels.png", lambda: _png(27_000, 27_000), "image_too_many_pixels"),
    Broken("PNG of no size", "none.png", lambda: _png(0, 0), "image_damaged"),
    Broken("PNG of an unknown colour type", "colour.png", lambda: _png(colour=5), "image_damaged"),
    Broken("PNG with garbage for pixels", "garbage.png", lambda: _png(body=b"\xff" * 500), "image_damaged"),
    Broken("PNG with a wrong checksum", "checksum.png", _png_with_wrong_checksum, "image_damaged"),
    Broken(
        "PNG with a bomb for text",
        "bomb.png",
        lambda: _png(extra=_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(50_000_000), 9))),
        "image_damaged",
    ),
    Broken("TIFF of its magic only", "magic.tif", _raw(b"II*\0"), "file_truncated"),
    Broken("TIFF cut in half", "half.tif", _cut(lambda: samples.encode("TIFF"), 0.5), "file_truncated"),
    Broken("TIFF whose directory lies outside", "outside.tif", lambda: _tiff(first=9999), "file_truncated"),
    Broken(
        "TIFF that claims 100000 x 100000",
        "large.tif",
        lambda: _tiff({**_TIFF_PAGE, 256: 100_000, 257: 100_000}),
        "image_side_too_long",
    ),
    Broken(
        "TIFF whose pages lead in a circle",
        "circle.tif",
        lambda: _tiff(_TIFF_PAGE, _TIFF_PAGE, last=8),
        "image_damaged",
    ),
    Broken("TIFF of 300 pages", "pages.tif", lambda: _tiff(*[_TIFF_PAGE] * 300), "image_too_many_pages"),
    Broken("TIFF without page", "none.tif", lambda: _tiff(first=0), "image_damaged"),
    Broken(
        "TIFF of floating-point numbers",
        "float.tif",
        lambda: samples.encode("TIFF", np.zeros((8, 8), np.float32)),
        "image_variant_unsupported",
    ),
    Broken("TIFF with garbage for pixels", "garbage.tif", _tiff_with_broken_strips, "image_damaged"),
    Broken("BigTIFF cut", "big.tif", _raw(b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0\x05"), "file_truncated"),
    Broken("WebP cut in half", "half.webp", _cut(lambda: samples.encode("WEBP"), 0.5), "file_truncated"),
    Broken("WebP of its magic only", "magic.webp", _raw(b"RIFF\x04\0\0\0WEBP"), "image_damaged"),
    Broken(
        "WebP that claims 100000 x 100000", "large.webp", lambda: _webp_canvas(100_000, 100_000), "image_side_too_long"
    ),
    Broken("WebP with garbage for pixels", "garbage.webp", lambda: _webp_canvas(64, 64), "image_damaged"),
    Broken("animated WebP", "moving.webp", _moving("WEBP"), "picture_animated"),
    Broken("animated PNG", "moving.png", _moving("PNG"), "picture_animated"),
    Broken("BMP cut in half", "half.bmp", _cut(lambda: samples.encode("BMP"), 0.5), "file_truncated"),
    Broken("BMP that claims 100000 x 100000", "large.bmp", lambda: _bmp(100_000, 100_000), "image_side_too_long"),
    Broken("BMP of no size", "none.bmp", lambda: _bmp(0, 5), "image_damaged"),
    Broken("HEIC cut in half", "half.heic", _cut(samples.heif, 0.5), "file_truncated"),
    Broken("HEIC cut after its type", "type.heic", _cut(samples.heif, 32), "file_truncated"),
    Broken(
        "HEIC that claims 100000 x 100000",
        "large.heic",
        lambda: _heif_claiming(100_000, 100_000),
        "image_side_too_long",
    ),
    Broken("HEIC with garbage for pixels", "garbage.heic", _heif_with_broken_picture, "image_damaged"),
    Broken("PDF of its header only", "header.pdf", _raw(b"%PDF-1.7\n"), "pdf_damaged"),
    Broken("PDF, then garbage", "garbage.pdf", _raw(b"%PDF-1.4\n" + b"\x93\xfe" * 4000), "pdf_damaged"),
    Broken("PDF cut early", "cut.pdf", _cut(lambda: samples.scan_pdf(samples.jpeg()), 100), "pdf_damaged"),
    Broken("PDF without page", "none.pdf", samples.pdf, "pdf_damaged"),
    Broken("PDF with a password", "secret.pdf", _pdf_with_password, "pdf_encrypted"),
    Broken("PDF of 5000 pages", "pages.pdf", _pdf_of_many_pages, "pdf_too_many_pages"),
    Broken(
        "PDF with a picture of 100000 x 100000",
        "picture.pdf",
        lambda: _pdf_with_picture(100_000, 100_000),
        "image_side_too_long",
    ),
    Broken("ZIP without files", "none.zip", lambda: samples.zipped({}), "nothing_to_read"),
    Broken(
        "ZIP of texts only",
        "texts.zip",
        lambda: samples.zipped({"readme.txt": b"x", ".hidden": b"x"}),
        "nothing_to_read",
    ),
    Broken("ZIP cut", "cut.zip", _cut(lambda: samples.zipped({"a.jpg": samples.jpeg()}), 0.6), "file_truncated"),
    Broken("ZIP with a broken directory", "directory.zip", lambda: _patched_zip(-1, 0, b"NOPE"), "archive_damaged"),
    Broken("ZIP whose directory leads nowhere", "nowhere.zip", _zip_that_leads_nowhere, "archive_damaged"),
    Broken("ZIP with a wrong checksum", "checksum.zip", lambda: _patched_zip(14, 16, b"\1\2\3\4"), "archive_damaged"),
    Broken("ZIP encrypted", "secret.zip", lambda: _patched_zip(6, 8, b"\1"), "archive_encrypted"),
    Broken(
        "ZIP of an unknown method", "method.zip", lambda: _patched_zip(8, 10, b"\x63\0"), "archive_method_unsupported"
    ),
    Broken(
        "ZIP in a ZIP",
        "nested.zip",
        lambda: samples.zipped({"a.zip": samples.zipped({"a.jpg": b"x"})}),
        "archive_nested",
    ),
    Broken("ZIP bomb", "bomb.zip", lambda: _zip_of_blanks(1, 20_000_000), "archive_ratio"),
    Broken("ZIP bomb that claims to be small", "liar.zip", lambda: _zip_claiming(700), "archive_damaged"),
    Broken("ZIP that claims 4 GiB", "claims.zip", lambda: _zip_claiming(0xFFFFFFF0), "archive_too_large"),
    Broken("ZIP member of 100 MiB", "member.zip", lambda: _zip_claiming(100 << 20), "archive_ratio"),
    Broken("ZIP of 2001 files", "many.zip", _zip_of_many, "archive_too_many_files"),
    Broken(
        "ZIP with a name that leads outside",
        "slip.zip",
        lambda: samples.zipped({"../../../etc/x.jpg": b"x"}),
        "file_type_unsupported",
    ),
    Broken("ZIP member without a name", "nameless.zip", _zip_of_no_name, "file_type_unsupported"),
    Broken(
        "Office document",
        "report.docx",
        lambda: samples.zipped({"[Content_Types].xml": b"<x/>", "word/media/1.jpg": samples.jpeg()}),
        "file_type_unsupported",
    ),
]

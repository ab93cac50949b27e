"""What a file is, told by its first bytes; its extension is never believed."""

from enum import Enum

HEAD_BYTES = 1024


class Kind(Enum):
    """The types of file that can be opened."""

    JPEG = "JPEG"
    PNG = "PNG"
    TIFF = "TIFF"
    WEBP = "WebP"
    BMP = "BMP"
    HEIF = "HEIF"
    PDF = "PDF"
    ZIP = "ZIP"

    @property
    def media_type(self) -> str:
        """What it is called in HTTP."""
        return _MEDIA_TYPES.get(self, f"image/{self.value.lower()}")

    @property
    def ending(self) -> str:
        """What names of such files end in, by which telephones and Windows know what opens them."""
        return _ENDINGS.get(self, self.value.lower())


_MEDIA_TYPES = {Kind.PDF: "application/pdf", Kind.ZIP: "application/zip"}
_ENDINGS = {Kind.JPEG: "jpg", Kind.TIFF: "tif", Kind.HEIF: "heic"}
_MAGIC = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"II*\x00", Kind.TIFF),
    (b"MM\x00*", Kind.TIFF),
    (b"II+\x00", Kind.TIFF),
    (b"MM\x00+", Kind.TIFF),
    (b"PK\x03\x04", Kind.ZIP),
    (b"PK\x05\x06", Kind.ZIP),
)
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_FOREIGN = (
    (b"GIF8", "a GIF"),
    (b"8BPS", "a Photoshop file"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript file"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)


def identify(head: bytes) -> Kind | None:
    """Return the kind of a file.

    Args:
        head: Its first bytes, `HEAD_BYTES` of them if it has so many.

    Returns:
        The kind, or None if it is none that can be opened.

    """
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind.WEBP
    if head[4:8] == b"ftyp" and _brands(head) & _HEIF_BRANDS:
        return Kind.HEIF
    # "BM" alone begins many a text: a bitmap also has four reserved zero bytes.
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0":
        return Kind.BMP
    # Readers of PDF accept the header anywhere in the first kilobyte, and mail gateways do prepend lines.
    return Kind.PDF if b"%PDF-" in head[:HEAD_BYTES] else None


def describe(head: bytes) -> str:
    """Return in a few words what a file seems to be that `identify` does not know."""
    for magic, words in _FOREIGN:
        if head.startswith(magic):
            return words
    if head[4:8] == b"ftyp":
        return "an AVIF picture" if b"avif" in _brands(head) else "a video"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in text:
        return "an SVG drawing"
    if text.startswith((b"<!doctype html", b"<html")):
        return "an HTML page"
    if text.startswith(b"<?xml"):
        return "an XML file"
    return "text" if _is_text(head) else "data of no known type"


def _brands(head: bytes) -> set[bytes]:
    """Return the brands that the first box of an ISO media file claims."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[8:12], *(head[i : i + 4] for i in range(16, end - 3, 4))}


def _is_text(head: bytes) -> bool:
    """Return whether the bytes look like text; the last character may be cut."""
    try:
        decoded = head[: len(head) - 3].decode() if len(head) > 3 else head.decode()
    except UnicodeDecodeError:
        return False
    return all(char.isprintable() or char.isspace() for char in decoded)

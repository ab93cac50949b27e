"""File names made fit to be shown and compared."""

import os
import re
import unicodedata
from pathlib import Path, PurePosixPath


def printable(name: str) -> str:
    """Return a name that is safe to print and to encode.

    Control characters (a line feed, a terminal's escape) and bytes that are no UTF-8 become backslash escapes.
    """
    decoded = os.fsencode(name).decode("utf-8", "backslashreplace") if _has_surrogates(name) else name
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in decoded)


def path_name(path: Path) -> str:
    """Return the printable name of a path, with forward slashes."""
    return printable(path.as_posix())


def inner_parts(name: str) -> tuple[str, ...]:
    """Return the parts of a name that came from outside, such as an archive or an upload.

    Backslashes of Windows count as slashes; roots, drives, "." and ".." are dropped, so that the name cannot point
    outside of anything.
    """
    parts = PurePosixPath(name.replace("\\", "/")).parts
    kept = [part for part in parts if part not in ("/", "//", "..", ".") and not part.endswith(":")]
    return tuple(printable(part) for part in kept) or ("unnamed",)


def comparable(name: str) -> str:
    """Return the form in which names are compared: composed, as macOS decomposes accents and others do not."""
    return unicodedata.normalize("NFC", name)


def _has_surrogates(name: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in name)


def file_name(document: str) -> str:
    """Return a document's name as one that is safe in any file system, 120 characters at most."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", document).strip("._")[:120] or "document"

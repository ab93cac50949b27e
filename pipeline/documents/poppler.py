"""The tools of poppler: two that look into PDFs, run under a limit of time and memory, and pdf2image to render.

The PDF goes in through standard input, so that a file name can never be taken for an option. An empty user password,
as on the official form PDFs, needs no option: poppler tries it by itself.
"""

import contextlib
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from pdf2image import convert_from_bytes
from pdf2image.exceptions import (
    PDFInfoNotInstalledError,
    PDFPageCountError,
    PDFPopplerTimeoutError,
    PDFSyntaxError,
)

from pipeline.documents.limits import Limits
from pipeline.errors import DocumentError

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]

_PAGE_SIZE = re.compile(r"^Page +(\d+) size: +(\S+) x (\S+) pts", re.MULTILINE)
_PAGE_TURN = re.compile(r"^Page +(\d+) rot: +(\d+)", re.MULTILINE)
_PAGES = re.compile(r"^Pages: +(\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page as `pdfinfo` sees it.

    Attributes:
        width: Points (1/72 inch) of the crop box, before turning.
        height: Points of the crop box, before turning.
        rotation: Degrees clockwise by which a viewer turns it: 0, 90, 180 or 270.

    """

    width: float
    height: float
    rotation: int


@dataclass(frozen=True, slots=True)
class PdfImage:
    """One picture on a page as `pdfimages` lists it.

    Attributes:
        kind: "image", "smask", "stencil" or "mask".
        width: Pixels.
        height: Pixels.
        encoding: "jpeg", "image", "ccitt", "jbig2", "jpx"...
        x_ppi: Pixels an inch as placed on the page.
        y_ppi: Pixels an inch as placed on the page.

    """

    kind: str
    width: int
    height: int
    encoding: str
    x_ppi: float
    y_ppi: float


def page_table(data: bytes, name: str, limits: Limits) -> list[PdfPage]:
    """Return the pages of a PDF.

    Raises:
        DocumentError: It needs a password, is damaged, or has too many pages.

    """
    text = _run("pdfinfo", ["-f", "1", "-l", str(limits.max_pages_per_file), "-"], data, name, limits).decode(
        "utf-8", "replace"
    )
    # The title comes first and may hold anything, so the last match is poppler's own.
    counts = _PAGES.findall(text)
    count = int(counts[-1]) if counts else 0
    if count > limits.max_pages_per_file:
        raise DocumentError("pdf_too_many_pages", path=name, pages=count, limit=limits.max_pages_per_file)
    sizes = {int(page): (float(width), float(height)) for page, width, height in _PAGE_SIZE.findall(text)}
    turns = {int(page): int(degrees) for page, degrees in _PAGE_TURN.findall(text)}
    if not count or not all(page in sizes for page in range(1, count + 1)):
        raise DocumentError("pdf_damaged", path=name, problem="its pages cannot be listed")
    return [PdfPage(*sizes[page], turns.get(page, 0)) for page in range(1, count + 1)]


def image_table(data: bytes, name: str, pages: int, limits: Limits) -> dict[int, list[PdfImage]]:
    """Return the pictures of each page that has any, by 1-based page number."""
    output = _run("pdfimages", ["-list", "-f", "1", "-l", str(pages), "-"], data, name, limits)
    found: dict[int, list[PdfImage]] = {}
    for line in output.decode("utf-8", "replace").splitlines()[2:]:
        words = line.split()
        # page num type width height color comp bpc enc interp object ID x-ppi y-ppi size ratio; inline images have
        # "[inline]" in place of the two columns of the object.
        if len(words) < 15 or not words[0].isdigit():
            continue
        with contextlib.suppress(ValueError):
            image = PdfImage(words[2], int(words[3]), int(words[4]), words[8], float(words[-4]), float(words[-3]))
            found.setdefault(int(words[0]), []).append(image)
    return found


def embedded_jpeg(data: bytes, name: str, page: int, limits: Limits) -> bytes | None:
    """Return the only JPEG of a page exactly as it is embedded, or None."""
    with tempfile.TemporaryDirectory(prefix="chasil-") as folder:
        _run("pdfimages", ["-j", "-f", str(page), "-l", str(page), "-", f"{folder}/i"], data, name, limits)
        files = list(Path(folder).iterdir())
        return files[0].read_bytes() if len(files) == 1 and files[0].suffix == ".jpg" else None


def render(
    data: bytes, name: str, page: int, size: tuple[int, int], limits: Limits, *, turned: bool, colour: bool
) -> NDArray[np.uint8]:
    """Render one page.

    Args:
        data: The PDF.
        name: Its name, for the errors.
        page: 1-based page number.
        size: (width, height) in pixels of the picture, after the page's own rotation.
        limits: Time and memory that it may take.
        turned: Whether the page is turned by 90 or 270 degrees.
        colour: BGR instead of grey.

    Returns:
        uint8, (height, width) or (height, width, 3).

    Raises:
        DocumentError: Poppler cannot render it.

    """
    width, height = size
    # Versions of poppler differ on which side of a turned page is x; the long side means the same to all.
    scale: int | tuple[int, int] = max(size) if turned else size
    try:
        pictures = convert_from_bytes(
            data,
            first_page=page,
            last_page=page,
            size=scale,
            grayscale=not colour,
            use_cropbox=True,
            timeout=limits.poppler_seconds,
        )
    except PDFPopplerTimeoutError:
        raise DocumentError("pdf_too_slow", path=name, tool="pdftoppm", limit=limits.poppler_seconds) from None
    except PDFInfoNotInstalledError:
        raise DocumentError("poppler_missing", path=name, tool="pdftoppm") from None
    except (PDFPageCountError, PDFSyntaxError, OSError):
        raise DocumentError("pdf_render_failed", path=name, page=page) from None
    pixels = np.asarray(pictures[0], dtype=np.uint8) if pictures else np.zeros((1, 1), np.uint8)
    if max(abs(pixels.shape[0] - height), abs(pixels.shape[1] - width)) > 2:
        raise DocumentError("pdf_render_failed", path=name, page=page)
    if pixels.shape[:2] != (height, width):  # rounding
        pixels = cast("NDArray[np.uint8]", cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    return np.ascontiguousarray(pixels[..., ::-1]) if colour else pixels.copy()


def _run(tool: Literal["pdfinfo", "pdfimages"], arguments: list[str], data: bytes, name: str, limits: Limits) -> bytes:
    """Run one tool over a PDF and return what it writes to standard output."""
    environment = {**os.environ, "LC_ALL": "C"}
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen([tool, *arguments], stdin=pipe, stdout=pipe, stderr=pipe, env=environment)  # noqa: S603
    except FileNotFoundError:
        raise DocumentError("poppler_missing", path=name, tool=tool) from None
    with process:
        _limit_memory(process.pid, limits.poppler_bytes)
        try:
            output, errors = process.communicate(data, timeout=limits.poppler_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise DocumentError("pdf_too_slow", path=name, tool=tool, limit=limits.poppler_seconds) from None
    if process.returncode:
        raise _tool_error(errors, name)
    return output


def _limit_memory(process: int, limit: int) -> None:
    """Limit the address space of a process, on systems that can."""
    if hasattr(resource, "prlimit"):
        with contextlib.suppress(OSError):  # it may have ended already
            resource.prlimit(process, resource.RLIMIT_AS, (limit, limit))


def _tool_error(errors: bytes, name: str) -> DocumentError:
    """Put what a tool wrote to standard error into our terms."""
    text = errors.decode("utf-8", "replace")
    if "Incorrect password" in text:
        return DocumentError("pdf_encrypted", path=name)
    lines = text.strip().splitlines()
    return DocumentError("pdf_damaged", path=name, problem=lines[-1][:200] if lines else "no reason given")

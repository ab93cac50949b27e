"""The tools of poppler, run under a budget of time, under limits of memory, and without our environment.

pdf2image reads what its renderer writes; it cannot end or limit the tools itself, nor hide our environment from them.

The PDF goes in through standard input, so that a file name can never be taken for an option. An empty user password,
as on the official form PDFs, needs no option: poppler tries it by itself.
"""

import contextlib
import math
import os
import re
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from pdf2image.parsers import parse_buffer_to_pgm, parse_buffer_to_ppm

from pipeline.documents.budget import Budget
from pipeline.documents.limits import MIB, Limits
from pipeline.errors import DocumentError

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]

_PAGE_SIZE = re.compile(r"^Page +(\d+) size: +(\S+) x (\S+) pts", re.MULTILINE)
_PAGE_TURN = re.compile(r"^Page +(\d+) rot: +(\d+)", re.MULTILINE)
_PAGES = re.compile(r"^Pages: +(\d+)", re.MULTILINE)
_PASSED_ON = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
"""What of our environment a tool is told: where programs, libraries and fonts are. Passwords and keys are not."""

_LONGEST_FILE = 256 * MIB
"""What a tool may write into one file."""


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


def page_table(data: bytes, name: str, limits: Limits, budget: Budget) -> list[PdfPage]:
    """Return the pages of a PDF.

    Raises:
        DocumentError: It needs a password, is damaged, or has too many pages.

    """
    arguments = ["-f", "1", "-l", str(limits.max_pages_per_file), "-"]
    text = _run("pdfinfo", arguments, data, name, limits, budget).decode("utf-8", "replace")
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


def image_table(data: bytes, name: str, pages: int, limits: Limits, budget: Budget) -> dict[int, list[PdfImage]]:
    """Return the pictures of each page that has any, by 1-based page number."""
    output = _run("pdfimages", ["-list", "-f", "1", "-l", str(pages), "-"], data, name, limits, budget)
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


def embedded_jpeg(data: bytes, name: str, page: int, limits: Limits, budget: Budget) -> bytes | None:
    """Return the only JPEG of a page exactly as it is embedded, or None."""
    with tempfile.TemporaryDirectory(prefix="chasil-") as folder:
        _run("pdfimages", ["-j", "-f", str(page), "-l", str(page), "-", f"{folder}/i"], data, name, limits, budget)
        files = list(Path(folder).iterdir())
        return files[0].read_bytes() if len(files) == 1 and files[0].suffix == ".jpg" else None


def render(
    data: bytes,
    name: str,
    page: int,
    size: tuple[int, int],
    limits: Limits,
    budget: Budget,
    *,
    turned: bool,
    colour: bool,
) -> NDArray[np.uint8]:
    """Render one page.

    Args:
        data: The PDF.
        name: Its name, for the errors.
        page: 1-based page number.
        size: (width, height) in pixels of the picture, after the page's own rotation.
        limits: Memory that it may take.
        budget: Time that it may take.
        turned: Whether the page is turned by 90 or 270 degrees.
        colour: BGR instead of grey.

    Returns:
        uint8, (height, width) or (height, width, 3).

    Raises:
        DocumentError: Poppler cannot render it.

    """
    width, height = size
    # Versions of poppler differ on which side of a turned page is x; the long side means the same to all.
    scale = ["-scale-to", str(max(size))] if turned else ["-scale-to-x", str(width), "-scale-to-y", str(height)]
    arguments = ["-f", str(page), "-l", str(page), "-cropbox", *scale, *([] if colour else ["-gray"]), "-"]
    try:
        output = _run("pdftoppm", arguments, data, name, limits, budget)
        pictures = (parse_buffer_to_ppm if colour else parse_buffer_to_pgm)(output)
    except (OSError, ValueError, IndexError, DocumentError) as error:
        if isinstance(error, DocumentError) and error.code in ("pdf_too_slow", "poppler_missing"):
            raise
        raise DocumentError("pdf_render_failed", path=name, page=page) from None
    pixels = np.asarray(pictures[0], dtype=np.uint8) if pictures else np.zeros((1, 1), np.uint8)
    if max(abs(pixels.shape[0] - height), abs(pixels.shape[1] - width)) > 2:
        raise DocumentError("pdf_render_failed", path=name, page=page)
    if pixels.shape[:2] != (height, width):  # rounding
        pixels = cast("NDArray[np.uint8]", cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    return np.ascontiguousarray(pixels[..., ::-1]) if colour else pixels.copy()


def _run(
    tool: Literal["pdfinfo", "pdfimages", "pdftoppm"],
    arguments: list[str],
    data: bytes,
    name: str,
    limits: Limits,
    budget: Budget,
) -> bytes:
    """Run one tool over a PDF and return what it writes to standard output."""
    seconds = budget.left
    if not seconds:
        raise _too_slow(name, tool, budget)
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen([tool, *arguments], stdin=pipe, stdout=pipe, stderr=pipe, env=_environment())  # noqa: S603
    except FileNotFoundError:
        raise DocumentError("poppler_missing", path=name, tool=tool) from None
    with process, budget.running(process):
        _limit(process.pid, limits, seconds)
        try:
            output, errors = process.communicate(data, timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise _too_slow(name, tool, budget) from None
    if process.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise _too_slow(name, tool, budget)
    if process.returncode:
        raise _tool_error(errors, name)
    return output


def _environment() -> dict[str, str]:
    """Return the environment of a tool."""
    return {**{key: os.environ[key] for key in _PASSED_ON if key in os.environ}, "LC_ALL": "C"}


def _too_slow(name: str, tool: str, budget: Budget) -> DocumentError:
    return DocumentError("pdf_too_slow", path=name, tool=tool, limit=round(budget.seconds, 1))


def _limit(process: int, limits: Limits, seconds: float) -> None:
    """Limit memory, time and files of a process on systems that can, so that it also ends where we are killed."""
    if not hasattr(resource, "prlimit"):
        return
    time = math.ceil(seconds) + 1
    wanted = (
        (resource.RLIMIT_AS, limits.poppler_bytes),
        (resource.RLIMIT_CPU, time),
        (resource.RLIMIT_FSIZE, _LONGEST_FILE),
        (resource.RLIMIT_CORE, 0),
    )
    with contextlib.suppress(OSError):  # it may have ended already
        for what, limit in wanted:
            resource.prlimit(process, what, (limit, limit))


def _tool_error(errors: bytes, name: str) -> DocumentError:
    """Put what a tool wrote to standard error into our terms."""
    text = errors.decode("utf-8", "replace")
    if "Incorrect password" in text:
        return DocumentError("pdf_encrypted", path=name)
    lines = text.strip().splitlines()
    return DocumentError("pdf_damaged", path=name, problem=lines[-1][:200] if lines else "no reason given")

"""Results that are written as they come, and stay when a run ends before its end.

They are written to `FILE.part`, which becomes FILE when all is done: nobody takes half a file for the whole. What an
interrupted run has left is gone on with, or looked at; it is never overwritten.
"""

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from api.files.atomic import whole_bytes, whole_file
from pipeline.documents import Document
from pipeline.errors import UsageError

Line = dict[str, Any]

Sources = tuple[tuple[str, int, str], ...]
"""Of each page of a document: the file's name, the page in it, and the SHA-256 of its bytes."""


def part_of(target: str) -> Path:
    """Return where results are kept until all of them are there."""
    return Path(f"{target}.part")


def is_file(target: str) -> bool:
    """Return whether a target is a file to be, and not standard output, a device or a pipe."""
    path = Path(target)
    return target != "-" and (not path.exists() or path.is_file() or path.is_dir())


@contextmanager
def resumable_file(target: str, *, resume: bool = False) -> Iterator[TextIO]:
    """Open `target` for text that stays in `FILE.part` if the block does not end well, unless nothing was written.

    Args:
        target: A file; "-", a device or a pipe is written to as it is.
        resume: Go on behind what `FILE.part` holds.

    Raises:
        UsageError: `output_not_writable`; `results_left` where a run has left results that this one would overwrite.

    """
    if not is_file(target):
        with whole_file(target) as stream:
            yield stream
        return
    part = part_of(target)
    if not resume and part.exists():
        raise UsageError("results_left", path=str(part), target=target)
    try:
        file = part.open("a" if resume else "w", encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError("output_not_writable", path=target, why=error.strerror) from error
    try:
        with file:
            yield file
        part.replace(target)
    finally:
        with contextlib.suppress(OSError):
            if not part.stat().st_size:
                part.unlink()


@dataclass(frozen=True, slots=True)
class Known:
    """A document of which the results are there already.

    Attributes:
        sources: The pages that they are of.
        start, end: Where its lines lie, bytes.

    """

    sources: Sources
    start: int
    end: int


class ResumableLines:
    """JSON lines of documents, each written when it is read.

    Args:
        file: Where they go.
        part: The file that holds those of an earlier run, by document.
        known: What it holds.

    """

    def __init__(self, file: TextIO, part: Path | None = None, known: dict[str, Known] | None = None) -> None:
        self._file, self._part, self._known = file, part, known or {}
        self.outdated: list[Known] = []

    def of(self, document: Document) -> list[Line] | None:
        """Return the lines of a document that was read before, from the same bytes; None of any other."""
        found = self._known.get(document.name)
        if found is None or self._part is None:
            return None
        if found.sources != sources_of(document):
            self.outdated.append(found)
            return None
        with self._part.open("rb") as file:
            file.seek(found.start)
            return [json.loads(line) for line in file.read(found.end - found.start).splitlines()]

    def write(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Write the lines of a document: its pages, then itself."""
        self._file.write("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
        self._file.flush()


@contextmanager
def resumable_lines(target: str, *, resume: bool = False) -> Iterator[ResumableLines]:
    """Open `target` for JSON lines, in the way of `resumable_file`; with `resume`, what is there already is known.

    Raises:
        UsageError: As `resumable_file`; `resume_needs_file` for standard output, a device or a pipe.

    """
    if not resume:
        with resumable_file(target) as file:
            yield ResumableLines(file)
        return
    if not is_file(target):
        raise UsageError("resume_needs_file")
    part = part_of(target)
    if not part.exists() and Path(target).is_file():
        Path(target).replace(part)
    known = _known_in(part)
    with resumable_file(target, resume=True) as file:
        kept = ResumableLines(file, part, known)
        yield kept
    if kept.outdated:
        _leave_out(Path(target), kept.outdated)


def sources_of(document: Document) -> Sources:
    """Return what the pages of a document are read from."""
    return tuple((page.source.name, page.source.page, page.source.sha256) for page in document.pages)


def _known_in(part: Path) -> dict[str, Known]:
    """Return the documents in a file of results, and cut off what a run has left half written."""
    known: dict[str, Known] = {}
    if not part.exists():
        return known
    with part.open("rb+") as file:
        start, pages = 0, []
        for line in iter(file.readline, b""):
            read = _read(line)
            if read is None:
                break
            if read["kind"] == "page":
                pages.append(read["source"])
                continue
            sources = tuple((one["name"], one["page"], one["sha256"]) for one in pages)
            known[read["document"]] = Known(sources, start, file.tell())
            start, pages = file.tell(), []
        file.seek(start)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())
    return known


def _leave_out(path: Path, outdated: Sequence[Known]) -> None:
    """Take lines out of a file whose documents have changed and were read again."""
    with path.open("rb") as file, whole_bytes(str(path)) as kept:
        at = 0
        for gone in sorted(outdated, key=lambda one: one.start):
            kept.write(file.read(gone.start - at))
            at = file.seek(gone.end)
        shutil.copyfileobj(file, kept)


def _read(line: bytes) -> Line | None:
    """Return a line of results; None where it is not whole."""
    try:
        read = json.loads(line)
    except ValueError:
        return None
    whole = line.endswith(b"\n") and isinstance(read, dict) and read.get("kind") in ("page", "document")
    return read if whole else None

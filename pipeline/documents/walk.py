"""List the files that were asked for: folders and ZIPs walked, nothing read but the first bytes of each file."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.documents.archive import list_members
from pipeline.documents.kinds import HEAD_BYTES, Kind, describe, identify
from pipeline.documents.limits import Limits
from pipeline.documents.names import inner_parts, path_name, printable
from pipeline.documents.origins import BytesOrigin, FileOrigin, Origin
from pipeline.errors import DocumentError
from pipeline.reasons import Reason

# Files that lie beside scans and are no pages; only skipped inside folders and archives, never when named directly.
_BESIDE = frozenset(
    {".csv", ".htm", ".html", ".ini", ".json", ".jsonl", ".log", ".md", ".txt", ".xml", ".yaml", ".yml"}
)
_SYSTEM = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


@dataclass(frozen=True, slots=True)
class Item:
    """One file to open.

    Attributes:
        name: As given, to show to people.
        place: Where it lies: the number of its archive (0 outside of archives), then the folders.
        file: Its name without folders.
        origin: Where its bytes are, if they can be had.
        kind: What its first bytes say it is.
        reason: Why it cannot be opened, if that is known already.

    """

    name: str
    place: tuple[int, tuple[str, ...]]
    file: str
    origin: Origin | None = None
    kind: Kind | None = None
    reason: Reason | None = None


class Walk:
    """One walk over all inputs. It remembers which files and folders it has met, so that none is read twice.

    Args:
        limits: What archives may ask for.

    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._archives = 0
        self._files: set[str] = set()
        self._folders: set[tuple[int, int]] = set()

    def items(self, inputs: Sequence[Path | tuple[str, bytes]]) -> Iterator[Item]:
        """List the files of all inputs in order; a fault of one of them is an item with a reason."""
        for given in inputs:
            if isinstance(given, tuple):
                yield from self._upload(*given)
            elif _is_folder(given):
                yield from self._folder(given)
            else:
                yield from self._file(given)

    def _upload(self, name: str, data: bytes) -> Iterator[Item]:
        *folders, file = inner_parts(name)
        yield from self._origin(BytesOrigin(printable(name), data), (0, tuple(folders)), file, 0)

    def _file(self, path: Path) -> Iterator[Item]:
        absolute = os.path.abspath(path)  # noqa: PTH100  Path.absolute keeps "..", and resolve follows links
        if absolute in self._files:
            return
        self._files.add(absolute)
        folders = tuple(printable(part) for part in Path(absolute).parent.parts[1:])
        yield from self._origin(FileOrigin(path_name(path), path), (0, folders), printable(Path(absolute).name), 0)

    def _folder(self, top: Path) -> Iterator[Item]:
        """Walk a folder; the stack holds what is still to be walked, so that no depth is too deep."""
        met = False
        stack = [top]
        while stack:
            path = stack.pop()
            if path is not top and _ignored(path.name):
                continue
            try:
                if _is_folder(path):
                    stack += self._listing(path)
                    continue
            except OSError as error:
                met = True
                yield _rejected(path_name(path), path, "file_unreadable", error.strerror or str(error))
                continue
            if path.suffix.lower() not in _BESIDE:
                met = True
                yield from self._file(path)
        if not met:
            yield _rejected(path_name(top), top, "nothing_to_read")

    def _listing(self, folder: Path) -> list[Path]:
        """List a folder backwards, for the stack; one that was met before (a circle of links) gives nothing."""
        status = folder.stat()
        if (status.st_dev, status.st_ino) in self._folders:
            return []
        self._folders.add((status.st_dev, status.st_ino))
        return sorted(folder.iterdir(), reverse=True)

    def _origin(self, origin: Origin, place: tuple[int, tuple[str, ...]], file: str, depth: int) -> Iterator[Item]:
        """Find out what a file is, and walk on into it if it is an archive."""
        try:
            kind = self._kind(origin)
            if kind is not Kind.ZIP:
                yield Item(origin.name, place, file, origin, kind)
                return
            if depth >= self._limits.max_zip_depth:
                raise DocumentError("archive_nested", path=origin.name, limit=self._limits.max_zip_depth)
            members = list(self._members(origin, (*place[1], file), depth))
        except DocumentError as error:
            yield Item(origin.name, place, file, reason=error.reason)
            return
        yield from members
        if not members:
            yield Item(origin.name, place, file, reason=Reason("nothing_to_read", {"path": origin.name}))

    def _members(self, archive: Origin, folders: tuple[str, ...], depth: int) -> Iterator[Item]:
        self._archives += 1
        number = self._archives
        for member in list_members(archive, self._limits):
            *inner, file = member.parts
            if any(map(_ignored, member.parts)) or Path(file).suffix.lower() in _BESIDE:
                continue
            place = (number, (*folders, *inner))
            if member.reason is not None:
                yield Item(member.origin.name, place, file, reason=member.reason)
            else:
                yield from self._origin(member.origin, place, file, depth + 1)

    def _kind(self, origin: Origin) -> Kind:
        head = origin.head(HEAD_BYTES)
        if not head:
            raise DocumentError("file_empty", path=origin.name)
        kind = identify(head)
        if kind is None:
            raise DocumentError("file_type_unsupported", path=origin.name, seen=describe(head))
        return kind


def _is_folder(path: Path) -> bool:
    """Return whether a path is a folder; one that cannot be asked about is none, and fails with a code when opened."""
    return os.path.isdir(path)  # noqa: PTH112  Path.is_dir raises where permission is lacking or the name is too long


def _ignored(name: str) -> bool:
    """Return whether a file or folder inside a folder is hidden or put there by the system."""
    return name.startswith(".") or name.lower() in _SYSTEM


def _rejected(name: str, path: Path, code: str, problem: str | None = None) -> Item:
    values = {"path": name} if problem is None else {"path": name, "problem": problem}
    folders = tuple(printable(part) for part in path.absolute().parent.parts[1:])
    return Item(name, (0, folders), printable(path.resolve().name or name), reason=Reason(code, values))

"""A folder that is watched: what has settled there is kept, then moved to a folder of what was done or what failed.

It looks again and again instead of waiting to be told, because network folders tell nothing. A file has settled when
neither its size nor its time has changed for a while; one that is still empty has not arrived. A file is kept before it
is moved: whatever is interrupted in between is taken up again, and bytes that are there already change nothing.
"""

import errno
import json
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from api.core.context import Records
from api.core.machine_failures import MACHINE_FAILURES
from api.db.types import now
from api.documents.receive import Delivery, Receipt, receive
from api.ledger.actors import COMMAND_LINE
from pipeline.documents import Limits
from pipeline.documents.limits import MIB
from pipeline.errors import ChasilError, UsageError
from pipeline.reasons import Reason

PERSON = COMMAND_LINE
"""Who uploads, as pages and the log say it."""

RECEIPT = ".receipt.json"
UNFINISHED = (".part", ".partial", ".filepart", ".crdownload", ".tmp", RECEIPT)
"""Names of files that someone is still writing; like hidden ones they are passed over."""

_log = logging.getLogger(__name__)

State = tuple[int, int]
"""Size in bytes and time of the last change in ns."""


@dataclass(frozen=True, slots=True)
class Handled:
    """A file that was moved.

    Attributes:
        file: Where it lay, below the watched folder.
        moved_to: Where it lies now.
        kept: Whether all of it was kept (or was there already).
        receipts: What became of it; of an archive, of each file in it.

    """

    file: Path
    moved_to: Path
    kept: bool
    receipts: tuple[Receipt, ...]


@dataclass(slots=True)
class FolderWatcher:
    """A watched folder.

    Attributes:
        records: What the service remembers.
        folder: Watched, with all folders in it.
        done: Where files go that were kept.
        failed: Where the others go.
        settled_seconds: How long a file must stay as it is.
        need_station: Whether a file whose name holds no station fails, instead of waiting to be assigned.
        clock: Tells the time in s.

    """

    records: Records
    folder: Path
    done: Path
    failed: Path
    settled_seconds: float = 5.0
    need_station: bool = False
    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], float] = time.monotonic
    _seen: dict[Path, tuple[State, float]] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        """How many files have not settled yet."""
        return len(self._seen)

    def look(self) -> Iterator[Handled]:
        """Deal with every file that has settled; the first look only sees what is there.

        Raises:
            UsageError: `watch_folder`: the folder is not there, or what is done would go back into it.

        """
        check_folders(self.folder, self.done, self.failed)
        found = dict(_files(self.folder, (self.done, self.failed)))
        self._seen = {path: known for path, known in self._seen.items() if path in found}
        moment = self.clock()
        for path, state in sorted(found.items()):
            before, since = self._seen.get(path, (None, moment))
            if before != state:
                self._seen[path] = (state, moment)
            elif moment - since >= self.settled_seconds and (handled := self._handle(path, state)) is not None:
                del self._seen[path]
                yield handled

    def _handle(self, path: Path, state: State) -> Handled | None:
        """Keep and move a file; None where it has changed after all, or cannot be read now."""
        name = path.relative_to(self.folder)
        try:
            receipts = self._receive_or_refuse(path, name)
            if _state(path) != state:
                self._seen[path] = (_state(path) or (0, 0), self.clock())
                return None
            kept = bool(receipts) and all(receipt.outcome in ("stored", "known") for receipt in receipts)
            target = move(path, (self.done if kept else self.failed) / name, receipts)
        except OSError:  # a folder that is away for a moment, or a file that may not be read or moved
            return None
        return Handled(name, target, kept, tuple(receipts))

    def _receive_or_refuse(self, path: Path, name: Path) -> Sequence[Receipt]:
        """Keep a file; one that brings its reader down is refused with what it did, and does not stop the others.

        What the machine cannot do now, because database or store are away, is no fault of the file and is raised.
        """
        try:
            return self._receive(path, name)
        except MACHINE_FAILURES:
            raise
        except ChasilError as error:
            return [Receipt(name.as_posix(), "refused", reasons=(error.reason,))]
        except Exception as error:
            _log.exception("a watched file cannot be kept")
            return [_refused(name, "file_failed", error=type(error).__name__)]

    def _receive(self, path: Path, name: Path) -> Sequence[Receipt]:
        size = path.stat().st_size
        if size > self.limits.max_zip_total_bytes:
            limit = round(self.limits.max_zip_total_bytes / MIB, 1)
            return [_refused(name, "file_too_large", size_mib=round(size / MIB, 1), limit_mib=limit)]
        delivery = Delivery(PERSON, station_from_name=self.need_station)
        return receive(self.records, [(name.as_posix(), path.read_bytes())], delivery, self.limits)


def check_folders(folder: Path, done: Path, failed: Path) -> None:
    """Refuse folders that cannot be watched.

    Raises:
        UsageError: `watch_folder`.

    """
    places = {path.resolve() for path in (folder, done, failed)}
    if not folder.is_dir() or len(places) < 3 or any(folder.resolve().is_relative_to(path) for path in (done, failed)):
        raise UsageError("watch_folder", folder=str(folder))


def move(path: Path, target: Path, receipts: Sequence[Receipt]) -> Path:
    """Move a file to a free name there, its receipt first; return where it lies.

    What lies there already stays: the name gets a number.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    free = _free(target)
    _write(free.with_name(free.name + RECEIPT), receipts)
    try:
        path.rename(free)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _carry(path, free)
    return free


def _files(folder: Path, without: Sequence[Path]) -> Iterator[tuple[Path, State]]:
    """Yield files and what they are like now; folders that cannot be listed now are passed over."""
    left = {path.resolve() for path in without}
    for parent, folders, names in os.walk(folder):
        here = Path(parent)
        folders[:] = [name for name in folders if not name.startswith(".") and (here / name).resolve() not in left]
        for name in names:
            state = None if name.startswith((".", "~")) or name.lower().endswith(UNFINISHED) else _state(here / name)
            if state is not None and state[0]:
                yield here / name, state


def _state(path: Path) -> State | None:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_size, seen.st_mtime_ns


def _free(target: Path) -> Path:
    """Return the target, or the next of its names that no file has."""
    found, count = target, 1
    while found.exists():
        count += 1
        found = target.with_name(f"{target.stem} ({count}){target.suffix}")
    return found


def _write(file: Path, receipts: Sequence[Receipt]) -> None:
    """Write a receipt whole or not at all."""
    lines = [
        {
            "name": receipt.name,
            "outcome": receipt.outcome,
            "sha256": receipt.sha256,
            "document": receipt.document,
            "station": receipt.station,
            "pages": list(receipt.pages),
            "reasons": [reason.to_json() for reason in receipt.reasons],
        }
        for receipt in receipts
    ]
    unfinished = file.with_name(f".{file.name}.tmp")
    unfinished.write_text(json.dumps({"at": now().isoformat(), "files": lines}, ensure_ascii=False, indent=1))
    unfinished.replace(file)


def _carry(path: Path, target: Path) -> None:
    """Move a file to another disk: it has its name there only once it is whole."""
    unfinished = target.with_name(f".{target.name}.tmp")
    with path.open("rb") as source, unfinished.open("wb") as copy:
        shutil.copyfileobj(source, copy)
        copy.flush()
        os.fsync(copy.fileno())
    unfinished.replace(target)
    path.unlink()


def _refused(name: Path, code: str, **values: object) -> Receipt:
    return Receipt(name.as_posix(), "refused", reasons=(Reason(code, {"path": name.as_posix(), **values}),))

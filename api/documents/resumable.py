"""Uploads in parts, for poor links: each part is on disk before it counts, and a broken one goes on where it stopped.

    uploads/<person>/<id>.json      what it is to become, and once it is complete what became of it
    uploads/<person>/<id>.part      the bytes so far: their number is the offset

The folder of a person is the hash of their id. Nothing here is an original yet: a complete upload goes through
`receive` like any other, and what is never completed goes after a day.
"""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from api.db.types import new_id
from api.documents.receive import Receipt
from pipeline.documents.grouping import split_page_suffix
from pipeline.documents.names import comparable
from pipeline.errors import ConflictError, LockedError, MissingError, TooManyError
from pipeline.reasons import Reason

EXPIRY_SECONDS = 24 * 3600
MAX_UNFINISHED = 20
"""Unfinished uploads of one person; what they hold together is at most this times the limit of one."""

SWEEP_SECONDS = 600

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Plan:
    """What an upload is to become.

    Attributes:
        length: Bytes of the whole.
        name: Of the file, as the sender says.
        station: Code of the polling station; by default from the name.
        election: Id of the election.
        key: The sender's own name for this upload; whoever begins one again under the same key goes on with it.
        batch: The sender's own name for files that were brought together: those of one form, by their common name, go
            to one document, as they would in one request.

    """

    length: int
    name: str
    station: str | None = None
    election: str | None = None
    key: str | None = None
    batch: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload of one person that was begun."""

    id: str
    plan: Plan
    folder: Path
    receipts: tuple[Receipt, ...] = ()

    @property
    def part(self) -> Path:
        """The file of the bytes so far."""
        return self.folder / f"{self.id}.part"

    @property
    def completed(self) -> bool:
        """Whether it was received; its bytes are an original now."""
        return bool(self.receipts)

    @property
    def there(self) -> bool:
        """Whether its bytes, or what became of them, are there."""
        return self.completed or self.part.exists()

    @property
    def offset(self) -> int:
        """Bytes that are on disk."""
        if self.completed:
            return self.plan.length
        try:
            with self.part.open("rb") as file:
                os.fsync(file.fileno())  # a process that was killed may have left them on the way
                return os.fstat(file.fileno()).st_size
        except FileNotFoundError:  # another request has completed it since
            return self.plan.length

    @property
    def expires(self) -> float:
        """When it goes, in s since 1970."""
        return (self.folder / f"{self.id}.json").stat().st_mtime + EXPIRY_SECONDS

    @contextmanager
    def writing(self) -> Iterator[BinaryIO]:
        """Hold the bytes open at their end; on leaving they are on disk, also when sending broke off.

        Raises:
            LockedError: `resumable_busy`: another request, or another process, is writing.
            ConflictError: `resumable_finishing`: all bytes are there, and another request receives or has received it.

        """
        with contextlib.ExitStack() as stack:
            try:
                file = stack.enter_context(self.part.open("r+b"))
            except FileNotFoundError as error:
                raise ConflictError("resumable_finishing") from error
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                    raise
                raise LockedError("resumable_busy") from error
            file.seek(0, os.SEEK_END)
            try:
                yield file
            finally:
                file.flush()
                os.fsync(file.fileno())

    @contextmanager
    def completing(self) -> Iterator[None]:
        """Hold a complete upload while it is received; one request alone does it.

        Raises:
            ConflictError: `resumable_finishing`: another request, or another process, does it, or has just done it.

        """
        with contextlib.ExitStack() as stack:
            try:
                file = stack.enter_context(self.part.open("rb"))
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not self.part.exists():
                    raise FileNotFoundError
            except (FileNotFoundError, BlockingIOError) as error:
                raise ConflictError("resumable_finishing") from error
            yield

    def complete(self, receipts: Sequence[Receipt]) -> None:
        """Note what became of it, so that a sender who missed the answer can ask again; the bytes go."""
        _write(self.folder / f"{self.id}.json", {**asdict(self.plan), "receipts": [_packed(one) for one in receipts]})
        self.part.unlink(missing_ok=True)

    def delete(self) -> None:
        """Take it away."""
        self.part.unlink(missing_ok=True)
        (self.folder / f"{self.id}.json").unlink(missing_ok=True)


def begin(root: Path, person: str, plan: Plan) -> Upload:
    """Begin an upload; one that was begun before under the same key with the same plan is returned as it stands.

    Without a key, a sender who misses the answer leaves an upload behind that nobody goes on with.

    Raises:
        TooManyError: `resumable_too_many`.

    """
    sweep(root)
    folder = _folder(root, person)
    folder.mkdir(parents=True, exist_ok=True)
    upload_id = new_id() if plan.key is None else _digest(repr(plan))
    with (folder / ".turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # many that begin at once are counted one after the other
        with contextlib.suppress(MissingError):
            return find(root, person, upload_id)
        if len(list(folder.glob("*.part"))) >= MAX_UNFINISHED:
            raise TooManyError("resumable_too_many", limit=MAX_UNFINISHED)
        upload = Upload(upload_id, plan, folder)
        _write(folder / f"{upload.id}.json", {**asdict(plan), "receipts": []})
        upload.part.touch()
    return upload


def find(root: Path, person: str, upload_id: str) -> Upload:
    """Return an upload of a person; those of others are not there.

    Raises:
        MissingError: `resumable_missing`.

    """
    folder = _folder(root, person)
    try:
        if not _ID.fullmatch(upload_id):
            raise FileNotFoundError
        upload = _noted(folder, upload_id)
        if not upload.there:
            # Another request has completed it since: what became of it was noted before its bytes went.
            upload = _noted(folder, upload_id)
        if upload.expires < time.time() or not upload.there:
            raise FileNotFoundError
    except FileNotFoundError as error:
        raise MissingError("resumable_missing", upload=upload_id[:40], hours=EXPIRY_SECONDS // 3600) from error
    return upload


def _noted(folder: Path, upload_id: str) -> Upload:
    content = json.loads((folder / f"{upload_id}.json").read_text(encoding="utf-8"))
    receipts = tuple(_unpacked(one) for one in content.pop("receipts"))
    return Upload(upload_id, Plan(**content), folder, receipts)


def documents_of_batch(root: Path, person: str, plan: Plan) -> Mapping[str, str]:
    """Return the unfiled documents that files of the same batch opened before: id by the common name of their pages.

    Empty for a file that is no page of several by its name: it makes a document of its own.
    """
    if plan.batch is None or _common_name(plan.name) is None:
        return {}
    found = {}
    for file in _folder(root, person).glob("*.json"):
        with contextlib.suppress(FileNotFoundError):  # another process sweeps
            content = json.loads(file.read_text(encoding="utf-8"))
            receipts = [_unpacked(one) for one in content["receipts"]] if content.get("batch") == plan.batch else []
            for receipt in receipts:
                name = _common_name(receipt.name)
                if name is not None and receipt.document is not None and receipt.station is None:
                    found[name] = receipt.document
    return found


def _common_name(name: str) -> str | None:
    """Return what the names of a form's pages have in common, None where a file is a document by itself."""
    path = PurePosixPath(name)
    stem, page = split_page_suffix(path.stem)
    return None if page is None or path.suffix.lower() == ".pdf" else comparable(stem)


def sweep(root: Path, *, every: float = SWEEP_SECONDS) -> None:
    """Take away what has expired, unless that was done just now."""
    mark = root / ".swept"
    if mark.exists() and time.time() - mark.stat().st_mtime < every:
        return
    root.mkdir(parents=True, exist_ok=True)
    mark.touch()
    for file in root.glob("*/*"):
        plan = file.with_suffix(".json")
        with contextlib.suppress(FileNotFoundError):  # another process sweeps too
            if (plan if plan.exists() else file).stat().st_mtime + EXPIRY_SECONDS < time.time():
                file.with_suffix(".part").unlink(missing_ok=True)
                file.unlink(missing_ok=True)


def _folder(root: Path, person: str) -> Path:
    return root / _digest(person)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _write(file: Path, content: Mapping[str, Any]) -> None:
    """Write a file whole or not at all, on disk when it returns."""
    unfinished = file.with_name(f"{file.stem}.{new_id()[:8]}.tmp")  # two requests may write at the same time
    with unfinished.open("w", encoding="utf-8") as output:
        json.dump(content, output)
        output.flush()
        os.fsync(output.fileno())
    unfinished.replace(file)


def _packed(receipt: Receipt) -> dict[str, Any]:
    return {**asdict(receipt), "reasons": [[reason.code, dict(reason.values)] for reason in receipt.reasons]}


def _unpacked(content: dict[str, Any]) -> Receipt:
    reasons = tuple(Reason(code, values) for code, values in content["reasons"])
    return Receipt(**{**content, "pages": tuple(content["pages"]), "reasons": reasons})

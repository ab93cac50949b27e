"""What was fetched, kept under its hash, with the address that it came from and the time; what was refused, and why."""

import hashlib
import os
import sqlite3
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from api.db.types import now
from pipeline.errors import UsageError

_TABLE = """
CREATE TABLE IF NOT EXISTS fetched (
  address TEXT PRIMARY KEY, sha256 TEXT, bytes INTEGER, refused TEXT, at TEXT NOT NULL
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of an address.

    Attributes:
        address: As published.
        sha256: Of what it gave; None where it gave nothing.
        refused: Why it gave nothing.
        at: When, as ISO 8601 in UTC.

    """

    address: str
    sha256: str | None
    refused: str | None
    at: str


class Mirror:
    """A folder of fetched files; safe to share between threads.

    Args:
        folder: Where it is; made where it is missing.

    Raises:
        UsageError: `mirror_faulty`.

    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._index = sqlite3.connect(folder / "index.sqlite", isolation_level=None, check_same_thread=False)
            self._index.execute("PRAGMA journal_mode = WAL")
            self._index.executescript(_TABLE)
        except (OSError, sqlite3.Error) as error:
            raise UsageError("mirror_faulty", path=str(folder), why=str(error)) from error

    def of(self, address: str) -> Fetched | None:
        """Return what became of an address; None where nobody has asked."""
        with self._lock:
            query = "SELECT address, sha256, refused, at FROM fetched WHERE address = ?"
            row = self._index.execute(query, (address,)).fetchone()
        return None if row is None else Fetched(*row)

    def keep(self, address: str, data: bytes) -> str:
        """Keep what an address gave; return its hash. It is on disk before it is put down."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(sha256)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, data)
        self._put(address, sha256, len(data), None)
        return sha256

    def refuse(self, address: str, code: str) -> None:
        """Put down why an address gave nothing."""
        self._put(address, None, None, code)

    def path(self, sha256: str) -> Path:
        """Return where the bytes with a hash are."""
        return self.folder / sha256[:2] / sha256

    def counts(self) -> dict[str, int]:
        """Return how many addresses gave a file, and how many nothing, by why."""
        with self._lock:
            rows = self._index.execute(
                "SELECT coalesce(refused, 'fetched'), count(*) FROM fetched GROUP BY 1 ORDER BY 1"
            )
            return dict(Counter(dict(rows.fetchall())))

    def close(self) -> None:
        """Close the index."""
        self._index.close()

    def _put(self, address: str, sha256: str | None, size: int | None, refused: str | None) -> None:
        at = now().isoformat(timespec="seconds")
        with self._lock:
            row = (address, sha256, size, refused, at)
            self._index.execute("INSERT OR REPLACE INTO fetched VALUES (?, ?, ?, ?, ?)", row)


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

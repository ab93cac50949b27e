"""Which reader a published file has, and the hash that says which file it was."""

import hashlib
from pathlib import Path

from api.comparison import commission
from api.comparison.mapping import PublishedMapping
from api.comparison.published import Published
from api.comparison.table import read_table
from pipeline.errors import UsageError

TABLES = (".csv", ".parquet")
JSONS = (".json", ".jsonl", ".ndjson")


def check_published(path: Path) -> None:
    """Refuse what is no published file.

    Raises:
        UsageError: `published_missing` or `published_kind`.

    """
    if path.is_dir():
        return
    if not path.is_file():
        raise UsageError("published_missing", path=str(path))
    if path.suffix.lower() not in JSONS + TABLES:
        raise UsageError("published_kind", path=str(path), known=", ".join((*JSONS, *TABLES)))


def open_published(path: Path, mapping: PublishedMapping) -> Published:
    """Return the stations of a published file, or of a folder of the commission's JSON files.

    Raises:
        UsageError: What `check_published` raises; and what the readers raise, when they come to it.

    """
    check_published(path)
    if path.is_dir():
        return commission.read_folder(path, mapping.pairs)
    if path.suffix.lower() in TABLES:
        return read_table(path, mapping)
    return commission.read_file(path, path.name, mapping.pairs)


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file; of a folder, that of what `sha256sum` says of its JSON files."""
    if not path.is_dir():
        return _file_hash(path)
    lines = (f"{_file_hash(file)}  {file.relative_to(path).as_posix()}\n" for file in sorted(path.rglob("*.json")))
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode())
    return digest.hexdigest()


def _file_hash(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError("published_unreadable", path=str(path), why=error.strerror or str(error)) from error

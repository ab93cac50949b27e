"""What a backup says of itself: when it was made, of what, and the hashes of its files."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import AwareDatetime, ValidationError

from models.strict import Strict
from pipeline.errors import MissingError, UsageError

MANIFEST = "manifest.json"


class File(Strict):
    """A file of the backup: its name there, bytes, and their hash."""

    name: str
    size: int
    sha256: str


class Manifest(Strict):
    """What a backup holds.

    Attributes:
        format: Of this file; another is read by another program.
        at: When the state of the database was taken.
        program: Version of the program that made it.
        kind: sqlite or postgresql: what can take the database back.
        revision: Shape of the database.
        rows: How many rows each table has.
        originals: How many originals the database knows.
        original_bytes: How many bytes they have.
        lacking: Those of them that the store did not have, or only damaged, when the backup was made.
        database: The copy of the database.
        list: Hash and place of every original in the backup, as `sha256sum --check` reads it.

    """

    format: int = 1
    at: AwareDatetime
    program: str
    kind: str
    revision: str
    rows: Mapping[str, int]
    originals: int
    original_bytes: int
    lacking: tuple[str, ...]
    database: File
    list: File


def read_manifest(folder: Path) -> Manifest:
    """Read what a backup says of itself.

    Raises:
        MissingError: `backup_missing`: there is none in the folder.
        UsageError: `backup_unreadable`: it is damaged, or made by a program of another kind.

    """
    try:
        text = (folder / MANIFEST).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MissingError("backup_missing", path=str(folder)) from error
    except OSError as error:
        raise UsageError("backup_unreadable", path=str(folder / MANIFEST), why=error.strerror) from error
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError as error:
        raise UsageError("backup_unreadable", path=str(folder / MANIFEST), why=error.errors()[0]["msg"]) from error
    if manifest.format != 1:
        raise UsageError("backup_unreadable", path=str(folder / MANIFEST), why=f"format {manifest.format}")
    return manifest

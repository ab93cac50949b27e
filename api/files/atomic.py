"""Files that are written whole or not at all."""

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from pipeline.errors import UsageError


@contextmanager
def whole_file(target: str) -> Iterator[TextIO]:
    """Open `target` for text; "-" is standard output, written as it comes.

    A file is written beside its place and put there when the block ends well, so that nobody finds half of it.

    Raises:
        UsageError: `output_not_writable`.

    """
    if target == "-":
        yield sys.stdout
        sys.stdout.flush()
        return
    with whole_bytes(target) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        try:
            yield text
        finally:
            text.detach()  # writes what is left; the file below is closed by its own block


@contextmanager
def whole_bytes(target: str) -> Iterator[BinaryIO]:
    """Open `target` for bytes, in the way of `whole_file`.

    Raises:
        UsageError: `output_not_writable`.

    """
    if target == "-":
        yield sys.stdout.buffer
        sys.stdout.flush()
        return
    path = Path(target)
    if path.exists() and not path.is_file() and not path.is_dir():
        # A device or a pipe, such as /dev/null: a file in its place would not do what is meant.
        with path.open("wb") as stream:
            yield stream
        return
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise UsageError("output_not_writable", path=target, why=error.strerror) from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def writable_folder(folder: Path) -> Path:
    """Make a folder if need be.

    Raises:
        UsageError: `output_not_writable`.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError("output_not_writable", path=str(folder), why=error.strerror) from error
    return folder

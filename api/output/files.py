"""Text files that are written whole or not at all."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

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
    path = Path(target)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", text=True)
    except OSError as error:
        raise UsageError("output_not_writable", path=target, why=error.strerror) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
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

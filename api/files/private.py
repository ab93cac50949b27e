"""What the service writes is for its owner alone: files 0600, folders 0700."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

OTHERS = 0o077
"""What nobody else may do."""


def keep_private() -> None:
    """Let this process, and those it starts, write for its owner alone from now on; SQLite and the store follow it."""
    os.umask(OTHERS)


@contextmanager
def private() -> Iterator[None]:
    """Write for the owner alone while the block runs; what a command then exports has its usual permissions."""
    before = os.umask(OTHERS)
    try:
        yield
    finally:
        os.umask(before)

"""What the service writes is for its owner alone: files 0600, folders 0700."""

import os

OTHERS = 0o077
"""What nobody else may do."""


def keep_private() -> None:
    """Let this process, and those it starts, write for its owner alone from now on; SQLite and the store follow it."""
    os.umask(OTHERS)

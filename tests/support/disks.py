"""Nobody needs the data of tests after a crash of the machine: nothing waits for the disk, as with their PostgreSQL.

Programs that tests start wait for it.
"""

import os

import pytest

from api.db.engine import PRAGMAS


def never_wait(patch: pytest.MonkeyPatch) -> None:
    """Let files and SQLite databases of this process be left to the system until the patch is undone."""
    patch.setattr(os, "fsync", lambda file: os.fstat(file) and None)
    kept = [one for one in PRAGMAS if not one.startswith("synchronous")]
    patch.setattr("api.db.engine.PRAGMAS", (*kept, "synchronous=OFF"))

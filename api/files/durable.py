"""What was written is on the disk."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Wait until a file, or a folder with the names in it, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Text files that are whole at every moment: the old text, or the new one."""

import os
from pathlib import Path


def replace_text(file: Path, text: str) -> None:
    """Write a text, UTF-8, to a scratch file beside `file`, which then takes its place."""
    scratch = file.with_suffix(".tmp")
    scratch.write_text(text, encoding="utf-8")
    os.replace(scratch, file)  # noqa: PTH105  the one call that replaces on every system

"""Run the command line in this process."""

import os
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from api.cli.main import main


@dataclass(frozen=True, slots=True)
class Run:
    """What a command left behind."""

    code: int
    out: str
    err: str


def chasil(capsys: pytest.CaptureFixture[str], *arguments: object) -> Run:
    """Run `chasil` with these arguments."""
    before, mask = sys.argv, os.umask(0o022)
    os.umask(mask)
    sys.argv = ["chasil", *map(str, arguments)]
    try:
        with pytest.raises(SystemExit) as ended:
            main()
    finally:
        sys.argv = before
        os.umask(mask)
    code: Any = ended.value.code
    captured = capsys.readouterr()
    return Run(0 if code is None else int(code), captured.out, captured.err)

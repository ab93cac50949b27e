"""`make demo` as whoever tries the program sees it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ROOT


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_the_demo_ends_with_sheets_accepted_reasons_and_what_to_do_next(tmp_path: Path) -> None:
    chasil = tmp_path / "bin" / "chasil"
    chasil.parent.mkdir()
    chasil.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m api.cli "$@"\n', encoding="utf-8")
    chasil.chmod(0o755)
    (chasil.parent / "python").symlink_to(sys.executable)
    (tmp_path / ".demo").touch()
    command = ["make", "--no-print-directory", "demo", f"VENV={tmp_path}", f"OUT={tmp_path / 'out'}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    *shown, following = done.stdout.strip().splitlines()
    assert "1 dari 2 dokumen diterima." in shown
    assert following.endswith("/bin/chasil serve")
    assert "next:" in following
    assert sum(line.strip().startswith("→") for line in shown) >= 4
    assert (tmp_path / "out" / "tallies.csv").is_file()
    assert len(list((tmp_path / "out").glob("*.jpg"))) == 6

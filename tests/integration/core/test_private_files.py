"""What the service writes is for its owner alone, whatever the umask of who starts it."""

import os
import stat
from pathlib import Path

import httpx

from tests.support.processes import Service, distinct_page


def test_what_the_service_writes_is_for_its_owner_alone(tmp_path: Path) -> None:
    service = Service(tmp_path, {"CHASIL_WORKERS": "0"})
    before = os.umask(0o000)
    try:
        service.start()
        name, data = distinct_page(0)
        address = f"{service.address}/api/v1/documents?wait=0&station={name[:13]}"
        answer = httpx.post(address, headers=service.headers, files=[("files", (name, data))], timeout=60)
        assert answer.status_code == 202, answer.text
        home = tmp_path / "home"
        modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (home, *home.rglob("*"))}
        modes.pop(home / "log-checkpoint", None)  # made to be handed to everyone
    finally:
        os.umask(before)
        service.stop()
    assert {"chasil.db", "chasil.db-wal", "token", answer.json()["receipts"][0]["sha256"]} <= {
        one.name for one in modes
    }
    assert {path: oct(mode) for path, mode in modes.items() if mode != (0o700 if path.is_dir() else 0o600)} == {}

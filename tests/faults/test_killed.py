"""Kill -9 loses nothing: every page is read once in effect, the sums are right, the chain holds."""

import os
from pathlib import Path

import pytest

from api.core.context import Records
from tests.support.killing import KINDS, run_with_kills
from tests.support.processes import Service, distinct_pages
from tests.support.soundness import check_all

PAGES, KILLS = int(os.environ.get("FAULTS_PAGES", "20")), 4
"""As many pages as it takes to meet uploads and readings with every kind of kill; `make faults` gives sixty."""

READ_BY_ITSELF = {"CHASIL_WORKERS": "2"}
READ_BY_OTHERS = {"CHASIL_WORKERS": "0", "CHASIL_QUEUE": "procrastinate", "CHASIL_LEASE_SECONDS": "10"}
"""On PostgreSQL two workers of their own read, as on other machines; nobody gives back what a dead one held."""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_processes_lose_nothing_and_read_nothing_twice(
    records: Records, database_url: str, tmp_path: Path
) -> None:
    settings = {
        "CHASIL_DATABASE": database_url,
        "CHASIL_ORIGINALS": str(tmp_path / "originals"),
        **(READ_BY_ITSELF if records.database.embedded else READ_BY_OTHERS),
    }
    service = Service(tmp_path / "service", settings, outside=0 if records.database.embedded else 2)
    uploads = distinct_pages(PAGES)
    try:
        run = run_with_kills(service, records, uploads, KILLS)
    finally:
        service.stop()
    assert {kind for kind, _ in run.kills} == set(KINDS)
    check_all(records, uploads)
    assert "Traceback" not in service.log()

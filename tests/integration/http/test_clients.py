"""Clients that upload and ask at once lose nothing; how fast they are answered is measured by `tests.bench.clients`."""

from pathlib import Path

import pytest

from api.core.context import open_records
from api.core.settings import Settings
from tests.bench.clients import run_clients, wait_until_read
from tests.support.processes import Service, distinct_page
from tests.support.soundness import check_all


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_clients_at_once_lose_nothing(tmp_path: Path) -> None:
    service = Service(tmp_path, {"CHASIL_WORKERS": "1"})
    service.start()
    records = open_records(Settings(home=tmp_path / "home", form="c-hasil-ppwp-2024"))
    try:
        tally = run_clients(service, clients=5, seconds=4)
        assert tally.errors == []
        assert len(tally.sent) >= 5
        wait_until_read(records, len(tally.sent), 300)
    finally:
        service.stop()
    check_all(records, map(distinct_page, tally.sent))
    records.close()

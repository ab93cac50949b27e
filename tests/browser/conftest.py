"""A service with the sample station in it, in front of a real browser; each module's tests share one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.core.context import open_records
from api.http.app import create_app
from api.regions.import_list import import_regions
from pipeline.reader import Reader
from tests.support.browser import chromium, listening, one_browser
from tests.support.http import settings_in, worker_beside
from tests.support.remembering import reader
from tests.support.site import closed, site
from tests.support.stations import EXAMPLE

__all__ = ["closed", "one_browser", "reader", "site"]


@pytest.fixture
def address(tmp_path: Path, reader: Reader) -> Iterator[str]:
    """Return where a service on this machine answers, with a worker and without anyone's account."""
    chromium()
    settings = settings_in(tmp_path, f"sqlite:///{tmp_path / 'chasil.db'}")
    with listening(create_app(reader, settings)) as address, worker_beside(settings, reader):
        records = open_records(settings)
        import_regions(records.database, EXAMPLE, "local")
        records.close()
        yield address

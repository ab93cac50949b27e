"""A service with the sample station in it, as its people and its visitors see it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.core.context import open_records
from api.http.app import create_app
from api.regions.import_list import import_regions
from pipeline.reader import Reader
from tests.service.conftest import url_in
from tests.service.http import settings_in, worker_beside
from tests.service.stations import EXAMPLE
from tests.service.web.browser import chromium, listening, one_browser
from tests.service.web.site import Site, built

__all__ = ["one_browser"]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, reader: Reader, samples: Path
) -> Iterator[Site]:
    """Return a service whose results are public, with one station read and one number corrected."""
    folder = tmp_path_factory.mktemp("site")
    with built(folder, url_in(request, folder), reader, samples, public=True) as made:
        yield made


@pytest.fixture(scope="module", params=["sqlite"])
def closed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, reader: Reader, samples: Path
) -> Iterator[Site]:
    """Return the same service with results for its people only."""
    folder = tmp_path_factory.mktemp("closed")
    with built(folder, url_in(request, folder), reader, samples, public=False) as made:
        yield made


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

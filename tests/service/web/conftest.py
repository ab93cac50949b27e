"""A service with the sample station in it, as its people and its visitors see it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.reader import Reader
from tests.service.conftest import emptied
from tests.service.web.site import Site, built


def _url(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "postgresql":
        return emptied(str(request.getfixturevalue("empty_postgresql")))
    shutil.copy(request.getfixturevalue("empty_sqlite"), folder / "chasil.db")
    return f"sqlite:///{folder / 'chasil.db'}"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, reader: Reader, samples: Path
) -> Iterator[Site]:
    """Return a service whose results are public, with one station read and one number corrected."""
    folder = tmp_path_factory.mktemp("site")
    with built(folder, _url(request, folder), reader, samples, public=True) as made:
        yield made


@pytest.fixture(scope="module", params=["sqlite"])
def closed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, reader: Reader, samples: Path
) -> Iterator[Site]:
    """Return the same service with results for its people only."""
    folder = tmp_path_factory.mktemp("closed")
    with built(folder, _url(request, folder), reader, samples, public=False) as made:
        yield made

"""What several files of pages need: a desk with numbers to read, and a telephone at the page for uploads."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.core.settings import Settings
from api.http.app import create_app
from pipeline.reader import Reader
from tests.browser.web.waiting import Desk, Filled, filled
from tests.support.browser import PHONE, Watched, browsing, chromium, listening
from tests.support.databases import copied
from tests.support.http import settings_in


@pytest.fixture(scope="module")
def stocked(samples: Path) -> list[Path]:
    """Return the pages whose doubtful numbers a desk has."""
    return sorted(samples.glob("*p[23].jpg"))


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory, empty_sqlite: Path, reader: Reader, stocked: list[Path]) -> Filled:
    chromium()
    folder = tmp_path_factory.mktemp("stock")
    files = [(path.name, path.read_bytes()) for path in stocked]
    return filled(folder, copied(empty_sqlite, folder), reader, files)


@pytest.fixture
def desk(tmp_path: Path, stock: Filled, reader: Reader) -> Iterator[Desk]:
    with stock.copied(tmp_path).served(reader) as made:
        yield made


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path, f"sqlite:///{tmp_path / 'chasil.db'}")


@pytest.fixture
def watched(settings: Settings, reader: Reader) -> Iterator[Watched]:
    """Return a telephone at the page for uploads of a service in which nobody reads yet."""
    chromium()
    with listening(create_app(reader, settings)) as address, browsing(address, **PHONE) as watched:
        watched.go("/upload")
        yield watched

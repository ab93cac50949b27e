"""What many tests share: where the data that lies beside the repository is, one reader, databases."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from pipeline import Reader
from tests import SAMPLES, SHARED
from tests.support.collecting import all_stays
from tests.support.disks import never_wait
from tests.support.new_databases import copied_shapes
from tests.support.prepared import prepare_databases
from tests.support.statements import share_statements

pytest_plugins = ["tests.support.databases"]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Find the tests without looking for garbage meanwhile, and leave them and their modules out of it afterwards."""
    with all_stays():
        return (yield)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real pages and crops beside the repository; skip where it is absent."""
    if not (SHARED / "pages" / "truth.jsonl").is_file():
        pytest.skip("the real pages and crops are not beside this checkout (../shared)")
    return SHARED


@pytest.fixture(scope="session")
def samples() -> Path:
    """Return the folder of committed sample pages."""
    return SAMPLES


@pytest.fixture(scope="session")
def reader() -> Reader:
    """Return a reader with the installed forms and the champion model."""
    return Reader()


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what is kept of templates and texts away from the cache of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Hash passwords with next to no work: a log-in costs 0.15 s of computing otherwise, in hundreds of tests."""
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.people.passwords._argon2", lambda: cheap)
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_disks() -> Iterator[None]:
    """Leave what is written to the system: every commit waits for the disk otherwise, two thousandths of a second."""
    with pytest.MonkeyPatch.context() as patch:
        never_wait(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give new SQLite databases their shape by a copy of one that took every step (tests of the steps take them)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.core.database.upgrade", copied_shapes(tmp_path_factory.mktemp("shape") / "new.db"))
        yield


@pytest.fixture(scope="session", autouse=True)
def prepared_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give services that open an empty database what they put on record there first."""
    with pytest.MonkeyPatch.context() as patch:
        prepare_databases(patch, tmp_path_factory.mktemp("prepared"))
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_statements() -> Iterator[None]:
    """Compile a statement once, not once a database: half of what a test of the service took went there."""
    with pytest.MonkeyPatch.context() as patch:
        share_statements(patch)
        yield

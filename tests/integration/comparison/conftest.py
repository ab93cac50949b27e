"""The two sample stations, whose pages are read once by all commands of a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.published import truth_of
from tests.support.remembering import read_once


@pytest.fixture(scope="session")
def written(samples: Path) -> dict[str, dict[str, int]]:
    """Return what is written on the sample pages."""
    return truth_of(samples)


@pytest.fixture(scope="module", autouse=True)
def _read_once() -> Iterator[None]:
    with read_once():
        yield

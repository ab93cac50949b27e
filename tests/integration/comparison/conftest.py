"""The two sample stations."""

from pathlib import Path

import pytest

from tests.support.published import truth_of


@pytest.fixture(scope="session")
def written(samples: Path) -> dict[str, dict[str, int]]:
    """Return what is written on the sample pages."""
    return truth_of(samples)

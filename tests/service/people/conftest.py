"""A service in which nobody has an account yet, on either database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.people.scene import Scene, opened, settings_for


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    """Return a service that nobody has an account in."""
    with opened(settings_for(tmp_path, database_url)) as made:
        yield made

"""What the workers beside a service are told of its settings."""

import os
from pathlib import Path

import pytest

from api.core.settings import Settings, load_settings
from api.workers.pool import environment

FORM = "c-hasil-ppwp-2024"


@pytest.mark.parametrize("form", [FORM, None])
def test_a_worker_works_on_what_its_service_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str | None
) -> None:
    given = load_settings(form=form, home=tmp_path, database="sqlite:///counted.db", workers=2)
    monkeypatch.setattr(os, "environ", dict(environment(given)))
    of_worker = load_settings()
    assert read_by(of_worker) == read_by(given)


def read_by(settings: Settings) -> tuple[str | None, str, str, Path]:
    """Return what decides which pages are read, as which forms, and where the readings go."""
    return settings.form, settings.database_url, settings.originals_url, settings.home.resolve()

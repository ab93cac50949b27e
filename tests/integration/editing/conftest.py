"""A template to edit, drawn up from the official form's third page."""

import io
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.drafting import template_text
from pipeline.forms import FORMS_FOLDER


def content_of(path: Path) -> dict[str, Any]:
    """Return what a template file says."""
    loaded: dict[str, Any] = yaml.safe_load(io.StringIO(path.read_text(encoding="utf-8")))
    return loaded


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """Return a sound template of one page: six numbers and one rule."""
    content = content_of(FORMS_FOLDER / "c-hasil-ppwp-2024.yaml")
    (page,) = content["pages"][2:]
    path = tmp_path / "mine.yaml"
    rule = next(rule for rule in content["rules"] if rule["id"] == "suara_total-is-sum")
    page["number"] = 1
    del page["tag"]
    drafted = {**content, "id": "mine", "pages": [page], "rules": [rule]}
    path.write_text(template_text(drafted, "Mine.\nTwo lines."), encoding="utf-8")
    return path

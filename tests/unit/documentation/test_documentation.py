"""What is made from the program is as the program is now."""

from pathlib import Path

import pytest
import yaml

from api.core.settings import PREFIX, Settings
from pipeline.texts import MESSAGES_FILE
from tests.documentation.pages import PAGES, error_codes, settings


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_a_page_is_as_make_docs_writes_it(file: Path) -> None:
    assert file.read_text(encoding="utf-8") == PAGES[file](), "run make docs"


def test_every_code_and_every_setting_has_its_row() -> None:
    codes = yaml.safe_load(MESSAGES_FILE.read_text(encoding="utf-8"))
    page = error_codes()
    assert [code for code in codes if f"| `{code}` |" not in page] == []
    names = [f"| `{PREFIX}{name.upper()}` |" for name in Settings.model_fields]
    assert [name for name in names if name not in settings()] == []

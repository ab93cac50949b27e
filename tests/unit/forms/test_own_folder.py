"""Templates of one's own, beside those that come with the program."""

from pathlib import Path

import pytest

from api.core.forms import installed_forms
from pipeline.errors import FormError
from pipeline.forms import FORMS_FOLDER, load_forms
from tests.support.command import chasil

SHIPPED = "c-hasil-salinan-ppwp-2024"


def own_folder(folder: Path, form: str) -> Path:
    text = (FORMS_FOLDER / f"{SHIPPED}.yaml").read_text(encoding="utf-8")
    (folder / f"{form}.yaml").write_text(text.replace(f"id: {SHIPPED}\n", f"id: {form}\n"), encoding="utf-8")
    return folder


def test_own_templates_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    forms = load_forms(own=own_folder(tmp_path, "mine"))
    assert set(forms) == {*load_forms(), "mine"}
    assert forms["mine"].id == "mine"


def test_an_id_that_is_taken_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormError, match="form_id_twice") as error:
        load_forms(own=own_folder(tmp_path, SHIPPED))
    assert SHIPPED in error.value.reason.text()


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FormError, match="forms_folder_missing"):
        load_forms(own=tmp_path / "absent")


def test_commands_take_the_folder_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHASIL_FORMS", str(own_folder(tmp_path, "mine")))
    assert "mine" in installed_forms()
    run = chasil(capsys, "forms", "show", "mine")
    assert run.code == 0
    assert "suara_sah" in run.out
    monkeypatch.setenv("CHASIL_FORMS", str(tmp_path / "absent"))
    run = chasil(capsys, "forms", "list")
    assert run.code == 2
    assert "forms_folder_missing" in run.err

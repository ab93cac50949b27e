"""`chasil forms print`."""

from pathlib import Path

import pytest
from pypdf import PdfReader

from pipeline.forms import FORMS_FOLDER
from tests.support.command import chasil


def test_all_pages_or_one_are_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "blank.pdf"
    assert chasil(capsys, "forms", "print", "c-hasil-ppwp-2024", "--out", out).code == 0
    assert len(PdfReader(out).pages) == 3
    assert chasil(capsys, "forms", "print", "c-hasil-ppwp-2024", "--page", "2", "--paper", "A3", "--out", out).code == 0
    (page,) = PdfReader(out).pages
    assert float(page.mediabox.width) * 25.4 / 72 == pytest.approx(297.0, abs=0.05)
    assert "Diperkecil menjadi 47 %" in page.extract_text()
    assert [path.name for path in tmp_path.iterdir()] == ["blank.pdf"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["c-hasil-kwk-bupati-2024"], "form_variant_needed"),
        (["no-such-form"], "form_unknown"),
        (["c-hasil-ppwp-2024", "--page", "4"], "print_option"),
        (["c-hasil-ppwp-2024", "--paper", "letter"], "print_option"),
    ],
)
def test_what_cannot_be_printed_is_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: str
) -> None:
    run = chasil(capsys, "forms", "print", *arguments, "--out", tmp_path / "blank.pdf")
    assert run.code == 2
    assert code in run.err
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_missing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = chasil(capsys, "forms", "print", "c-hasil-ppwp-2024", "--out", tmp_path / "nowhere" / "blank.pdf")
    assert run.code == 2
    assert "output_not_writable" in run.err


def test_a_form_of_ones_own_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = (FORMS_FOLDER / "c1-ppwp-2019.yaml").read_text(encoding="utf-8")
    (tmp_path / "my-form.yaml").write_text(shipped.replace("c1-ppwp-2019", "my-form"), encoding="utf-8")
    monkeypatch.setenv("CHASIL_FORMS", str(tmp_path))
    out = tmp_path / "blank.pdf"
    assert chasil(capsys, "forms", "print", "my-form", "--out", out).code == 0
    assert len(PdfReader(out).pages) == 2

"""`chasil forms new` as its users see it."""

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.forms import FormTemplate, NumberField, load_form, load_forms
from tests.support.blanks import Grey
from tests.support.command import chasil


@pytest.fixture
def blank(drawn: Callable[..., Grey], ppwp: FormTemplate, tmp_path: Path) -> Path:
    """Return a picture of the blank third page."""
    path = tmp_path / "Blank page.png"
    cv2.imwrite(str(path), drawn(ppwp, 3))
    return path


@pytest.mark.usefixtures("unread")
def test_a_blank_becomes_a_sound_template_and_a_picture(
    blank: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "forms" / "my-form.yaml"  # the folder is made
    run = chasil(capsys, "forms", "new", blank, "--out", out, "--sheet", "600x900mm", "--language", "en")
    assert run.code == 0, run.err
    assert run.out.index("draft_without_labels") < run.out.index("boxes")  # said before the work
    form = load_form(out)
    assert (form.id, len(form.pages), form.confirmed) == ("my-form", 1, False)
    assert sum(field.boxes.count for field in form.pages[0].numbers) == 17
    assert "boxes" in run.out
    assert "17" in run.out
    assert "draft_tag_taken" in run.out  # its tag is that of the form that is installed
    picture = cv2.imread(str(out.parent / "my-form-p1.png"))
    assert picture is not None
    assert max(picture.shape) == 1800
    assert chasil(capsys, "forms", "check", out).code == 0


@pytest.mark.usefixtures("unread")
def test_the_print_of_a_blank_is_kept_beside_its_template_and_used_once_the_template_is_confirmed(
    blank: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "my-form.yaml"
    run = chasil(capsys, "forms", "new", blank, "--out", out, "--sheet", "600x900mm")
    assert (run.code, "draft_unconfirmed" in run.out) == (0, True)
    assert (tmp_path / "prints" / "my-form-p1.npz").is_file()
    assert "without a print" in chasil(capsys, "forms", "check", out, "--language", "en").out
    out.write_text(out.read_text(encoding="utf-8").replace("confirmed: false", "confirmed: true"), encoding="utf-8")
    assert "known by the print of page 1" in chasil(capsys, "forms", "check", out, "--language", "en").out


@pytest.mark.usefixtures("unread")
def test_a_draft_of_an_installed_form_is_practised_on_and_read_by_name(
    blank: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forms, practice = tmp_path / "forms", tmp_path / "practice"
    assert chasil(capsys, "forms", "new", blank, "--out", forms / "mine.yaml", "--sheet", "600x900mm").code == 0
    monkeypatch.setenv("CHASIL_FORMS", str(forms))
    clash = chasil(capsys, "forms", "list")  # pages of both at once cannot be told apart
    assert (clash.code, "form_tag_twice" in clash.err, "--form" in clash.err) == (2, True, True)
    for command in (
        ("forms", "show", "mine"),
        ("forms", "print", "mine", "--out", tmp_path / "mine.pdf"),
        ("simulate", "--form", "mine", "--count", 2, "--out", practice, "--difficulty", "scan", "--jobs", 1),
        ("forms", "new", blank, "--out", forms / "mine.yaml", "--sheet", "600x900mm", "--force"),
    ):
        run = chasil(capsys, *command)
        assert run.code == 0, run.err
    readings = tmp_path / "readings.jsonl"
    assert chasil(capsys, "read", practice, "--form", "mine", "--json", readings, "--jobs", 1).code in (0, 3)
    lines = [json.loads(line) for line in readings.read_text(encoding="utf-8").splitlines()]
    assert [line["form"] for line in lines if line["kind"] == "page"] == ["mine", "mine"]


@pytest.mark.usefixtures("unread")
def test_what_is_there_is_not_replaced_unasked(blank: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "my-form.yaml"
    out.write_text("mine", encoding="utf-8")
    run = chasil(capsys, "forms", "new", blank, "--out", out, "--sheet", "600x900")
    assert (run.code, out.read_text(encoding="utf-8")) == (2, "mine")
    assert "form_exists" in run.err
    assert chasil(capsys, "forms", "new", blank, "--out", out, "--sheet", "600x900", "--force").code == 0
    assert load_form(out).id == "my-form"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--id", "My Form"], "form_id_invalid"),
        (["--id", "a", "--out", "b.yaml"], "form_id_and_file"),
        (["--id", "a", "--sheet", "large"], "size_not_understood"),
        (["--id", "a", "--crop", "1,2,3"], "crop_not_understood"),
        (["--id", "a"], "blank_size_unknown"),
        (["--id", "a", "--sheet", "600x900", "--page", "4"], "blank_page_unknown"),
    ],
)
def test_what_makes_no_sense_is_said_with_a_code(
    options: list[str],
    code: str,
    blank: Path,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    run = chasil(capsys, "forms", "new", blank, *options)
    assert run.code == 2
    assert code in run.err
    assert not list(tmp_path.glob("*.yaml"))


def test_a_page_without_boxes_makes_no_template(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    letter = tmp_path / "letter.png"
    cv2.imwrite(str(letter), np.full((1485, 1050), 255, np.uint8))
    run = chasil(capsys, "forms", "new", letter, "--id", "letter", "--sheet", "210x297")
    assert run.code == 2
    assert "blank_without_numbers" in run.err


@pytest.mark.usefixtures("unread")
def test_a_blank_that_is_printed_comes_back_as_it_was(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    form = load_forms()["c-hasil-ppwp-2024"]
    blank, out = tmp_path / "blank.pdf", tmp_path / "again.yaml"
    assert chasil(capsys, "forms", "print", form.id, "--out", blank).code == 0
    assert chasil(capsys, "forms", "new", blank, "--out", out).code == 0
    again = load_form(out)
    assert again.sheet == form.sheet
    for page, printed in zip(again.pages, form.pages, strict=True):
        assert (page.tag and page.tag.id) == (printed.tag and printed.tag.id)
        found, known = (sorted(one.numbers, key=in_order) for one in (page, printed))
        assert [field.boxes.count for field in found] == [field.boxes.count for field in known]
        assert np.allclose([field.boxes.bounds for field in found], [field.boxes.bounds for field in known], atol=0.3)
        assert [field.tally is None for field in found] == [field.tally is None for field in known]


def in_order(field: NumberField) -> tuple[int, float]:
    return round(field.boxes.y), field.boxes.x

"""The editor in a real browser: from a blank to a template that is sound."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import pytest

from api.cli.forms_edit import pictures_of
from api.editing.app import create_editor
from api.editing.session import Editing
from pipeline.forms import FormTemplate, load_form
from tests.support.blanks import Grey, drawn, ppwp, unread
from tests.support.browser import Watched, browsing, listening, one_browser
from tests.support.command import chasil

__all__ = ["drawn", "one_browser", "ppwp", "unread"]

TOKEN = "a-token-of-a-test"
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def blank(drawn: Callable[..., Grey], ppwp: FormTemplate, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a blank page with six numbers."""
    path = tmp_path_factory.mktemp("blank") / "blank.png"
    cv2.imwrite(str(path), drawn(ppwp, 3))
    return path


@pytest.fixture
def draft(unread: None, blank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return the draft of the page, made by the command line for the first test and copied for the others."""
    assert unread is None
    first, path = blank.with_name("new-form.yaml"), tmp_path / "new-form.yaml"
    if not first.exists():
        run = chasil(capsys, "forms", "new", blank, "--out", first, "--sheet", "600x900mm")
        assert run.code == 0, run.err
    for made in (blank, first):
        shutil.copy(made, tmp_path)
    return path


@pytest.fixture
def desk(draft: Path) -> Iterator[Watched]:
    """Return a browser with the editor open, the blank behind its numbers."""
    editing = Editing(draft)
    pictures = pictures_of([draft.with_name("blank.png")], editing.content)
    with (
        listening(create_editor(editing, pictures, TOKEN)) as address,
        browsing(address, viewport={"width": 1400, "height": 1000}) as watched,
    ):
        watched.go(f"/?token={TOKEN}")
        yield watched


def settle(page: Any, text: str) -> None:
    """Wait until the editor says something about the template."""
    page.locator("#state", has_text=text).wait_for()


def test_name_rule_save_and_check(desk: Watched, draft: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = desk.page
    settle(page, "Templat sah")
    page.locator('#sheet [data-number="0"] .boxes rect').first.click()
    for name in ("suara_sah", "suara_tidak_sah", "suara_total"):  # one after the other, by keys alone
        page.keyboard.type(name)
        page.keyboard.press("Enter")
    page.locator("#add-rule").click()
    page.keyboard.type("suara_total = ")
    settle(page, "1 kesalahan")
    assert page.locator("#rules .expression").get_attribute("aria-invalid") == "true"
    page.keyboard.press("Backspace")
    page.keyboard.type("= ")
    page.locator('#sheet [data-number="0"] .boxes rect').first.click()  # puts the name in
    page.keyboard.type(" + suara_tidak_sah")
    settle(page, "Templat sah")
    assert "Artinya: suara_total = " not in page.locator("#rules .meaning").inner_text()
    page.keyboard.press("Control+s")
    settle(page, "Tersimpan")
    assert desk.faults == []
    form = load_form(draft)
    assert [field.name for field in form.pages[0].numbers][:3] == ["suara_sah", "suara_tidak_sah", "suara_total"]
    assert form.rules[0].expression == "suara_total == suara_sah + suara_tidak_sah"
    assert form.rules[0].label.id
    assert chasil(capsys, "forms", "check", draft).code == 0


def test_a_fault_stands_at_its_field_and_can_be_undone(desk: Watched, draft: Path) -> None:
    page, before = desk.page, draft.read_bytes()
    settle(page, "Templat sah")
    page.locator("#numbers button").nth(1).click()
    page.locator("#number-name").fill("Not A Name")
    settle(page, "1 kesalahan")
    assert page.locator("#number-name").get_attribute("aria-invalid") == "true"
    assert "huruf kecil" in page.locator("#faults").inner_text()
    page.locator("#save").click()
    page.locator("#problem", has_text="Tidak disimpan").wait_for()
    assert draft.read_bytes() == before
    page.locator("#undo").click()
    settle(page, "Templat sah")
    page.locator("#redo").click()
    settle(page, "1 kesalahan")


def place_of(element: Any) -> dict[str, float]:
    """Return where something lies on the screen, once it is drawn there: its picture may still be on its way."""
    element.wait_for()
    place: dict[str, float] = element.bounding_box()
    return place


def dragged(page: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    page.mouse.move(*end)
    page.mouse.up()


def test_boxes_are_dragged_stretched_nudged_and_removed(desk: Watched, draft: Path) -> None:
    page = desk.page
    settle(page, "Templat sah")
    rect = place_of(page.locator('#sheet [data-number="0"] .boxes rect').first)
    scale = rect["width"] / load_form(draft).pages[0].numbers[0].boxes.width  # px a mm
    middle = (rect["x"] + rect["width"] / 2, rect["y"] + rect["height"] / 2)
    dragged(page, middle, (middle[0] - 10 * scale, middle[1]))
    handle = place_of(page.locator('#sheet [data-handle="size"]'))
    at = (handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    dragged(page, at, (at[0], at[1] + 5 * scale))
    page.locator("#sheet").focus()
    page.keyboard.press("ArrowDown")
    page.locator("#numbers button").nth(5).click()
    page.locator("#sheet").focus()
    page.keyboard.press("Delete")
    page.keyboard.press("Control+s")
    settle(page, "Tersimpan")
    first, *rest = load_form(draft).pages[0].numbers
    assert first.boxes.x == pytest.approx(445, abs=1)
    assert first.boxes.height == pytest.approx(25, abs=1)
    assert first.boxes.y == pytest.approx(166.2, abs=0.3)
    assert len(rest) == 4


def test_numbers_and_private_areas_are_drawn(desk: Watched, draft: Path) -> None:
    page = desk.page
    settle(page, "Templat sah")
    before = load_form(draft).pages[0]
    sheet = page.locator("#sheet").bounding_box()
    corner = (sheet["x"] + 40, sheet["y"] + 40)
    page.locator('[data-tool="number"]').click()
    dragged(page, corner, (corner[0] + 60, corner[1] + 20))
    page.keyboard.type("extra")
    page.locator('[data-tool="private"]').click()
    dragged(page, (corner[0], corner[1] + 60), (corner[0] + 80, corner[1] + 90))
    page.keyboard.press("Control+s")
    settle(page, "Tersimpan")
    after = load_form(draft).pages[0]
    assert [field.name for field in after.numbers if field not in before.numbers] == ["extra"]
    assert after.numbers[-1].boxes.count == 3
    assert after.numbers[-1].boxes.touching
    assert len(after.private) == len(before.private) + 1


def test_the_work_survives_a_change_of_language(desk: Watched) -> None:
    page = desk.page
    settle(page, "Templat sah")
    page.locator("#numbers button").first.click()
    page.locator("#number-name").fill("kept")
    settle(page, "Belum disimpan")
    page.locator('a[hreflang="en"]').click()
    settle(page, "Not saved yet")
    assert page.locator("#numbers button").first.inner_text().startswith("kept")
    assert desk.faults == []

"""In a real browser: odd boxes of the wall go to the desk, a lost sheet is found with four corners; keys are enough."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from api.db.tables import Number, Page
from pipeline.reader import Reader
from pipeline.reading import PageReading
from tests.browser.web.waiting import Desk, waiting
from tests.support.browser import Watched, browsing, chromium
from tests.support.covered import covered
from tests.support.databases import copied
from tests.support.desk import FORM
from tests.support.http import reading

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DESK = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
STATION, OTHER = "0024010001002", "0024010002021"
LOST = f"{OTHER}-p2.jpg"
COARSE, FINE = 0.01, 0.001
"""How far a corner goes with an arrow, and with Shift and an arrow, of the width of the page."""


@contextmanager
def served(folder: Path, empty_sqlite: Path, reader: Reader, files: list[tuple[str, bytes]]) -> Iterator[Desk]:
    """Serve these files as the machine reads them."""
    chromium()
    with waiting(folder, copied(empty_sqlite, folder), reader, files, doubted=False) as made:
        yield made


# --- the wall -----------------------------------------------------------------------------------------------------


@pytest.fixture
def wall(tmp_path: Path, empty_sqlite: Path, reader: Reader, samples: Path) -> Iterator[Desk]:
    files = [(path.name, path.read_bytes()) for path in sorted(samples.glob("*.jpg"))]
    with served(tmp_path, empty_sqlite, reader, files) as made:
        yield made


def flagged(page: Any) -> list[bool]:
    """Return for every box on the wall whether it is flagged."""
    states: list[str] = page.eval_on_selector_all(".box", "all => all.map(one => one.getAttribute('aria-pressed'))")
    return [state == "true" for state in states]


def painted(page: Any) -> None:
    """Wait until every box has its picture: one that is not on the screen is flagged by nobody."""
    page.evaluate("Promise.all([...document.querySelectorAll('.box img')].map(one => one.decode()))")


def waiting_numbers(desk: Desk) -> dict[tuple[str, str], Number]:
    """Return the numbers in review."""
    with desk.records.database.reading() as session:
        rows = session.scalars(select(Number).where(Number.state == "review")).all()
    return {(row.document_id, row.field): row for row in rows}


def drawn(page: Any, canvas: str) -> bool:
    """Tell whether a picture is to be seen: most of the canvas is covered."""
    share = page.eval_on_selector(
        canvas,
        """canvas => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return data.filter((value, index) => index % 4 === 3 && value > 0).length / (data.length / 4);
        }""",
    )
    return bool(share > 0.5)


def test_odd_boxes_are_keyed_into_review_and_decided_there(wall: Desk) -> None:
    before = waiting_numbers(wall)
    with browsing(wall.address, **DESK) as watched:
        page = watched.page
        wall.log_in(watched, "/review/boxes?mark=1")
        page.wait_for_selector(".box:focus")
        count = page.locator(".box").count()
        assert count > 3
        painted(page)
        odd = page.locator(".box").nth(1).get_attribute("title")
        for key in ("ArrowRight", "x", "ArrowRight", "Space", "Space"):  # the third is flagged, then not
            page.keyboard.press(key)
        assert flagged(page) == [index == 1 for index in range(count)]
        assert page.inner_text("#count") == f"1 dari {count} ditandai"
        page.keyboard.press("Enter")
        page.wait_for_selector(f"#count:not(:has-text('1 dari {count}'))")
        sent = {key: row for key, row in waiting_numbers(wall).items() if key not in before}
        (number,) = sent.values()
        assert number.reasons[0]["code"] == "box_flagged"
        assert odd is not None
        assert odd.endswith(f"angka {number.boxes}")

        watched.go("/review?reason=box_flagged")
        page.wait_for_selector("main[data-state='review']")
        assert "dinding kotak" in page.inner_text("#reasons").lower()
        page.wait_for_selector("main[data-seen='true']")
        page.keyboard.press("Enter")
        page.wait_for_selector("main[data-state='empty'][data-unsent='0']")
        page.keyboard.press("z")  # the empty desk shows what comes back, with its pictures
        page.wait_for_selector("main[data-state='review']")
        page.wait_for_timeout(500)
        assert drawn(page, "#cut")
        assert drawn(page, "#page")
        page.keyboard.press("Enter")
        page.wait_for_selector("main[data-state='empty'][data-unsent='0']")
        assert [*waiting_numbers(wall)] == [*before]
        assert watched.faults == []


def test_a_finger_flags_as_well(wall: Desk) -> None:
    before = waiting_numbers(wall)
    with browsing(wall.address, **PHONE) as watched:
        page = watched.page
        wall.log_in(watched, "/review/boxes?mark=1")
        page.wait_for_selector(".box")
        assert watched.fits()
        painted(page)
        page.locator(".box").first.tap()
        assert flagged(page)[0]
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.locator("#next").tap()
        assert len(waiting_numbers(wall)) == len(before) + 1
        assert watched.faults == []


# --- four corners -------------------------------------------------------------------------------------------------


@pytest.fixture
def found(reader: Reader, samples: Path) -> PageReading:
    """Return the reading of a page whose marks are there."""
    return reader.read(samples / f"{STATION}-p2.jpg")[0].pages[0]


@pytest.fixture
def lost(tmp_path: Path, empty_sqlite: Path, reader: Reader, samples: Path, found: PageReading) -> Iterator[Desk]:
    """Serve the same page with its marks painted over."""
    with served(
        tmp_path, empty_sqlite, reader, [(LOST, covered(reader, samples / f"{STATION}-p2.jpg", found))]
    ) as made:
        yield made


def outline_of(found: PageReading) -> list[tuple[float, float]]:
    """Return the corners of the sheet, px."""
    assert found.registration is not None
    return list(found.registration.outline)


def placed(page: Any) -> list[tuple[float, float]]:
    """Return where the page shows the corners, px of the photograph."""
    matrices = page.eval_on_selector_all(
        "#sheet .corner", "all => all.map(one => { const m = one.transform.baseVal[0].matrix; return [m.e, m.f]; })"
    )
    return [(x, y) for x, y in matrices]


def on_screen(page: Any, place: tuple[float, float]) -> tuple[float, float]:
    """Return where a place of the photograph is on the screen, px."""
    x, y = page.evaluate(
        """([x, y]) => {
          const point = new DOMPoint(x, y).matrixTransform(document.querySelector("#sheet").getScreenCTM());
          return [point.x, point.y];
        }""",
        list(place),
    )
    return x, y


def open_lost_sheet(desk: Desk, watched: Watched) -> None:
    """Follow the list of lost sheets to the one there is."""
    desk.log_in(watched, "/review/corners")
    watched.page.click(f"main a:has-text('{LOST}')")
    watched.page.wait_for_selector("#sheet .corner:focus")
    watched.rest()
    watched.page.select_option("#form", FORM)
    watched.page.fill("#form-page", "2")


def check_read(desk: Desk, found: PageReading) -> None:
    """Hold the new reading to the one of the page with its marks."""
    with desk.records.database.reading() as session:
        page = session.scalars(select(Page).where(Page.file_name == LOST)).one()
        numbers = session.scalars(select(Number).where(Number.page_id == page.id)).all()
    assert (page.state, page.form_page) == ("read", 2)
    assert [reason["code"] for reason in page.reasons] == ["corners_by_hand"]
    assert {number.field: number.value for number in numbers} == {
        name: field.value for name, field in found.fields.items()
    }


def press_often(page: Any, key: str, times: int) -> None:
    for _ in range(times):
        page.keyboard.press(key)


def push(page: Any, name: str, far: float, width: int) -> None:
    """Move the corner in focus along one axis ("x" or "y") by px, with coarse steps and then fine ones."""
    towards = {"x": ("ArrowLeft", "ArrowRight"), "y": ("ArrowUp", "ArrowDown")}[name][far > 0]
    coarse, rest = divmod(abs(far), COARSE * width)
    press_often(page, towards, int(coarse))
    press_often(page, f"Shift+{towards}", round(rest / (FINE * width)))


def test_a_lost_sheet_is_found_by_keys(lost: Desk, found: PageReading, reader: Reader) -> None:
    with browsing(lost.address, **DESK) as watched, reading(lost.records, reader):
        page = watched.page
        open_lost_sheet(lost, watched)
        width = int(page.get_attribute("main", "data-width"))
        page.locator("#sheet .corner").first.focus()
        for index, (x, y) in enumerate(outline_of(found)):
            at = placed(page)[index]
            push(page, "x", x - at[0], width)
            push(page, "y", y - at[1], width)
            if index < 3:
                page.keyboard.press("Tab")
        away = np.array(placed(page)) - outline_of(found)
        assert np.abs(away).max() <= FINE * width
        page.keyboard.press("Enter")
        page.wait_for_selector("#said:has-text('Terbaca')")
        assert watched.faults == []
    check_read(lost, found)


@pytest.mark.parametrize("context", [DESK, PHONE], ids=["desk", "phone"])
def test_a_lost_sheet_is_found_by_dragging(
    lost: Desk, found: PageReading, reader: Reader, context: dict[str, Any]
) -> None:
    with browsing(lost.address, **context) as watched, reading(lost.records, reader):
        page = watched.page
        open_lost_sheet(lost, watched)
        assert watched.fits()
        page.evaluate("document.querySelector('#sheet').scrollIntoView({ block: 'center' })")
        for before, after in zip(placed(page), outline_of(found), strict=True):
            page.mouse.move(*on_screen(page, before))
            page.mouse.down()
            page.mouse.move(*on_screen(page, after), steps=4)
            page.mouse.up()
        page.click("#send")
        page.wait_for_selector("#said:has-text('Terbaca')")
        assert watched.faults == []
    check_read(lost, found)

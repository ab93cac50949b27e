"""In a real browser: two people type a sheet that nobody located from its whole picture, by keys and by finger."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from api.db.review_tables import ReviewAnswer
from api.db.tables import Number, Page
from pipeline.reader import Reader
from pipeline.reading import PageReading
from tests.browser.web.test_unseen import try_everything
from tests.browser.web.waiting import OTHER, Desk, waiting
from tests.support.browser import PHONE, browsing, chromium
from tests.support.covered import covered
from tests.support.databases import copied
from tests.support.desk import FORM

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DESK = {"viewport": {"width": 1366, "height": 768}}
STATION = "0024010001002"
LOST = f"{STATION}-p2.jpg"
PICTURE = "**/pages/*/image*"


@pytest.fixture
def found(reader: Reader, samples: Path) -> PageReading:
    """Return the reading of the page as it was before its sheet was painted over."""
    return reader.read(samples / LOST)[0].pages[0]


@pytest.fixture
def desk(tmp_path: Path, empty_sqlite: Path, reader: Reader, samples: Path, found: PageReading) -> Iterator[Desk]:
    chromium()
    files = [(LOST, covered(reader, samples / LOST, found))]
    with waiting(tmp_path, copied(empty_sqlite, tmp_path), reader, files, doubted=False) as made:
        yield made


def seen(page: Any) -> None:
    page.wait_for_selector("main[data-seen='true']")


def view(page: Any) -> str:
    """Return what the canvas of the page shows."""
    return str(page.eval_on_selector("#page", "canvas => canvas.toDataURL()"))


def name_it(desk: Desk, watched: Any) -> None:
    """Say which page of which form the lost sheet is, and come to the desk with it."""
    page = watched.page
    desk.log_in(watched, "/review/corners")
    page.click(f"main a:has-text('{LOST}')")
    page.wait_for_selector("#sheet .corner:focus")
    page.select_option("#form", FORM)
    page.fill("#form-page", "2")
    page.click("#type")
    page.wait_for_url("**/review?page=*")


def label_of(page: Any) -> str:
    return str(page.inner_text("#label"))


def answers(desk: Desk) -> int:
    with desk.records.database.reading() as session:
        return session.scalar(select(func.count()).select_from(ReviewAnswer)) or 0


def test_a_sheet_that_nobody_located_is_typed_by_two_people(desk: Desk, found: PageReading) -> None:
    written = {name: field.boxes for name, field in found.fields.items()}
    with browsing(desk.address, **DESK) as watched:
        page = watched.page
        name_it(desk, watched)
        labels = []
        for boxes in written.values():
            seen(page)
            assert page.locator("main[data-placed='false'] #cut").is_hidden()
            canvas = page.locator("#page").bounding_box()
            assert canvas["width"] * canvas["height"] > 0.4 * 1366 * 768  # the picture has most of the screen
            labels.append(label_of(page))
            if len(labels) == 1:
                upright = view(page)
                for key in ("r", "+", "Shift+ArrowRight", "ArrowDown"):
                    before = view(page)
                    page.keyboard.press(key)
                    assert view(page) != before
                page.keyboard.press("c")
                assert page.eval_on_selector("#page", "canvas => getComputedStyle(canvas).filter") != "none"
            shown = view(page)
            assert shown != upright
            page.keyboard.type(boxes)
            page.keyboard.press("Enter")
            if len(labels) < len(written):
                page.wait_for_function(
                    "before => document.querySelector('#label').textContent !== before", arg=labels[-1]
                )
                assert view(page) == shown  # the next number comes, and nobody looks for the place again
        page.wait_for_selector("main[data-state='empty'][data-unsent='0']")
        assert "orang kedua" in page.inner_text(".empty")
        assert watched.faults == []
    assert labels == ["Suara sah pasangan calon 1", "Suara sah pasangan calon 2", "Suara sah pasangan calon 3"]
    assert states(desk) == {"review"}

    with browsing(desk.address, **PHONE) as watched:
        page = watched.page
        desk.log_in(watched, "/review/corners", OTHER)
        page.tap("main a:has-text('Ketik 3 angka')")
        for boxes in written.values():
            page.wait_for_selector("main[data-state='blind'][data-seen='true']")
            assert watched.fits()
            for mark in boxes:
                page.tap(
                    {
                        "X": '#pad [data-do="mark_x"]',
                        "-": '#pad [data-do="mark_dash"]',
                        "_": '#pad [data-do="mark_empty"]',
                    }.get(mark, f'#pad [data-digit="{mark}"]')
                )
            before = page.get_attribute("main", "data-item")
            page.tap('#acts [data-do="accept"]')
            page.wait_for_selector(f"main:not([data-item='{before}'])")
        page.wait_for_selector("main[data-state='empty'][data-unsent='0']")
        assert watched.faults == []
    assert states(desk) == {"reviewed"}
    with desk.records.database.reading() as session:
        values = {row.field: row.final for row in session.scalars(select(Number))}
        assert session.scalars(select(Page)).one().state == "read"
    assert values == {name: field.value for name, field in found.fields.items()}


def states(desk: Desk) -> set[str]:
    with desk.records.database.reading() as session:
        return set(session.scalars(select(Number.state)))


def test_nothing_is_typed_from_a_picture_that_is_not_there(desk: Desk) -> None:
    with browsing(desk.address, **DESK) as watched:
        page = watched.page
        page.route(
            PICTURE,
            lambda route: route.abort() if "review?page" in (route.request.frame.url or "") else route.continue_(),
        )
        name_it(desk, watched)
        page.wait_for_selector("#missing:not([hidden])")
        try_everything(page)
        page.wait_for_timeout(600)
        assert page.locator("dialog[open]").count() == 0
        assert answers(desk) == 0
        page.unroute(PICTURE)
        seen(page)  # it is asked for again
        page.keyboard.press("u")
        page.wait_for_selector("main[data-unsent='0']")
        page.wait_for_function("document.querySelector('#done').textContent.startsWith('1 ')")
    assert answers(desk) == 1

"""The review desk in a real browser: a queue cleared by keys alone, fast, with nothing moving and nothing lost."""

import statistics
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.db.review_tables import ReviewItem
from api.db.tables import Number
from api.db.types import now
from tests.browser.web.waiting import OTHER, Desk
from tests.support.browser import Watched, browsing

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DESK = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
ZOOMED = {"viewport": {"width": 640, "height": 400}}
"""A desk of 1280 px at 200 %."""

SLOWEST = 1000.0
"""How long the next item may take on a busy machine, ms; `docs/explanation/review.md` tells what it takes alone."""


@pytest.fixture(scope="module")
def stocked(samples: Path) -> list[Path]:
    return sorted(samples.glob("*.jpg"))


def here(page: Any) -> str:
    """Return the item on the screen."""
    return str(page.get_attribute("main", "data-item"))


def press(page: Any, *keys: str) -> None:
    """Press keys once the number has been on the screen for as long as it must, and wait for another item."""
    before = here(page)
    page.wait_for_selector("main[data-seen='true']")
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_selector(f"main:not([data-item='{before}'])")


def settled_state(page: Any) -> str:
    """Return what the desk shows, once it has asked whether there is more."""
    return str(page.wait_for_selector("main:not([data-state='loading'])").get_attribute("data-state"))


def sent(page: Any) -> None:
    """Wait until every decision has arrived."""
    page.wait_for_selector("main[data-unsent='0']")


def read(page: Any) -> str:
    """Return what stands in the cells."""
    marks = page.eval_on_selector_all(".cell", "cells => cells.map(cell => cell.dataset.mark)")
    return "".join(marks)


def complaints(watched: Watched) -> list[str]:
    """Return what the browser complained about, but for the conflicts that were meant."""
    return [fault for fault in watched.faults if "409" not in fault]


def test_a_queue_is_cleared_by_keys_alone(desk: Desk) -> None:
    with browsing(desk.address, **DESK) as watched:
        page = watched.page
        desk.log_in(watched)
        with desk.records.database.reading() as session:
            numbers = session.scalars(select(Number).where(Number.state == "review")).all()
        expected = {(number.document_id, number.field): number.value for number in numbers}
        assert len(expected) >= 40

        skipped = here(page)  # comes again after the others of this desk
        press(page, "s")
        assert here(page) != skipped
        assert page.inner_text("#done").startswith("0 diputuskan")

        corrected = desk.item(here(page))  # typed wrongly, undone, typed again
        marks = read(page)
        press(page, *"9" * len(marks), "Enter")
        press(page, "z")
        assert here(page) == corrected.id
        assert read(page) == marks
        press(page, *"0" * len(marks), "Enter")
        expected[corrected.document_id, corrected.field] = 0

        escalated = desk.item(here(page))
        page.wait_for_selector("main[data-seen='true']")
        page.keyboard.press("e")
        page.keyboard.type("dua angka ditimpa")
        press(page, "Enter")
        expected.pop((escalated.document_id, escalated.field))

        sent(page)
        taken = desk.item(here(page))
        others = decided_in_another_browser(desk, watched, taken)
        press(page, "Enter")
        page.wait_for_selector(f".notice .theirs:has-text('{others}')")
        expected[taken.document_id, taken.field] = int(others)
        page.keyboard.press("Escape")
        assert page.locator(".notice").count() == 0

        while settled_state(page) != "empty":
            press(page, "Enter")
        sent(page)

        with desk.records.database.reading() as session:
            rows = session.scalars(select(Number).where(Number.state == "reviewed")).all()
        assert {(row.document_id, row.field): row.final for row in rows} == expected
        assert desk.number(escalated).state == "review"
        told, sums = tally_of(desk), summed(expected)
        assert len(told) > 20
        assert told == {field: sums[field] for field in told}
        assert complaints(watched) == []
        assert watched.fits()
        quick(page)


def decided_in_another_browser(desk: Desk, watched: Watched, item: ReviewItem) -> str:
    """Let someone else take and decide an item while this desk slept; return what they typed."""
    desk.let_go(item)
    with watched.beside(**DESK) as other:
        desk.log_in(other, f"/review?region={item.station}&field={item.field}", OTHER)
        assert here(other.page) == item.id
        boxes = "1" * len(read(other.page))
        other.page.keyboard.type(boxes)
        press(other.page, "Enter")
        sent(other.page)
        assert other.faults == []
    return boxes


def summed(numbers: dict[tuple[str, str], int | None]) -> dict[str, int]:
    """Return the sums of all stations by field."""
    found: dict[str, int] = {}
    for (_document, field), value in numbers.items():
        found[field] = found.get(field, 0) + (value or 0)
    return found


def tally_of(desk: Desk) -> dict[str, int]:
    """Return the sums that the service tells."""
    tally = desk.other.get("/api/v1/tallies/0").json()
    return {field: count["sum"] for field, count in {**tally["votes"], **tally["others"]}.items()}


def quick(page: Any) -> None:
    """Hold the page to its speed and to its stillness."""
    times = page.evaluate("performance.getEntriesByName('key-to-next').map(entry => entry.duration)")
    assert len(times) >= 40
    p95 = statistics.quantiles(times, n=20)[-1]
    shifts = page.evaluate("window.shifts.reduce((sum, one) => sum + one, 0)")
    said = (
        f"key to next: median {statistics.median(times):.0f} ms, p95 {p95:.0f} ms of {len(times)}; moved {shifts:.4f}"
    )
    sys.stdout.write(f"{said}\n")
    assert p95 < SLOWEST, said
    assert shifts < 0.05, said


def test_decisions_wait_for_the_network(desk: Desk) -> None:
    with browsing(desk.address, **DESK) as watched:
        page = watched.page
        desk.log_in(watched)
        first = desk.item(here(page))
        page.route("**/decision", lambda route: route.abort())
        press(page, "Enter")
        press(page, "Enter")
        page.wait_for_selector("#unsent:has-text('2')")
        page.wait_for_selector("#problem:not([hidden])")
        assert desk.number(first).state == "review"
        page.unroute("**/decision")
        sent(page)
        assert desk.number(first).state == "reviewed"


def test_the_desk_and_the_pages_of_results_state_one_confidence(desk: Desk) -> None:
    with desk.records.database.writing() as session:
        for number in session.scalars(select(Number)):
            number.confidence = 0.999871
    with browsing(desk.address, **DESK) as watched:
        page = watched.page
        desk.log_in(watched)
        item = desk.item(here(page))
        overall = page.locator("#witnesses li").first
        assert (overall.locator(".witness").inner_text(), overall.locator(".fine").inner_text()) == (
            "Keseluruhan",
            "99,98 % yakin",
        )
        assert "sendiri-sendiri" in page.inner_text("#witnesses h2")  # of the lines below it
        press(page, "Enter")
        sent(page)
        watched.go(f"/results/{item.station}/{item.field}")
        assert "mesin 99,98 % yakin secara keseluruhan" in page.inner_text("main")


def test_a_blind_item_tells_nothing(desk: Desk) -> None:
    with desk.records.database.writing() as session:
        for number in session.scalars(select(Number)):
            number.confidence = 0.999  # whoever contradicts it is checked by another
    item = desk.other.post("/api/v1/review/claim", json={"count": 1}).json()
    claimed = item["items"][0]
    seen = {"cut": desk.other.get(claimed["links"]["cut"]).headers["etag"], "at": now().isoformat()}
    time.sleep(0.31)
    said = {"kind": "correct", "lease": item["lease"], "version": claimed["version"], "seen": seen}
    boxes = "7" * claimed["box_count"]
    assert desk.other.post(claimed["links"]["decision"], json={**said, "boxes": boxes}).json()["settled"] is False
    with browsing(desk.address, **DESK) as watched:
        page = watched.page
        desk.log_in(watched)
        page.goto(f"{desk.address}/review?field={claimed['field']}&region={claimed['station']}")
        page.wait_for_selector("main[data-state='blind']")
        assert set(read(page)) == {"#"}
        for hidden in ("#witnesses", "#sums"):
            assert not page.locator(hidden).is_visible()
        assert page.locator(".blind-only").is_visible()
        page.keyboard.press("h")
        assert page.locator("dialog[open]").count() == 0
        page.wait_for_selector("main[data-seen='true']")  # an earlier tap would keep the number quiet for longer
        page.keyboard.press("Enter")
        assert page.locator("#problem").is_visible()
        press(page, *boxes, "Enter")
        sent(page)
        assert desk.number(desk.item(claimed["id"])).final == int(boxes)
        assert watched.faults == []


@pytest.mark.parametrize("context", [PHONE, ZOOMED], ids=["phone", "zoomed"])
def test_a_finger_or_a_mouse_does_as_well(desk: Desk, context: dict[str, Any]) -> None:
    with browsing(desk.address, **context) as watched:
        page = watched.page
        desk.log_in(watched)
        assert watched.fits()
        item, count = desk.item(here(page)), len(read(page))
        for _ in range(count):
            page.click('[data-digit="0"]')
        page.wait_for_selector("main[data-seen='true']")
        page.click('[data-do="accept"]')
        page.wait_for_selector(f"main:not([data-item='{item.id}'])")
        page.click('[data-do="undo"]')
        page.wait_for_selector(f"main[data-item='{item.id}']")
        page.click('[data-do="help"]')
        page.click("#help .close")
        assert watched.fits()
        assert watched.faults == []


def test_keys_can_be_given_to_others(desk: Desk) -> None:
    with browsing(desk.address, **DESK) as watched:
        page = watched.page
        desk.log_in(watched)
        page.keyboard.press("k")
        change = page.locator("#keys .keys li", has_text="Tak terbaca").locator("button")
        change.click()
        page.keyboard.press("z")  # undoes already
        assert "Batalkan" in page.inner_text("#keys-said")
        change.click()
        page.keyboard.press("q")
        page.keyboard.press("Escape")
        page.reload()
        page.wait_for_selector("main[data-state='review']")
        first = desk.item(here(page))
        page.keyboard.press("Control+q")
        page.keyboard.press("u")
        assert here(page) == first.id
        press(page, "q")
        sent(page)
        assert desk.number(first).state in ("reviewed", "unreadable")
        assert watched.faults == []

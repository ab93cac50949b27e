"""What was skipped at the desk, in a real browser: it is listed, one goes back to it, and what others took is said."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select

from api.db.review_tables import ReviewAnswer, ReviewItem
from api.db.types import now
from tests.browser.web.looking import axe, faults
from tests.browser.web.waiting import OTHER, Desk
from tests.support.browser import PHONE, browsing

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DESK = {"viewport": {"width": 1366, "height": 768}}
STATION = "0024010001002"
CUT = "**/cut*"


def here(page: Any) -> str:
    """Return the item on the screen."""
    return str(page.get_attribute("main", "data-item"))


def skipped(page: Any, *, by: str = "key") -> str:
    """Skip the number on the screen; return it."""
    before = here(page)
    page.wait_for_selector("main[data-seen='true']")
    if by == "key":
        page.keyboard.press("s")
    else:
        page.click('#acts [data-do="later"]')
    page.wait_for_selector(f"main:not([data-item='{before}'])")
    return before


def count(page: Any) -> int:
    """Return how many numbers the desk says were skipped."""
    return int(page.inner_text("#skips"))


def listed(page: Any) -> list[str]:
    """Return what the open list says, a line each."""
    return [" ".join(text.split()) for text in page.locator("#skipped ul li").all_inner_texts()]


def open_list(page: Any) -> None:
    """Open the list, and wait until the service has said what this desk still has."""
    with page.expect_response("**/review/heartbeat"):
        page.keyboard.press("l")
    page.wait_for_selector("#skipped[open]")


@contextmanager
def at_the_list(desk: Desk, *, after: int = 0) -> Iterator[tuple[Any, str]]:
    """Skip a number, see the next for so many ms, and open the list; yield the page and what was skipped."""
    with browsing(desk.address, **DESK) as watched:
        desk.log_in(watched)
        first = skipped(watched.page)
        watched.page.wait_for_selector("main[data-seen='true']")
        watched.page.wait_for_timeout(after)
        open_list(watched.page)
        yield watched.page, first


def left(page: Any, desk: Desk, *kept: str) -> None:
    """Leave the desk; wait until it has given back all but these, which nobody gets before their lease runs out."""
    page.goto("about:blank")
    end = time.monotonic() + 20
    while (held := held_now(desk)) != set(kept):
        assert time.monotonic() < end, held
        time.sleep(0.05)


def held_now(desk: Desk) -> set[str]:
    leased = (ReviewItem.state == "open", ReviewItem.lease.is_not(None))
    with desk.records.database.reading() as session:
        return set(session.scalars(select(ReviewItem.id).where(*leased)))


def answers(desk: Desk) -> int:
    with desk.records.database.reading() as session:
        return len(session.scalars(select(ReviewAnswer.id)).all())


def accept(page: Any) -> None:
    """Accept the number on the screen once it has been seen."""
    before = here(page)
    page.wait_for_selector("main[data-seen='true']")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"main:not([data-item='{before}'])")
    page.wait_for_selector("main[data-unsent='0']")


def overslept(desk: Desk, item: str) -> None:
    """Let a lease run out, as of a machine that was asleep."""
    desk.let_go(desk.item(item))


def taken_by_a_colleague(desk: Desk, item: str) -> dict[str, Any]:
    """Let somebody else take one number."""
    overslept(desk, item)
    row = desk.item(item)
    filters = {"region": row.station, "field": row.field}
    claimed = desk.other.post("/api/v1/review/claim", json={"count": 10, "filters": filters}).json()
    assert item in [one["id"] for one in claimed["items"]]
    found: dict[str, Any] = claimed
    return found


def test_one_goes_back_to_what_was_skipped_by_keys_alone(desk: Desk) -> None:
    with browsing(desk.address, **DESK) as watched:
        page = watched.page
        desk.log_in(watched)
        left = page.inner_text("#done")
        first, second = skipped(page), skipped(page)
        assert count(page) == 2
        assert page.inner_text("#done") == left  # nothing was decided, and nothing is lost
        meanwhile = here(page)
        open_list(page)
        lines = listed(page)
        assert len(lines) == 2
        assert all("TPS 0024" in line and "halaman" in line for line in lines)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_selector(f"main[data-item='{second}']")
        assert "tadi dilewati" in page.inner_text("#kind")
        assert count(page) == 1
        accept(page)
        assert here(page) == meanwhile  # what was on the screen before comes next
        open_list(page)
        page.keyboard.press("Enter")
        page.wait_for_selector(f"main[data-item='{first}']")
        accept(page)
        assert desk.item(first).state == desk.item(second).state == "done"
        assert (count(page), answers(desk)) == (0, 2)
        assert watched.faults == []


def test_a_finger_goes_back_as_well(desk: Desk) -> None:
    with browsing(desk.address, **PHONE) as watched:
        page = watched.page
        desk.log_in(watched, "/review?lang=en")
        first = skipped(page, by="button")
        button = page.locator('#acts [data-do="skipped"]')
        assert button.inner_text().split() == ["Skipped", "1"]
        assert button.bounding_box()["height"] >= 40
        button.tap()
        page.wait_for_selector("#skipped[open]")
        assert watched.fits()
        line = page.locator("#skipped ul button")
        assert line.bounding_box()["height"] >= 44
        assert "Station 0024" in line.inner_text()
        line.tap()
        page.wait_for_selector(f"main[data-item='{first}']")
        assert page.locator("dialog[open]").count() == 0
        assert "skipped before" in page.inner_text("#kind")
        assert watched.faults == []


def test_what_comes_back_is_not_decided_unseen(desk: Desk) -> None:
    with browsing(desk.address, **DESK) as watched:
        page = watched.page
        desk.log_in(watched)
        first = skipped(page)
        for _ in range(2):
            skipped(page)
        page.route(CUT, lambda _route: None)
        page.reload()
        page.wait_for_selector("main[data-item]:not([data-item=''])")
        assert count(page) == 3
        open_list(page)
        page.keyboard.press("Enter")
        page.wait_for_selector(f"main[data-item='{first}']")
        for key in ("Enter", "u", "Enter", "u"):
            page.keyboard.press(key)
        page.dispatch_event('#acts [data-do="accept"]', "click")
        page.wait_for_timeout(800)
        assert (here(page), answers(desk)) == (first, 0)
        page.unroute(CUT)
        accept(page)
        assert answers(desk) == 1


def test_the_key_that_chooses_decides_nothing(desk: Desk) -> None:
    with at_the_list(desk) as (page, first):
        page.evaluate("""() => {
          window.early = 0;
          document.addEventListener("keydown", () => { window.early += 1; });
        }""")
        for _ in range(3):  # the list, and what an impatient finger gives to the number that it led to
            page.keyboard.press("Enter", delay=0)
        page.wait_for_selector(f"main[data-item='{first}']")
        page.wait_for_timeout(800)
        assert (here(page), answers(desk)) == (first, 0)


def test_a_key_that_falls_as_the_list_closes_decides_nothing(desk: Desk) -> None:
    with at_the_list(desk, after=650) as (page, first):  # ms: of the number on the screen a key decides by now
        page.evaluate("""() => {
          const close = HTMLDialogElement.prototype.close;
          HTMLDialogElement.prototype.close = function () {
            close.call(this);
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
          };
        }""")
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/decision") else None)
        page.keyboard.press("Enter")
        page.wait_for_selector(f"main[data-item='{first}']")
        page.wait_for_timeout(800)
        assert (here(page), sent, answers(desk)) == (first, [], 0)


def test_a_reload_takes_along_what_was_skipped_for_as_long_as_nobody_has_it(desk: Desk) -> None:
    with browsing(desk.address, **DESK) as watched:
        page = watched.page
        desk.log_in(watched)
        kept, gone = skipped(page), skipped(page)
        page.reload()
        page.wait_for_selector("main[data-item]:not([data-item=''])")
        assert count(page) == 2
        assert here(page) not in (kept, gone)
        left(page, desk, kept, gone)
        taken_by_a_colleague(desk, gone)
        desk.log_in(watched)
        page.wait_for_selector("main[data-gone='1']")
        assert "1 tidak lagi pada Anda" in page.inner_text("#problem")
        assert count(page) == 1
        open_list(page)
        assert ["sedang dibaca di meja lain" in line for line in listed(page)] == [False, True]
        assert faults(page, axe()) == []
        page.keyboard.press("Escape")
        page.wait_for_selector("main[data-gone='0']")  # it has been told
        open_list(page)
        assert len(listed(page)) == 1
        assert watched.faults == []


def test_it_is_said_that_somebody_else_has_decided_it(desk: Desk) -> None:
    with browsing(desk.address, **DESK) as watched:
        page = watched.page
        desk.log_in(watched, "/review?lang=en")
        first, second = skipped(page), skipped(page)
        claimed = taken_by_a_colleague(desk, first)
        item = next(one for one in claimed["items"] if one["id"] == first)
        seen = {"cut": desk.other.get(item["links"]["cut"]).headers["etag"], "at": now().isoformat()}
        page.wait_for_timeout(320)
        said = {"kind": "confirm", "lease": claimed["lease"], "version": item["version"], "boxes": item["boxes"]}
        assert desk.other.post(item["links"]["decision"], json={**said, "seen": seen}).status_code == 200
        # Whoever is quick chooses it before this desk has heard of it.
        page.route("**/heartbeat", lambda route: route.abort())
        page.keyboard.press("l")
        page.wait_for_selector("#skipped[open]")
        page.unroute("**/heartbeat")
        before = here(page)
        page.keyboard.press("Enter")
        page.wait_for_selector("#skipped .gone")
        assert any("has been answered elsewhere" in line for line in listed(page))
        assert "You do not have" in page.inner_text("#skipped-said")
        page.keyboard.press("Escape")
        assert here(page) == before
        open_list(page)
        page.keyboard.press("Enter")
        page.wait_for_selector(f"main[data-item='{second}']")
        assert answers(desk) == 1


def test_what_was_skipped_comes_back_once_nothing_else_is_left(desk: Desk) -> None:
    with browsing(desk.address, **DESK) as watched:
        page = watched.page
        desk.log_in(watched, f"/review?region={STATION}&field=paslon")  # three pairs
        first = skipped(page)
        second = skipped(page)
        accept(page)  # the only other one
        page.wait_for_selector(f"main[data-item='{first}']")
        assert skipped(page) == first
        assert here(page) == second
        accept(page)
        page.wait_for_selector(f"main[data-item='{first}']")
        page.keyboard.press("s")
        page.wait_for_selector("#problem:has-text('Tidak ada angka lain')")
        accept_last(page)
        assert answers(desk) == 3


def accept_last(page: Any) -> None:
    """Accept the last number that there is."""
    page.wait_for_selector("main[data-seen='true']")
    page.keyboard.press("Enter")
    page.wait_for_selector("main[data-state='empty']")
    page.wait_for_selector("main[data-unsent='0']")


def test_a_desk_keeps_no_more_than_ten_from_others(desk: Desk) -> None:
    with browsing(desk.address, **DESK) as watched:
        page = watched.page
        desk.log_in(watched)
        all_of_them = [skipped(page) for _ in range(11)]
        assert here(page) == all_of_them[0]
        assert count(page) == 10
        left(page, desk, *all_of_them[1:])


def test_what_was_skipped_stays_out_of_a_desk_that_asks_for_others(desk: Desk) -> None:
    with browsing(desk.address, **DESK) as watched:
        page = watched.page
        desk.log_in(watched)
        first = skipped(page)
        page.goto(f"{desk.address}/review?field=none")
        page.wait_for_selector("main[data-state='empty']")
        page.goto(f"{desk.address}/review")
        page.wait_for_selector("main[data-item]:not([data-item=''])")
        assert count(page) == 1
        assert here(page) != first


def test_nobody_finds_what_another_person_skipped(desk: Desk) -> None:
    with browsing(desk.address, **DESK) as watched:
        page = watched.page
        desk.log_in(watched)
        skipped(page)
        page.goto("about:blank")
        page.context.clear_cookies()
        desk.log_in(watched, name=OTHER)
        page.wait_for_selector("main[data-seen='true']")
        assert (count(page), page.get_attribute("main", "data-gone")) == (0, "0")
        open_list_of_nothing(page)


def open_list_of_nothing(page: Any) -> None:
    page.keyboard.press("l")
    page.wait_for_selector("#skipped[open]")
    assert "Tidak ada angka yang dilewati." in page.inner_text("#skipped")
    assert listed(page) == []


def test_a_key_that_somebody_chose_is_not_taken_from_them(desk: Desk) -> None:
    with browsing(desk.address, **DESK) as watched:
        page = watched.page
        page.add_init_script("localStorage.setItem('chasil.keys', JSON.stringify({ undo: 'l' }))")
        desk.log_in(watched)
        assert page.locator(".keys-legend [data-for='skipped']").inner_text() == "–"
        first = here(page)
        accept(page)
        page.keyboard.press("l")
        page.wait_for_selector(f"main[data-item='{first}']")
        assert page.locator("dialog[open]").count() == 0


def test_sums_follow_what_was_decided_of_the_same_sheet(desk: Desk) -> None:
    """The sums of a number to come are those that the service told when it was taken, and others were decided since."""
    with browsing(desk.address, **DESK) as watched:
        page = watched.page
        desk.log_in(watched, f"/review?region={STATION}&field=paslon")
        # A pair, whose total is among the numbers that were taken with it.
        assert desk.item(here(page)).field.startswith("paslon")
        changed = desk.item(here(page))
        before = equations(page)
        page.wait_for_selector("main[data-seen='true']")
        marks = page.locator(".cell").count()
        page.keyboard.type("7" * marks)
        page.keyboard.press("Enter")
        page.wait_for_selector(f"main:not([data-item='{changed.id}'])")
        assert desk.item(here(page)).document_id == changed.document_id
        assert any("7" * marks in text for text in equations(page)), (before, equations(page))
        page.wait_for_selector("main[data-unsent='0']")
        page.keyboard.press("z")
        page.wait_for_selector(f"main[data-item='{changed.id}']")
        skipped(page)
        assert not any("7" * marks in text for text in equations(page))


def equations(page: Any) -> list[str]:
    """Return the sums on the screen."""
    return [str(text) for text in page.locator("#sums .equation").all_inner_texts()]


def test_a_page_that_the_browser_kept_begins_anew(desk: Desk) -> None:
    with browsing(desk.address, **DESK) as watched:
        page = watched.page
        desk.log_in(watched)
        page.wait_for_selector("main[data-seen='true']")
        page.evaluate("""() => {
          window.before = true;
          window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
          window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
        }""")
        page.wait_for_function("() => window.before === undefined")
        page.wait_for_selector("main[data-seen='true']")
        accept(page)
        assert answers(desk) == 1
        assert watched.faults == []

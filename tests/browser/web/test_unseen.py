"""In a real browser, over a poor link: no key and no button decides a number whose ink is not on the screen."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select

from api.db.review_tables import ReviewAnswer, ReviewItem
from api.db.states import NumberState
from api.db.tables import Number
from tests.browser.web.waiting import Desk
from tests.support.browser import PHONE, Watched, browsing

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DESK = {"viewport": {"width": 1366, "height": 768}}
CONTEXTS = pytest.mark.parametrize("context", [DESK, PHONE], ids=["desk", "phone"])
LATENCY, BYTES = 500, 40_000
"""Of a poor link: ms, and bytes a second."""

CUT = "**/cut*"
PAGE = "**/pages/*/image*"


@contextmanager
def at_the_desk(desk: Desk, context: dict[str, Any], *blocked: str) -> Iterator[Watched]:
    """Log in at a desk, to which these pictures never come."""
    with browsing(desk.address, **context) as watched:
        for pattern in blocked:
            watched.page.route(pattern, lambda _route: None)
        desk.log_in(watched)
        watched.page.wait_for_selector("main[data-item]:not([data-item=''])")
        yield watched


def slow(watched: Watched) -> None:
    """Make the link a poor one, as Chromium's own tools do."""
    client = watched.page.context.new_cdp_session(watched.page)
    client.send("Network.enable")
    client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    limits = {"latency": LATENCY, "downloadThroughput": BYTES, "uploadThroughput": BYTES}
    client.send("Network.emulateNetworkConditions", {"offline": False, **limits})


def answers(desk: Desk) -> int:
    with desk.records.database.reading() as session:
        return len(session.scalars(select(ReviewAnswer.id)).all())


def try_everything(page: Any) -> None:
    """Press every key and every button that decides, with all cells filled."""
    count = page.locator(".cell").count()
    for _ in range(count):
        page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.keyboard.press("u")
    page.keyboard.press("e")
    for action in ("accept", "unreadable", "escalate"):
        page.dispatch_event(f'#acts [data-do="{action}"]', "click")
    page.keyboard.press("p")  # the whole sheet
    page.keyboard.press("Enter")
    page.keyboard.press("p")


@CONTEXTS
@pytest.mark.parametrize("blocked", [[CUT], [CUT, PAGE]], ids=["cut", "both"])
def test_nothing_is_decided_whose_picture_does_not_come(
    desk: Desk, context: dict[str, Any], blocked: list[str]
) -> None:
    with at_the_desk(desk, context, *blocked) as watched:
        page = watched.page
        before = page.get_attribute("main", "data-item")
        page.wait_for_selector("#missing:not([hidden])")
        try_everything(page)
        page.wait_for_timeout(800)
        assert page.locator("dialog[open]").count() == 0
        assert (page.get_attribute("main", "data-item"), page.get_attribute("main", "data-unsent")) == (before, "0")
        assert answers(desk) == 0


@pytest.mark.parametrize("failure", ["abort", "500", "broken"])
def test_a_picture_that_fails_decides_nothing_and_is_asked_for_again(desk: Desk, failure: str) -> None:
    def fail(route: Any) -> None:
        if failure == "abort":
            route.abort()
        else:
            route.fulfill(status=500 if failure == "500" else 200, content_type="image/jpeg", body="no picture")

    with browsing(desk.address, **DESK) as watched:
        page = watched.page
        page.route(CUT, fail)
        desk.log_in(watched)
        page.wait_for_selector("#missing:not([hidden])")
        try_everything(page)
        page.wait_for_timeout(500)
        assert answers(desk) == 0
        page.unroute(CUT)
        page.wait_for_selector("main[data-seen='true']")
        assert page.locator("#missing").is_hidden()
        page.keyboard.press("u")
        page.wait_for_selector("main[data-unsent='0']")


@CONTEXTS
def test_over_a_poor_link_nothing_is_decided_unseen(desk: Desk, context: dict[str, Any]) -> None:
    with browsing(desk.address, **context) as watched:
        page = watched.page
        desk.log_in(watched)
        with desk.records.database.writing() as session:
            session.query(ReviewItem).update({"lease": None, "lease_owner": None, "lease_until": None})
        slow(watched)
        page.add_init_script(PAINTED)
        page.evaluate("sessionStorage.clear()")
        page.reload(wait_until="commit")
        page.wait_for_selector("main[data-item]:not([data-item=''])")
        for _ in range(40):  # Enter for as long as nothing is there, and some time after
            page.keyboard.press("Enter")
            page.keyboard.press("u")
            page.wait_for_timeout(70)
            if page.evaluate("window.told.length") >= 2:
                break
        told = page.evaluate("window.told")
        for decided, painted in told:
            assert painted is not None
            assert decided - painted >= 300
        page.wait_for_selector("main[data-unsent='0']")


PAINTED = """
window.told = [];
const shown = new Map();
const item = () => document.querySelector("main")?.dataset.item;
window.looked = () => (shown.has(item()) ? performance.now() - shown.get(item()) : null);
const draw = CanvasRenderingContext2D.prototype.drawImage;
CanvasRenderingContext2D.prototype.drawImage = function (...given) {
  const main = document.querySelector("main");
  if (this.canvas.id === "cut" && !shown.has(main.dataset.item)) shown.set(main.dataset.item, performance.now());
  return draw.apply(this, given);
};
const ask = window.fetch;
window.fetch = (address, options) => {
  const found = /items\\/([0-9a-f]+)\\/decision/.exec(String(address));
  if (found) window.told.push([performance.now(), shown.get(found[1]) ?? null]);
  return ask(address, options);
};
"""
"""Takes down for every decision when it was sent, and when the cut of its number was first drawn.

`looked` tells for how many ms the number on the screen has been there.
"""


SETTLED = 700
"""Ms after it was painted by which a number can be decided, however many taps came before."""

GIVEN = """([where, make, ...moments]) => {
  const begun = performance.now();
  const give = (moment, count) => {
    const event = make === "Enter"
      ? new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true })
      : new MouseEvent("click", { bubbles: true, cancelable: true, detail: count + 1 });
    // When a person gave it, however late a busy browser hands it on.
    Object.defineProperty(event, "timeStamp", { value: begun + moment });
    (where ? document.querySelector(where) : document.activeElement).dispatchEvent(event);
  };
  return Promise.all(moments.map((moment, count) => new Promise((done) => setTimeout(() => {
    give(moment, count);
    done();
  }, moment))));
}"""


def enter(page: Any, *moments: float) -> None:
    """Press Enter at these moments, ms: within the page, as the way from here to there may take longer than a gap."""
    page.evaluate(GIVEN, ["", "Enter", *moments])


def tap(page: Any, where: str, *moments: float) -> None:
    """Tap what a selector finds at these moments, ms, as `enter` presses."""
    page.evaluate(GIVEN, [where, "tap", *moments])


def settled(page: Any) -> None:
    """Wait until all is sent, and the number on the screen has been there for longer than any tap may keep it quiet."""
    page.wait_for_selector("main[data-unsent='0']")
    page.wait_for_function("least => window.looked() >= least", arg=SETTLED)


@contextmanager
def tapped(desk: Desk, context: dict[str, Any]) -> Iterator[Any]:
    """Yield the page of a desk, once the first number can be decided."""
    with browsing(desk.address, **context) as watched:
        watched.page.add_init_script(PAINTED)
        desk.log_in(watched)
        settled(watched.page)
        yield watched.page


@CONTEXTS
def test_a_second_tap_never_decides_the_next_number(desk: Desk, context: dict[str, Any]) -> None:
    with tapped(desk, context) as page:
        for gap in (0, 30, 90, 150, 220) * 3:
            before = answers(desk)
            enter(page, 0, gap)
            settled(page)
            assert answers(desk) == before + 1, f"{gap} ms apart"


@pytest.mark.parametrize("action", ["accept", "unreadable"])
def test_a_second_finger_never_decides_the_next_number(desk: Desk, action: str) -> None:
    with tapped(desk, PHONE) as page:
        tap(page, f'#acts [data-do="{action}"]', 0, 40)
        settled(page)
        assert answers(desk) == 1


def test_a_burst_of_taps_decides_one_number(desk: Desk) -> None:
    with tapped(desk, DESK) as page:
        enter(page, 0, 110, 220, 330)
        settled(page)
        assert answers(desk) == 1


@pytest.mark.parametrize(("confidence", "offered"), [(0.0026, False), (0.499, False), (0.5, True), (0.93, True)])
def test_a_number_that_the_machine_doubts_is_typed_from_its_ink(desk: Desk, confidence: float, offered: bool) -> None:
    with desk.records.database.writing() as session:
        session.query(Number).update({"confidence": confidence})
    with at_the_desk(desk, DESK) as watched:
        page = watched.page
        page.wait_for_selector("main[data-seen='true']")
        marks = page.eval_on_selector_all(".cell", "cells => cells.map(cell => cell.dataset.mark)")
        assert ("#" not in marks) is offered
        assert offered or set(marks) == {"#"}
        before = page.get_attribute("main", "data-item")
        page.keyboard.press("Enter")
        if offered:
            page.wait_for_selector(f"main:not([data-item='{before}'])")
        page.wait_for_timeout(600)
        page.wait_for_selector("main[data-unsent='0']")
        assert answers(desk) == int(offered)


def test_a_blind_number_is_not_decided_unseen(desk: Desk) -> None:
    with desk.records.database.writing() as session:
        session.query(ReviewItem).update({"kind": "second"})
    with at_the_desk(desk, DESK, CUT) as watched:
        page = watched.page
        page.wait_for_selector("main[data-state='blind']")
        try_everything(page)
        page.wait_for_timeout(800)
        assert answers(desk) == 0


def test_another_number_comes_first_where_a_picture_is_missing(desk: Desk) -> None:
    with at_the_desk(desk, DESK, CUT) as watched:
        page = watched.page
        page.wait_for_selector("#missing:not([hidden])")
        before = page.get_attribute("main", "data-item")
        page.click('#missing [data-do="later"]')
        page.wait_for_selector(f"main:not([data-item='{before}'])")
        assert answers(desk) == 0


def test_a_box_of_the_wall_is_not_flagged_unseen(desk: Desk) -> None:
    with desk.records.database.writing() as session:
        for number in session.scalars(select(Number)):
            number.state, number.outcome, number.final = NumberState.ACCEPTED, "accepted", number.value
    with browsing(desk.address, **DESK) as watched:
        page = watched.page
        page.route(CUT, lambda _route: None)
        desk.log_in(watched, "/review/boxes?mark=1")
        page.wait_for_selector(".box")
        page.keyboard.press(" ")
        assert page.get_attribute(".box", "aria-pressed") == "false"
        page.keyboard.press("Enter")
        page.wait_for_timeout(500)
        with desk.records.database.reading() as session:
            assert not session.scalars(select(Number).where(Number.state != "accepted")).all()

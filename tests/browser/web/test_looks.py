"""Every page in a real browser, light and dark, at 200 % and on the narrowest telephones: axe-core finds nothing."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.reader import Reader
from tests.browser.web.everything import ADMIN, COMMENT, LOST, OTHER, STATION, everything
from tests.browser.web.looking import axe, faults
from tests.browser.web.waiting import NAME, Desk
from tests.support.browser import Watched, browsing, chromium
from tests.support.databases import copied

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOBODY = ""
PHONE: dict[str, Any] = {"has_touch": True, "is_mobile": True}
SCREENS: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {"width": 1366, "height": 768}},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "zoomed": {"viewport": {"width": 640, "height": 450}},  # 1280 px at 200 %
    "phone": {"viewport": {"width": 390, "height": 844}, **PHONE},
    "small-dark": {"viewport": {"width": 320, "height": 568}, "color_scheme": "dark", **PHONE},
}
DEVICES = {"desk": ("desk", "dark", "zoomed"), "phone": ("phone", "small-dark")}
"""Screens that one browser can take after the other, with the page that is open."""

RECOLOURED = {"dark"}
"""Screens on which a page lies as on the one before, in other colours: no rule of a width stands between them."""

PAGES = {
    NOBODY: (
        "/",
        "/nowhere",
        "/login",
        "/practice",
        "/results/search?q=00",
        "/results/0",
        f"/results/{STATION}",
        f"/results/{STATION}/paslon_1",
        "/results/0/differences",
        "/log",
        "/docs/README.md",
        "/docs/guides/for-uploaders.md",
        "/api",
    ),
    NAME: ("/account", "/review/boxes?mark=1", "/review/corners", "/results/99"),
    ADMIN: (
        "/upload",
        "/review/escalated",
        "/review/stations",
        "/admin/evening",
        *(f"/admin{part}" for part in ("", "/people", "/elections", "/regions", "/forms", "/models")),
        "/admin/published",
        "/admin/failures",
    ),
}
"""By who looks at them."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, empty_sqlite: Path, reader: Reader, samples: Path) -> Iterator[Desk]:
    chromium()
    folder = tmp_path_factory.mktemp("looks")
    with everything(folder, copied(empty_sqlite, folder), reader, samples) as made:
        yield made


@pytest.fixture(params=SCREENS)
def seen(request: pytest.FixtureRequest, desk: Desk) -> Iterator[Watched]:
    """Return a browser with one of the screens."""
    with browsing(desk.address, **SCREENS[request.param]) as watched:
        yield watched


def looked_at(
    watched: Watched, script: str, paths: tuple[str, ...], screens: tuple[str, ...]
) -> Mapping[str, list[str]]:
    """Open pages, and look at each on one screen after the other; return what is wrong, by page and screen."""
    found = {}
    for path in paths:
        watched.go(path)
        for screen in screens:
            watched.page.set_viewport_size(SCREENS[screen]["viewport"])
            watched.page.emulate_media(color_scheme=SCREENS[screen].get("color_scheme", "light"))
            found[f"{path} {screen}"] = faults(watched.page, script, colours=screen in RECOLOURED)
    return {path: wrong for path, wrong in found.items() if wrong}


def complaints(watched: Watched) -> list[str]:
    """Return what the browser complained about, but for the page that is meant to be missing."""
    return [fault for fault in watched.faults if "404" not in fault]


@pytest.mark.parametrize("person", PAGES, ids=["nobody", "reviewer", "admin"])
@pytest.mark.parametrize("device", DEVICES)
def test_every_page_is_fit_for_everyone(desk: Desk, device: str, person: str) -> None:
    script, screens = axe(), DEVICES[device]
    # Else a colour that changes with the screen is looked at on its way.
    with browsing(desk.address, reduced_motion="reduce", **SCREENS[screens[0]]) as seen:
        if person:
            desk.log_in(seen, "/", person)
        assert looked_at(seen, script, PAGES[person], screens) == {}
        assert complaints(seen) == []


def test_a_person_what_waits_for_seniors_and_a_lost_sheet_too(desk: Desk, seen: Watched) -> None:
    script = axe()
    desk.log_in(seen, "/admin/people", ADMIN)
    seen.page.click(f"main a:has-text('{NAME}')")
    assert faults(seen.page, script) == []
    seen.go("/review/escalated")
    assert COMMENT in seen.page.inner_text("main")
    assert seen.page.evaluate(
        "(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)(document.querySelector('main .wide'))"
    )
    seen.page.context.clear_cookies()
    desk.log_in(seen, "/review/corners")
    seen.page.click(f"main a:has-text('{LOST}')")
    seen.rest()
    assert faults(seen.page, script) == []
    assert complaints(seen) == []


OPENED: dict[str, Callable[[Any], None]] = {
    "the desk": lambda _page: None,
    "its filters": lambda page: page.click(".filters summary"),
    "its help": lambda page: page.keyboard.press("?"),
    "its keys": lambda page: page.keyboard.press("k"),
    "what was skipped": lambda page: page.keyboard.press("l"),
    "a comment": lambda page: page.keyboard.press("e"),
    "a history": lambda page: page.keyboard.press("h"),
}


def test_the_desk_with_all_that_opens_on_it(desk: Desk, seen: Watched) -> None:
    script = axe()
    desk.free()
    desk.log_in(seen)
    found = {}
    for name, open_it in OPENED.items():
        open_it(seen.page)
        seen.page.wait_for_timeout(200)
        found[name] = faults(seen.page, script)
        seen.page.keyboard.press("Escape")
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    seen.page.goto(f"{desk.address}/review?field=none")
    seen.page.wait_for_selector("main[data-state='empty']")
    assert faults(seen.page, script) == []
    seen.page.click(".filters summary")  # nothing lies over it
    assert seen.page.locator(".filters form").is_visible()


def test_what_practice_answers(seen: Watched, samples: Path) -> None:
    script = axe()
    seen.go("/practice")
    seen.page.set_input_files("#files", [str(samples / f"{OTHER}-p{page}.jpg") for page in (1, 2)])
    seen.page.wait_for_selector("canvas.ink:not([hidden])")
    seen.page.locator(".file.done").nth(1).wait_for()
    assert faults(seen.page, script) == []
    assert complaints(seen) == []

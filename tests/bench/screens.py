"""Take a picture of every page in four looks, for docs/reference/screens.md: `python -m tests.bench.screens [PAGE...]`.

A page is seen light, dark, on a telephone and on paper. Each is asked of axe-core first, and whether something of it is
cut off; a page with a fault gets no picture.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from pipeline.reader import Reader
from tests.browser.web.everything import ADMIN, LOST, STATION, everything
from tests.browser.web.looking import axe, faults
from tests.browser.web.waiting import NAME, Desk
from tests.support.browser import BROWSERS, Watched, browsing
from tests.support.databases import new_home

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "docs" / "screenshots" / "pages"
HEIGHT, GAP = 640, 14
"""Height of the four pictures beside each other, and what is left between them, px."""

NOBODY = ""
WIDE, PHONE = {"width": 1280, "height": 1000}, {"width": 390, "height": 844}
PAPER = {"width": 688, "height": 973}
"""A4 within margins of 14 mm, at 96 px an inch."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is looked at: options of the browser, and on paper or not."""

    options: dict[str, Any]
    printed: bool = False


LOOKS = (
    Look({"viewport": WIDE, "color_scheme": "light"}),
    Look({"viewport": WIDE, "color_scheme": "dark"}),
    Look({"viewport": PHONE, "has_touch": True, "is_mobile": True}),
    Look({"viewport": PAPER}, printed=True),
)


@dataclass(frozen=True, slots=True)
class Screen:
    """A page: the name of its picture, its address, who looks at it, what is clicked and what is waited for."""

    name: str
    path: str
    person: str = NOBODY
    click: str = ""
    wait: str = "main"


SCREENS = (
    Screen("start", "/"),
    Screen("login", "/login"),
    Screen("practice", "/practice"),
    Screen("results-nation", "/results/0"),
    Screen("results-station", f"/results/{STATION}"),
    Screen("results-number", f"/results/{STATION}/paslon_1"),
    Screen("results-differences", "/results/0/differences"),
    Screen("results-search", "/results/search?q=melati"),
    Screen("results-unknown", "/results/99"),
    Screen("log", "/log"),
    Screen("api", "/api"),
    Screen("upload", "/upload", ADMIN),
    Screen("account", "/account", NAME),
    Screen("review", "/review", NAME, wait="main[data-seen='true']"),
    Screen("review-boxes", "/review/boxes?mark=1", NAME),
    Screen("review-corners", "/review/corners", NAME),
    Screen("review-corners-sheet", "/review/corners", NAME, click=f"main a:has-text('{LOST}')"),
    Screen("review-escalated", "/review/escalated", ADMIN),
    Screen("review-stations", "/review/stations", ADMIN, wait="#unfiled li"),
    Screen("admin", "/admin", ADMIN),
    Screen("admin-evening", "/admin/evening", ADMIN),
    Screen("admin-people", "/admin/people", ADMIN),
    Screen("admin-person", "/admin/people", ADMIN, click=f"main a:has-text('{NAME}')"),
    Screen("admin-elections", "/admin/elections", ADMIN),
    Screen("admin-regions", "/admin/regions", ADMIN),
    Screen("admin-published", "/admin/published", ADMIN),
    Screen("admin-forms", "/admin/forms", ADMIN),
    Screen("admin-models", "/admin/models", ADMIN),
    Screen("admin-failures", "/admin/failures", ADMIN),
)


def main(names: Sequence[str]) -> None:
    """Serve the samples, and take the pictures of all pages or of those that are named."""
    screens = [screen for screen in SCREENS if not names or screen.name in names]
    TARGET.mkdir(parents=True, exist_ok=True)
    script = axe()
    with new_home() as (home, url), everything(home, url, Reader(), ROOT / "data" / "samples") as desk:
        for person in dict.fromkeys(screen.person for screen in screens):
            _take(desk, person, [screen for screen in screens if screen.person == person], script)
    BROWSERS.close()


def _take(desk: Desk, person: str, screens: Sequence[Screen], script: str) -> None:
    """Take one person's pages, in all looks side by side."""
    with ExitStack() as opened:
        browsers = [opened.enter_context(_browser(desk, person, look)) for look in LOOKS]
        for screen in screens:
            views = list(_views(desk, browsers, screen, script))
            found = [fault for _, faulty in views for fault in faulty]
            Console().print(f"{screen.name}: {'; '.join(found) or 'no fault'}", highlight=False)
            if not found:
                picture = _beside([view for view, _ in views])
                cv2.imwrite(str(TARGET / f"{screen.name}.webp"), picture, [cv2.IMWRITE_WEBP_QUALITY, 70])


@contextmanager
def _browser(desk: Desk, person: str, look: Look) -> Iterator[Watched]:
    """Open a browser, with this person logged in."""
    with browsing(desk.address, **look.options) as watched:
        if person:
            desk.log_in(watched, "/", person)
        yield watched


def _views(
    desk: Desk, browsers: Sequence[Watched], screen: Screen, script: str
) -> Iterator[tuple[NDArray[np.uint8], list[str]]]:
    """Yield what each browser shows of a page, BGR, and what is wrong with it."""
    for watched, look in zip(browsers, LOOKS, strict=True):
        desk.free()
        watched.page.emulate_media(media="print" if look.printed else "screen")
        watched.go(screen.path)
        if screen.click:
            watched.page.click(screen.click)
        watched.page.wait_for_selector(screen.wait)
        watched.rest()
        yield watched.picture(), [] if look.printed else faults(watched.page, script)


def _beside(views: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Return pictures side by side at one height, on grey."""
    scaled = [
        cv2.resize(view, (round(view.shape[1] * HEIGHT / view.shape[0]), HEIGHT), interpolation=cv2.INTER_AREA)
        for view in views
    ]
    gap = np.full((HEIGHT, GAP, 3), 128, np.uint8)
    return np.hstack([part for view in scaled for part in (gap, view)][1:])


if __name__ == "__main__":
    main(sys.argv[1:])

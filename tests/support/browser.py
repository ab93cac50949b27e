"""A real browser in front of a real server; tests that need one are skipped where there is none."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI
from numpy.typing import NDArray

from api.people.machine import COOKIE, MachineToken

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE = 60_000
"""How long the browser waits for something to appear, ms: a page must be read meanwhile."""

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
"""Of a telephone: what `browsing` is given."""

FRAME = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
"""Resolves after the next frame: what came before it has been worked off, and what that asks for has been asked for."""

FRAMES = 3
"""A page is at rest that has nothing underway for so many frames."""


def chromium() -> str:
    """Return where Chromium is; skip the test where it is not."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    pytest.skip(f"no Chromium on this machine (looked for {', '.join(NAMES)})")


class Address(str):
    """Where a service answers, with the cookie of a browser that was opened at its machine."""

    __slots__ = ("cookie",)
    cookie: str


def at_the_machine(context: Any, address: str) -> None:
    """Give a browser what it gets for the machine's token; worth something until somebody has an account."""
    if isinstance(address, Address) and address.cookie:
        context.add_cookies([{"name": COOKIE, "value": address.cookie, "url": str(address)}])


@contextmanager
def listening(app: FastAPI) -> Iterator[str]:
    """Serve an application on a free port; yield its address."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    # A server-sent stream would hold the end up; nothing is lost by cutting it.
    config = uvicorn.Config(app, port=port, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.02)
        address = Address(f"http://127.0.0.1:{port}")
        address.cookie = MachineToken(app.state.home).cookie if hasattr(app.state, "home") else ""
        yield address
    finally:
        server.should_exit = True
        thread.join()


@dataclass(slots=True)
class Watched:
    """A page of a browser, and everything that it complained about or asked others for."""

    page: Any
    address: str
    faults: list[str] = field(default_factory=list)
    _underway: list[Any] = field(default_factory=list)

    def watch(self) -> None:
        """Take down errors, requests to other hosts, and what is still underway."""
        self.page.set_default_timeout(PATIENCE)
        self.page.on("request", lambda asked: self._begun(asked))  # noqa: PLW0108  Playwright marks what it calls
        for end in ("requestfinished", "requestfailed"):
            self.page.on(end, lambda asked: self._ended(asked))  # noqa: PLW0108
        self.page.on("console", lambda said: self._heard(said))  # noqa: PLW0108  Playwright marks what it calls
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda asked: self._check(asked.url))

    def go(self, path: str) -> None:
        """Open a page of the service and wait for all that it loads."""
        self.page.goto(self.address + path)
        self.rest()

    def rest(self) -> None:
        """Wait until the page has loaded, has drawn what came, and asks for nothing more.

        Playwright's `networkidle` waits for half a second without a request, however little there was to load.
        """
        self.page.wait_for_load_state()
        end, frames = time.monotonic() + PATIENCE / 1000, 0
        while frames < FRAMES:
            self.page.evaluate(FRAME)
            frames = 0 if self._underway else frames + 1
            assert time.monotonic() < end, f"still underway: {[asked.url for asked in self._underway]}"

    def picture(self) -> NDArray[np.uint8]:
        """Return what the screen shows, BGR (height, width, 3)."""
        shot = cv2.imdecode(np.frombuffer(self.page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
        assert shot is not None
        return np.asarray(shot, np.uint8)

    @contextmanager
    def beside(self, **context: Any) -> Iterator["Watched"]:
        """Open another browser beside this one, with cookies and storage of its own, as on another machine."""
        opened = self.page.context.browser.new_context(**context)
        at_the_machine(opened, self.address)
        try:
            watched = Watched(opened.new_page(), self.address)
            watched.watch()
            yield watched
        finally:
            opened.close()

    def fits(self) -> bool:
        """Tell whether nothing reaches beyond the sides of the screen."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))

    def _heard(self, said: Any) -> None:
        if said.type in ("error", "warning"):
            self.faults.append(said.text)

    def _begun(self, asked: Any) -> None:
        if asked.is_navigation_request():  # of the page before, no end may be told
            self._underway.clear()
        if asked.resource_type != "eventsource":  # stays open for as long as there is something to tell
            self._underway.append(asked)

    def _ended(self, asked: Any) -> None:
        if asked in self._underway:
            self._underway.remove(asked)

    def _check(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"asked {url}")


@dataclass(slots=True)
class Browsers:
    """The browser of a module's tests: it starts once, and every test gets a profile of its own in it."""

    _tool: Any = None
    _opened: Any = None

    def opened(self) -> Any:
        """Return the browser; it starts when it is first asked for, and again where it has gone."""
        playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
        if self._opened is not None and not self._opened.is_connected():
            self.close()
        if self._opened is None:
            executable = chromium()
            self._tool = playwright.sync_playwright().start()
            self._opened = self._tool.chromium.launch(executable_path=executable, args=ARGUMENTS)
        return self._opened

    def close(self) -> None:
        """Close the browser, if there is one; Playwright's loop must not be there for tests of other modules."""
        if self._opened is not None:
            self._opened.close()
        if self._tool is not None:
            self._tool.stop()
        self._tool = self._opened = None


BROWSERS = Browsers()
"""Closed after each module by `one_browser`, which is among the fixtures of all tests that open one."""


@pytest.fixture(scope="module", autouse=True)
def one_browser() -> Iterator[None]:
    """Let a module's tests share a browser, if they open one."""
    yield
    BROWSERS.close()


@contextmanager
def browsing(address: str, **context: Any) -> Iterator[Watched]:
    """Open a browser's window; `context` are options of Playwright such as the size of the screen."""
    within = BROWSERS.opened().new_context(**context)
    try:
        at_the_machine(within, address)
        watched = Watched(within.new_page(), address)
        watched.watch()
        yield watched
    finally:
        within.close()

"""A real browser in front of a real server; tests that need one are skipped where there is none."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from api.people.machine import COOKIE, MachineToken

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE = 60_000
"""How long the browser waits for something to appear, ms: a page must be read meanwhile."""


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

    def watch(self) -> None:
        """Take down errors, and requests to other hosts."""
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", lambda said: self._heard(said))  # noqa: PLW0108  Playwright marks what it calls
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda asked: self._check(asked.url))

    def go(self, path: str) -> None:
        """Open a page of the service and wait for all that it loads."""
        self.page.goto(self.address + path)
        self.page.wait_for_load_state("networkidle")

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

    def _check(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"asked {url}")


@contextmanager
def browsing(address: str, **context: Any) -> Iterator[Watched]:
    """Open a browser; `context` are options of Playwright such as the size of the screen."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with playwright.sync_playwright() as tool:
        opened = tool.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        try:
            within = opened.new_context(**context)
            at_the_machine(within, address)
            watched = Watched(within.new_page(), address)
            watched.watch()
            yield watched
        finally:
            opened.close()

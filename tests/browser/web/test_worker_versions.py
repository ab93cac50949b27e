"""In a real browser: a new version of the page's worker replaces an old one while the page stays open."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.http.app import create_app
from api.http.pages import offline
from api.http.pages.start import STATIC_FOLDER
from pipeline.reader import Reader
from tests.support.browser import PHONE, Watched, browsing, chromium, listening
from tests.support.http import settings_in
from tests.support.samples import jpeg

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STATION = "0024010001002"
WORKER = "/upload-worker.js"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the files that the worker's version is made of."""
    folder = tmp_path / "static"
    shutil.copytree(STATIC_FOLDER, folder)
    monkeypatch.setattr(offline, "STATIC_FOLDER", folder)
    return folder


@pytest.fixture
def address(tmp_path: Path, reader: Reader) -> Iterator[str]:
    chromium()
    settings = settings_in(tmp_path, f"sqlite:///{tmp_path / 'chasil.db'}")
    with listening(create_app(reader, settings)) as address:
        yield address


def versions(page: Any) -> list[str]:
    return list(page.evaluate("caches.keys()"))


def network_comes_back(page: Any) -> None:
    page.context.set_offline(True)
    page.wait_for_function("!navigator.onLine")
    page.context.set_offline(False)
    page.wait_for_function("navigator.onLine")


def opened(watched: Watched) -> list[str]:
    """Open the page with its worker; return what is asked for of the worker from then on."""
    watched.go("/upload")
    watched.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    asked: list[str] = []
    watched.page.context.on("request", lambda request: asked.append(request.url) if WORKER in request.url else None)
    return asked


def test_a_new_version_replaces_the_old_one_while_the_page_stays_open(
    address: str, files: Path, tmp_path: Path
) -> None:
    photograph = tmp_path / "IMG_1.jpg"
    photograph.write_bytes(jpeg())
    with browsing(address, **PHONE) as watched:
        page = watched.page
        page.clock.install()
        asked = opened(watched)
        (old,) = versions(page)
        page.route("**/api/v1/uploads", lambda route: route.abort())
        page.fill("#station", STATION)
        page.set_input_files("#files", [str(photograph)])
        page.locator(".file").wait_for()
        page.evaluate("navigator.serviceWorker.oncontrollerchange = () => { window.replaced = true; }")
        (files / "app.css").write_text("body { }", encoding="utf-8")
        network_comes_back(page)  # so soon it does not ask again
        page.wait_for_timeout(500)
        assert (asked, versions(page)) == ([], [old])
        page.clock.fast_forward("06:00")
        network_comes_back(page)
        page.wait_for_function("() => window.replaced")
        page.wait_for_function(
            "(old) => caches.keys().then((names) => names.length === 1 && names[0] !== old)", arg=old
        )
        page.unroute("**/api/v1/uploads")  # what waited in the page is sent all the same
        page.clock.fast_forward("01:00")
        page.wait_for_selector("#sending-text:has-text('1 dari 1 berkas diterima')")
        page.context.set_offline(True)
        page.reload()  # by the new one
        page.wait_for_selector("#station")


def test_a_page_that_is_looked_at_again_asks_too(address: str, files: Path) -> None:
    with browsing(address, **PHONE) as watched:
        page = watched.page
        page.clock.install()
        opened(watched)
        (old,) = versions(page)
        (files / "app.css").write_text("body { }", encoding="utf-8")
        page.clock.fast_forward("06:00")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        page.wait_for_function(
            "(old) => caches.keys().then((names) => names.length === 1 && names[0] !== old)", arg=old
        )


def test_where_browsers_let_no_worker_work_the_page_says_that_it_needs_https(address: str) -> None:
    with browsing(address, **PHONE) as watched:
        watched.page.add_init_script("delete Navigator.prototype.serviceWorker")  # as at an address without HTTPS
        watched.go("/upload")
        assert watched.page.evaluate("navigator.serviceWorker === undefined")
        assert "tanpa HTTPS" in watched.page.inner_text("#network-only")
        assert watched.page.is_visible("#network-only")
        assert watched.fits()
        assert watched.faults == []

"""In a real browser: what an uploader has sent is there after a reload, one card a station, with what is left to do."""

import base64
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import PHONE, browsing
from tests.support.samples import jpeg

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STATION = "0024010001002"
MISSING = "terbaca; ada halaman yang belum ada"


def test_my_uploads_say_what_is_left_also_after_a_reload(address: str, samples: Path, tmp_path: Path) -> None:
    lost = tmp_path / f"{STATION}-p3.jpg"
    lost.write_bytes(jpeg())  # no sheet on it: a document of its own, as far as anyone knows
    with browsing(address, **PHONE) as watched:
        page = watched.page
        watched.go("/upload")
        waiting: list[Any] = []
        second = f"{STATION}-p2.jpg"
        page.route("**/api/v1/uploads", lambda route: hold(route, second, waiting))
        page.set_input_files("#files", [str(samples / f"{STATION}-p1.jpg"), str(samples / second), str(lost)])
        page.wait_for_selector(".document .counts:has-text('1 dari 2 foto terbaca')")
        page.locator(".document .retake li").first.wait_for()
        # A page is still on its way: nothing is missing yet, nothing is unsure, and there is one card.
        assert page.locator(".document").count() == 1
        assert page.inner_text(".document header .outcome") == "halaman lain masih dikirim…"
        assert page.locator(".document .missing:visible").count() == 0
        assert page.evaluate("document.activeElement.id") == "sending"
        assert page.evaluate("document.querySelector('#sending').getBoundingClientRect().top") < 844
        waiting[0].continue_()
        for _ in range(2):
            page.wait_for_selector(f".document header .outcome:has-text('{MISSING}')")
            page.wait_for_selector(".document .missing:visible >> text=Halaman 3")
            page.wait_for_selector(".document .retake:visible")
            assert page.locator(".document").count() == 1
            assert watched.fits()
            watched.go("/upload")
        assert page.locator(".file").count() == 0


def hold(route: Any, name: str, waiting: list[Any]) -> None:
    """Let everything pass but one file, which waits."""
    if base64.b64encode(name.encode()).decode() in route.request.headers.get("upload-metadata", "") and not waiting:
        waiting.append(route)
    else:
        route.continue_()

"""What is left of a page on paper."""

from pathlib import Path

import pytest

from tests.support.browser import browsing, chromium, listening
from tests.support.counted import ALL, WHOLE, fill
from tests.support.service import application

CONTACT = "mailto:posko@kpu.example"
A4 = 182
"""Width of the paper within its margins, mm."""


@pytest.mark.browser
def test_paper_holds_the_whole_table_and_no_way_through_the_service(tmp_path: Path) -> None:
    chromium()
    url = f"sqlite:///{tmp_path / 'chasil.db'}"
    screen = {"width": round(A4 / 25.4 * 96), "height": 1000}
    with (
        listening(application(home=tmp_path, database=url, public=True, security_contact=CONTACT)) as address,
        browsing(address, viewport=screen, color_scheme="dark") as watched,
    ):
        fill(url, {WHOLE: ALL})
        page = watched.page
        page.emulate_media(media="print", color_scheme="dark")
        watched.go("/results/1101012001")
        for gone in ("header.bar", ".search", ".downloads", ".foot", ".report"):
            assert not page.locator(gone).first.is_visible(), gone
        for kept in ("h1", ".as-of time", ".chart svg.bar", "table.parts"):
            assert page.locator(kept).first.is_visible(), kept
        assert watched.fits()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"

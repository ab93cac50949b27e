"""An open page of results follows the count by itself."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import browsing, chromium, listening
from tests.support.counted import ALL, WHOLE, fill
from tests.support.service import application

NEXT_DOOR = "1101012001002"


@pytest.mark.browser
def test_a_page_that_stays_open_follows_the_count(tmp_path: Path) -> None:
    chromium()
    url = f"sqlite:///{tmp_path / 'chasil.db'}"
    with (
        listening(application(home=tmp_path, database=url, form="c-hasil-ppwp-2024", public=True)) as address,
        browsing(address) as watched,
    ):
        fill(url, {WHOLE: ALL})
        page = watched.page
        page.clock.install()
        watched.go("/results/1101")
        assert _votes(page) == "1.549"
        page.locator("table.parts a[href*='/results/110101?']").focus()
        fill(url, {NEXT_DOOR: ALL})
        page.clock.run_for(61_000)
        page.wait_for_selector(".chart .amount strong:text-is('3.098')")
        assert page.evaluate("document.activeElement.href").split("?")[0].endswith("/results/110101")

        page.evaluate("document.body.append(Object.assign(document.createElement('input'), {id: 'typed'}))")
        page.focus("#typed")
        fill(url, {f"{WHOLE[:-1]}3": ALL})
        page.clock.run_for(300_000)
        assert _votes(page) == "3.098"  # not while somebody types
        page.evaluate("document.querySelector('#typed').blur()")
        page.clock.run_for(2_000)
        page.wait_for_selector(".chart .amount strong:text-is('4.647')")

        page.route("**/results/**", lambda route: route.abort())
        page.clock.run_for(61_000)
        page.wait_for_selector("#stale:not([hidden])")
        assert _votes(page) == "4.647"


def _votes(page: Any) -> str:
    return str(page.locator(".chart .amount strong").first.text_content())

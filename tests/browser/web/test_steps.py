"""On a telephone, in a real browser: a polling station's pages as steps, of which none is done that was not read."""

import base64
from pathlib import Path
from typing import Any

import pytest

from api.core.settings import Settings
from pipeline.reader import Reader
from tests.support.browser import Watched
from tests.support.http import worker_beside
from tests.support.samples import jpeg

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STATION = "0024010001002"


def steps(page: Any) -> list[str]:
    return [str(one.get_attribute("data-state")) for one in page.locator("#steps li").all()]


def until_steps(page: Any, *states: str) -> None:
    """Wait until the steps are in these states."""
    page.wait_for_function(
        "(states) => [...document.querySelectorAll('#steps li')].map((one) => one.dataset.state).join() === states",
        arg=",".join(states),
    )


def hold(route: Any, name: str, held: list[Any]) -> None:
    """Let everything pass but one file, which waits."""
    named = base64.b64encode(name.encode()).decode() in route.request.headers.get("upload-metadata", "")
    if named and not held:
        held.append(route)
    else:
        route.continue_()


def test_a_page_is_sent_then_being_read_and_done_only_once_it_was_read(
    watched: Watched, settings: Settings, reader: Reader, samples: Path
) -> None:
    page, held = watched.page, list[Any]()
    assert not page.is_visible("#steps")
    page.fill("#station", STATION)
    until_steps(page, "next", "missing", "missing")
    assert "berikutnya" in page.inner_text("#steps li:first-child")
    assert page.inner_text("label[for=camera]") == "Foto halaman 1"
    page.route("**/api/v1/uploads", lambda route: hold(route, f"{STATION}-p1.jpg", held))
    page.set_input_files("#camera", str(samples / f"{STATION}-p1.jpg"))
    until_steps(page, "sending", "next", "missing")
    assert page.inner_text("label[for=camera]") == "Foto halaman 2"
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    until_steps(page, "reading", "next", "missing")
    page.set_input_files("#camera", str(samples / f"{STATION}-p3.jpg"))  # meant as page 2, and it is another
    until_steps(page, "reading", "reading", "next")
    assert "Di layanan ada 2 foto" in page.inner_text(".steps-more")
    assert watched.fits()
    with worker_beside(settings, reader):
        until_steps(page, "done", "next", "done")
    assert page.inner_text("label[for=camera]") == "Foto halaman 2"
    assert watched.faults == []


def test_of_files_that_nobody_has_looked_at_no_page_is_said_to_be_there(
    watched: Watched, settings: Settings, reader: Reader, samples: Path
) -> None:
    page = watched.page
    page.fill("#station", STATION)
    until_steps(page, "next", "missing", "missing")
    page.set_input_files("#files", [str(samples / f"{STATION}-p{number}.jpg") for number in (1, 2)])
    page.wait_for_selector(".steps-more:has-text('0 berkas sedang dikirim, 2 foto belum dibaca')")
    assert steps(page) == ["unclear"] * 3
    watched.go("/upload")  # the steps are those of the only polling station there is
    until_steps(page, "unclear", "unclear", "unclear")
    assert STATION in page.inner_text("#steps-heading")
    with worker_beside(settings, reader):
        until_steps(page, "done", "done", "next")


def test_a_page_that_cannot_be_read_is_to_be_taken_again_and_no_network_is_no_missing_page(
    watched: Watched, settings: Settings, reader: Reader, tmp_path: Path
) -> None:
    page, blank = watched.page, tmp_path / "IMG_1.jpg"
    blank.write_bytes(jpeg())
    with worker_beside(settings, reader):
        page.fill("#station", STATION)
        until_steps(page, "next", "missing", "missing")
        page.set_input_files("#camera", str(blank))
        until_steps(page, "again", "missing", "missing")
    assert page.inner_text("label[for=camera]") == "Foto halaman 1"
    page.context.set_offline(True)
    page.fill("#station", STATION[:-1] + "3")
    until_steps(page, "next", "unclear", "unclear")
    assert "belum diketahui" in page.inner_text(".steps-more")

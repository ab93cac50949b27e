"""The page of the evening, left open: it follows what is read, says when it cannot, and prints whole."""

from datetime import timedelta
from pathlib import Path

import pytest

from api.core.context import Records, open_records
from api.db.log_tables import Event
from api.db.types import now
from tests.support.browser import browsing, chromium, listening
from tests.support.scene import application, settings_for

BARS = "svg rect.filled"


def read(records: Records, ago: int) -> None:
    """Put on record that a page was read so many minutes ago."""
    with records.database.writing() as session:
        at = now() - timedelta(minutes=ago)
        session.add(Event(at=at, kind="page_read", actor="chasil", subject="page:x", body={}, leaf=""))


@pytest.mark.browser
def test_a_page_that_stays_open_follows_the_evening(tmp_path: Path) -> None:
    chromium()
    settings = settings_for(tmp_path, f"sqlite:///{tmp_path / 'chasil.db'}")
    with listening(application(settings)) as address, browsing(address) as watched:
        records = open_records(settings)
        page = watched.page
        page.clock.install()
        watched.go("/admin/evening?lang=en")
        assert "No page was read in the last 60 minutes." in page.inner_text("main")
        for ago in (3, 40):
            read(records, ago)
        page.clock.run_for(31_000)
        page.wait_for_selector(BARS, state="attached")
        places = [bar.bounding_box()["x"] for bar in page.locator(BARS).all()]
        picture = page.locator(".pace svg").bounding_box()
        shares = [(place - picture["x"]) / picture["width"] for place in places]
        assert shares == pytest.approx([19 / 60, 56 / 60], abs=0.01)
        assert "2 pages" in page.inner_text("[data-live=machine]")

        page.route("**/admin/evening**", lambda route: route.abort())
        page.clock.run_for(31_000)
        page.wait_for_selector("#stale:not([hidden])")
        assert "2 pages" in page.inner_text("[data-live=machine]")

        page.emulate_media(media="print")
        assert not page.locator(".tabs").is_visible()
        assert page.locator(".as-of time").is_visible()
        assert page.locator(".pace svg").is_visible()
        records.close()

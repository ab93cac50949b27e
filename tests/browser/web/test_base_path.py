"""In a real browser, beneath a path of another site: log in, bring a form, decide a number, download a table."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api.core.context import open_records
from api.db.review_tables import ReviewItem
from api.db.states import NumberState
from api.db.tables import Number
from api.http.app import create_app
from api.people.accounts import create_person
from api.people.roles import Role
from pipeline.reader import Reader
from tests.browser.web.test_desk import here, press, read, sent
from tests.browser.web.test_downloads import downloaded
from tests.browser.web.waiting import PASSWORD, Filled
from tests.support.browser import Watched, browsing, listening
from tests.support.http import settings_in, worker_beside
from tests.support.proxied import BASE, Proxy

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WHO, STATION = "wayan", "0024010001002"
KEPT_HERE = """async () => [
  (await navigator.serviceWorker.ready).scope,
  ...(await caches.keys()).map((name) => name.replace(/[0-9a-f]{16}$/, "")),
  ...(await indexedDB.databases()).map(({ name }) => name),
]"""
"""Returns what this browser keeps for the service, by name."""


@pytest.mark.parametrize("keeps", [True, False], ids=["kept", "stripped"])
def test_from_the_login_to_a_download(
    stock: Filled, tmp_path: Path, reader: Reader, samples: Path, keeps: bool
) -> None:
    filled = stock.copied(tmp_path)
    settings = settings_in(filled.folder, filled.url, base_path=BASE, **filled.told)
    with closing(open_records(settings)) as records, worker_beside(settings, reader):
        with records.database.writing() as session:
            create_person(session, "local", WHO, (Role.UPLOADER, Role.REVIEWER), "0", PASSWORD)
        proxy: Any = Proxy(create_app(reader, settings), keeps=keeps)
        with listening(proxy) as address, browsing(address + BASE, viewport={"width": 1366, "height": 768}) as watched:
            log_in(watched)
            bring(watched, samples / f"{STATION}-p1.jpg")
            assert watched.page.evaluate(KEPT_HERE) == [
                f"{address}{BASE}/upload", f"chasil{BASE}-upload-", f"chasil-uploads{BASE}",
            ]  # fmt: skip
            decided = decide(watched)
            name, data = download(watched)
            assert watched.faults == []  # among them every request that left the path
            open_without_network(watched)
        assert name.endswith("-WIB.csv")
        assert data.startswith(b"code,name,")
        with records.database.reading() as session:
            item = session.get_one(ReviewItem, decided)
            assert session.get_one(Number, (item.document_id, item.field)).state == NumberState.REVIEWED


def log_in(watched: Watched) -> None:
    """Come to a page that needs a login, and go on to it."""
    watched.go("/upload")
    watched.page.fill("[name=name]", WHO)
    watched.page.fill("[name=password]", PASSWORD)
    watched.page.click("main form button")
    watched.page.wait_for_url(f"{watched.address}/upload")
    watched.rest()


def bring(watched: Watched, file: Path) -> None:
    """Send a photograph in parts, and wait until it is read."""
    watched.page.set_input_files("#files", str(file))
    with watched.page.expect_request(lambda asked: asked.method == "PATCH"):
        watched.page.click("#held button:has-text('Benar, kirim')")
    watched.page.wait_for_selector('.document[data-state="review"], .document[data-state="accepted"]')


def decide(watched: Watched) -> str:
    """Decide what the desk shows; return its id."""
    watched.page.click("nav a[href$='/review']")
    watched.page.wait_for_selector("main[data-item]:not([data-item=''])")
    first = here(watched.page)
    press(watched.page, *"0" * len(read(watched.page)), "Enter")
    sent(watched.page)
    assert here(watched.page) != first
    return first


def download(watched: Watched) -> tuple[str, bytes]:
    """Follow the links to the results, and download their table."""
    watched.page.click("nav a[href$='/results']")
    watched.page.wait_for_url(f"{watched.address}/results/**")
    return downloaded(watched, "table.csv?election")


def open_without_network(watched: Watched) -> None:
    """Open the page for uploads where there is no network: the worker has kept it."""
    watched.page.context.set_offline(True)
    watched.page.goto(f"{watched.address}/upload")
    watched.page.wait_for_selector("#heading")

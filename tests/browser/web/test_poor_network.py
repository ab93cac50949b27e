"""In a real browser on a telephone: the page for uploads loses no photograph, whatever the network does."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from api.core.context import Records, open_records
from api.db.tables import Document, Original, Page
from api.http.app import create_app
from api.people.accounts import create_person
from api.people.roles import Role
from pipeline.reader import Reader
from tests.support.browser import PHONE, Watched, browsing, chromium, listening
from tests.support.http import settings_in
from tests.support.samples import jpeg

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STATION = "0024010001002"
PASSWORD = "empat kata yang panjang"
SLOW = 60_000
"""Bytes a second of the telephone's network."""
PART = 300_000
"""Bytes that have left when the network goes: more than one photograph, less than all."""
PHOTOGRAPHS = 6
AWAY = 15
"""Seconds without a network: longer than three tries took."""
CUT = float(os.environ.get("POOR_NETWORK_SECONDS", "20"))
"""Seconds for which the network is cut in the middle of six photographs; five minutes where that is asked for."""


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = open_records(settings_in(tmp_path, f"sqlite:///{tmp_path / 'chasil.db'}"), prepare=True)
    with opened.database.writing() as session:
        for name in ("wati", "tuti"):
            create_person(session, "test", name, (Role.UPLOADER,), "0", PASSWORD)
    yield opened
    opened.close()


@pytest.fixture
def address(tmp_path: Path, reader: Reader, records: Records) -> Iterator[str]:
    chromium()
    settings = settings_in(tmp_path, f"sqlite:///{tmp_path / 'chasil.db'}")
    with listening(create_app(reader, settings)) as address:
        assert records
        yield address


@pytest.fixture
def photographs(tmp_path: Path) -> list[Path]:
    """Return photographs of 200 kB, each with bytes of its own."""
    files = [tmp_path / f"IMG_{number}.jpg" for number in range(PHOTOGRAPHS)]
    for number, file in enumerate(files):
        file.write_bytes(jpeg() + bytes([number]) * 200_000)
    return files


@contextmanager
def telephone(address: str, name: str = "wati") -> Iterator[Watched]:
    """Open the page for uploads as somebody."""
    with browsing(address, **PHONE) as watched:
        enter(watched, name)
        yield watched


def enter(watched: Watched, name: str) -> None:
    watched.go("/login?to=/upload")
    watched.page.fill("#name", name)
    watched.page.fill("#password", PASSWORD)
    watched.page.keyboard.press("Enter")
    watched.page.wait_for_url(f"{watched.address}/upload")


def choose(page: Any, files: list[Path]) -> None:
    page.fill("#station", STATION)
    page.set_input_files("#files", [str(file) for file in files])


def until(page: Any, holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    for _ in range(600):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError


def arrived(records: Records) -> tuple[int, int]:
    """Return how many originals and pages the service has."""
    with records.database.reading() as session:
        return tuple(session.scalar(select(func.count()).select_from(table)) or 0 for table in (Original, Page))  # type: ignore[return-value]


def waiting(page: Any) -> int:
    """Return how many photographs wait in the browser's own database."""
    return int(
        page.evaluate(
            """() => new Promise((done) => {
              const asked = indexedDB.open("chasil-uploads", 1);
              asked.onsuccess = () => {
                const count = asked.result.transaction("entries").objectStore("entries").count();
                count.onsuccess = () => { asked.result.close(); done(count.result); };
              };
            })"""
        )
    )


def test_a_network_that_goes_away_while_sending_loses_nothing(
    address: str, records: Records, photographs: list[Path]
) -> None:
    with telephone(address) as watched:
        page = watched.page
        tool = page.context.new_cdp_session(page)
        limit(tool, SLOW * 2)
        choose(page, photographs)
        until(page, lambda: page.evaluate("document.querySelector('#sending progress').value") > PART)
        limit(tool, SLOW * 2, offline=True)
        page.wait_for_selector("#sending-text:has-text('Menunggu jaringan')")
        page.wait_for_timeout(AWAY * 1000)
        there, left = arrived(records)[0], waiting(page)
        assert PHOTOGRAPHS - there <= left  # none goes from the telephone before it is there
        assert left > 0
        assert page.locator(".file .again:visible").count() == 0
        assert page.title().startswith(f"({PHOTOGRAPHS - left}/{PHOTOGRAPHS})")
        limit(tool, -1)
        page.wait_for_selector(f"#sending-text:has-text('{PHOTOGRAPHS} dari {PHOTOGRAPHS} berkas diterima')")
        assert arrived(records) == (PHOTOGRAPHS, PHOTOGRAPHS)
        assert page.locator(".file >> text=tersimpan").count() == PHOTOGRAPHS
        assert waiting(page) == 0
        assert page.title().startswith(f"({PHOTOGRAPHS}/{PHOTOGRAPHS})")
        assert watched.fits()


@pytest.mark.timeout(300 + CUT)
def test_six_photographs_cut_off_in_the_middle_and_reloaded_arrive_once(
    address: str, records: Records, photographs: list[Path]
) -> None:
    with telephone(address) as watched:
        page = watched.page
        page.evaluate("() => navigator.serviceWorker.ready.then(() => 0)")
        watched.go("/upload")  # the worker has the page from here on
        network = page.context.new_cdp_session(page)
        limit(network, SLOW * 2)
        choose(page, photographs)
        until(page, lambda: arrived(records)[0] > 0 and waiting(page) < PHOTOGRAPHS)
        limit(network, SLOW * 2, offline=True)
        page.context.set_offline(True)  # the worker's network, too
        page.wait_for_selector("#sending-text:has-text('Menunggu jaringan')")
        page.wait_for_timeout(CUT * 500)  # an answer that was under way is in by then
        before = PHOTOGRAPHS - waiting(page)
        assert 0 < before < PHOTOGRAPHS
        page.reload()
        page.wait_for_selector(f"#sending-text:has-text('{before} dari {PHOTOGRAPHS} berkas sudah diterima')")
        page.wait_for_timeout(CUT * 500)
        assert waiting(page) == PHOTOGRAPHS - before
        assert arrived(records)[0] < PHOTOGRAPHS
        page.context.set_offline(False)
        limit(network, -1)
        page.wait_for_selector(f"#sending-text:has-text('{PHOTOGRAPHS} dari {PHOTOGRAPHS} berkas diterima')")
        assert page.title().startswith(f"({PHOTOGRAPHS}/{PHOTOGRAPHS})")
        assert page.locator(".document .counts").inner_text() == f"0 dari {PHOTOGRAPHS} foto terbaca."
        assert arrived(records) == (PHOTOGRAPHS, PHOTOGRAPHS)
        assert waiting(page) == 0
        assert watched.fits()


def limit(network: Any, throughput: int, *, offline: bool = False) -> None:
    """Let a page send no more than so many bytes a second, or nothing at all."""
    limits = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": throughput}
    network.send("Network.emulateNetworkConditions", {"offline": offline, **limits})


def test_what_waits_outlives_a_reload_and_is_sent_once(address: str, records: Records, photographs: list[Path]) -> None:
    with telephone(address) as watched:
        page = watched.page
        page.route("**/api/v1/uploads**", lambda route: route.abort())
        choose(page, photographs)
        page.locator(".file").nth(PHOTOGRAPHS - 1).wait_for()
        page.unroute("**/api/v1/uploads**")
        page.goto(address + "/results")
        watched.go("/upload")
        page.wait_for_selector(f"#sending-text:has-text('{PHOTOGRAPHS} dari {PHOTOGRAPHS} berkas diterima')")
        assert arrived(records) == (PHOTOGRAPHS, PHOTOGRAPHS)
        with records.database.reading() as session:
            assert set(session.scalars(select(Document.station))) <= {STATION, None}
        names = page.locator(".file-name").all_inner_texts()
        assert sorted(names) == [file.name for file in photographs]
        watched.go("/upload")
        assert page.locator(".file").count() == 0


def test_a_photograph_without_a_station_waits_over_a_reload_too(address: str, photographs: list[Path]) -> None:
    with telephone(address) as watched:
        page = watched.page
        page.set_input_files("#files", [str(photographs[0])])
        page.wait_for_selector("#held:not([hidden]) >> text=IMG_0.jpg")
        watched.go("/upload")
        page.wait_for_selector("#held:not([hidden]) >> text=IMG_0.jpg")
        page.fill("#station", "12")  # chosen with a code that is none: kept all the same
        page.set_input_files("#files", [str(photographs[1])])
        page.wait_for_selector("#held:not([hidden]) >> text=IMG_1.jpg")


def test_another_person_sees_and_sends_nothing_of_it(address: str, records: Records, photographs: list[Path]) -> None:
    with telephone(address) as watched:
        page = watched.page
        page.route("**/api/v1/uploads**", lambda route: route.abort())
        choose(page, photographs[:2])
        page.locator(".file").nth(1).wait_for()
        other = page.context.new_page()  # somebody else logs in while this page is open
        watched_other = Watched(other, address)
        watched_other.watch()
        page.context.clear_cookies()
        enter(watched_other, "tuti")
        page.unroute("**/api/v1/uploads**")
        watched_other.rest()
        assert other.locator(".file").count() == 0
        page.evaluate("window.dispatchEvent(new Event('online'))")
        page.wait_for_selector("#sending-text:has-text('orang lain')")
        other.wait_for_timeout(3000)
        assert arrived(records) == (0, 0)
        other.context.clear_cookies()
        other.close()
        enter(watched, "wati")  # hers again
        page.wait_for_selector("#sending-text:has-text('2 dari 2 berkas diterima')")
        with records.database.reading() as session:
            assert len(set(session.scalars(select(Page.uploaded_by)))) == 1


def test_logging_out_takes_along_what_waits_and_asks_first(
    address: str, records: Records, photographs: list[Path]
) -> None:
    with telephone(address) as watched:
        page = watched.page
        page.route("**/api/v1/uploads**", lambda route: route.abort())
        choose(page, photographs[:2])
        page.locator(".file").nth(1).wait_for()
        page.goto(address + "/practice")  # from any page
        page.click(".person button")
        page.wait_for_selector(".leaving:has-text('2 berkas belum terkirim')")
        assert watched.fits()
        assert waiting(page) == 2
        page.click(".person button")
        page.wait_for_selector("#password")
        page.unroute("**/api/v1/uploads**")
        assert waiting(page) == 0
        enter(watched, "wati")
        page.wait_for_timeout(1000)
        assert page.locator(".file").count() == 0
        assert arrived(records) == (0, 0)


def test_without_any_network_the_page_opens_and_keeps_what_is_chosen(
    address: str, records: Records, photographs: list[Path]
) -> None:
    with telephone(address) as watched:
        page = watched.page
        page.evaluate("() => navigator.serviceWorker.ready.then(() => 0)")
        assert page.locator("#network-only:visible").count() == 0
        watched.go("/upload")
        page.context.set_offline(True)
        choose(page, photographs[:3])
        page.wait_for_selector("#sending-text:has-text('Menunggu jaringan')")
        page.reload()
        page.wait_for_selector("#sending-text:has-text('0 dari 3 berkas')")
        choose(page, photographs[3:])  # also what is chosen without a network
        page.wait_for_selector("#sending-text:has-text('0 dari 6 berkas')")
        kept = page.evaluate(KEPT)
        assert any(one.startswith("/upload?of=") for one in kept)
        assert all(one.startswith(("/upload?of=", "/static/")) for one in kept)
        page.context.set_offline(False)
        page.wait_for_selector(f"#sending-text:has-text('{PHOTOGRAPHS} dari {PHOTOGRAPHS} berkas diterima')")
        assert arrived(records) == (PHOTOGRAPHS, PHOTOGRAPHS)
        page.click(".person button")
        page.wait_for_selector("#password")
        assert not [one for one in page.evaluate(KEPT) if one.startswith("/upload")]


KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const { url } of await (await caches.open(name)).keys()) found.push(url.replace(location.origin, ""));
  }
  return found;
}"""
"""What the browser's caches hold."""

"""In a real browser: the page for uploads says of no file what is not so, and a reload loses nothing that it said."""

import base64
import io
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import cv2
import numpy as np
import pytest
from sqlalchemy import select

from api.core.context import open_records
from api.core.settings import KIB, Settings
from api.db.claim_tables import StationConflict
from api.documents.conflicts import settle_conflict
from api.http.app import create_app
from api.people.accounts import create_person
from api.people.roles import Role
from pipeline.documents.limits import DEFAULT_LIMITS, MIB
from pipeline.reader import Reader
from tests.support.browser import PHONE, Watched, browsing, chromium, listening
from tests.support.http import settings_in, worker_beside
from tests.support.samples import jpeg

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STATION, OTHER = "0024010001002", "0024010001003"
PASSWORD = "empat kata yang panjang"
FORGET = """() => new Promise((done) => {
  const asked = indexedDB.open("chasil-uploads", 1);
  asked.onsuccess = () => {
    const cleared = asked.result.transaction("entries", "readwrite").objectStore("entries").clear();
    cleared.onsuccess = () => { asked.result.close(); done(); };
  };
})"""
"""What logging out in another window does to what waits."""
TAPS = "(selector) => { const button = document.querySelector(selector); button.click(); button.click(); }"


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Return photographs, each with bytes of its own."""
    made = [tmp_path / f"IMG_{number}.jpg" for number in range(3)]
    for number, file in enumerate(made):
        file.write_bytes(jpeg() + bytes([number]) * 100)
    return [str(file) for file in made]


def written(folder: Path, name: str, data: bytes) -> str:
    (folder / name).write_bytes(data)
    return str(folder / name)


def until(page: Any, text: str) -> str:
    """Wait until the line for all files says something; return the line."""
    page.wait_for_selector(f"#sending-text:has-text('{text}')")
    return str(page.inner_text("#sending-text"))


def test_what_the_service_refused_was_not_received(watched: Watched, files: list[str], tmp_path: Path) -> None:
    page = watched.page
    page.fill("#station", STATION)
    note = written(tmp_path, "catatan.jpg", b"ini bukan gambar\n" * 20)
    empty = written(tmp_path, "kosong.pdf", b"")
    page.set_input_files("#files", [files[0], note, empty])
    page.locator(".file:has-text('catatan.jpg') .file-reasons li").wait_for()
    page.locator(".file:has-text('IMG_0.jpg') >> text=tersimpan").wait_for()
    said = until(page, "1 dari 3 berkas diterima")
    assert "0 dari 1 selesai dibaca" in said  # what was refused is not waited for
    assert "2 tidak diterima" in said
    assert page.title().startswith("(1/3)")
    row = page.locator(".file:has-text('kosong.pdf')")
    assert "kosong (0 byte)" in row.inner_text()
    assert row.locator(".again:visible").count() == 0  # it would be empty again
    row.locator(".drop:visible").click()
    until(page, "1 dari 2 berkas diterima")
    assert watched.faults == []


def test_one_file_that_is_too_large_keeps_no_other_from_being_sent(
    watched: Watched, files: list[str], tmp_path: Path
) -> None:
    page = watched.page
    page.fill("#station", STATION)
    most = int(page.get_attribute("main", "data-max-bytes"))
    large = tmp_path / "besar.pdf"
    with large.open("wb") as opened:
        opened.truncate(most + 1)
    page.set_input_files("#files", [files[0], str(large)])
    until(page, "1 dari 2 berkas diterima")
    assert "besar.pdf sebesar" in page.locator(".file:has-text('besar.pdf') .file-reasons").inner_text()


def test_what_a_picture_may_weigh_is_said_before_it_is_sent(watched: Watched, files: list[str], tmp_path: Path) -> None:
    """The service opens no picture and no PDF of more than 64 MiB, but ZIPs as large as an upload may be."""
    page = watched.page
    most = DEFAULT_LIMITS.max_file_bytes
    assert f"{most // MIB} MiB setiap berkas; ZIP: 128 MiB" in page.inner_text("#limits")
    asked = list[str]()
    page.on("request", lambda request: asked.append(request.headers.get("upload-length", "")))
    large = tmp_path / "pindaian.pdf"
    with large.open("wb") as opened:
        opened.truncate(most + 1)
    page.fill("#station", STATION)
    page.set_input_files("#files", [str(large), files[0]])
    until(page, "1 dari 2 berkas diterima")
    assert "paling banyak 64 MiB" in page.locator(".file:has-text('pindaian.pdf') .file-reasons").inner_text()
    assert str(most + 1) not in asked


TOO_LARGE = {
    "id": ("1 dari 3 berkas diterima", "lebih besar dari 0,2 MiB", "tidak terputus"),
    "en": ("1 of 3 files received", "larger than 0.2 MiB", "is not broken"),
}


@pytest.mark.parametrize("language", ["id", "en"])
def test_what_is_too_large_only_for_the_service_or_on_the_way_says_so_and_the_others_arrive(
    tmp_path: Path, reader: Reader, files: list[str], language: str
) -> None:
    """The page may be older than the limit, and a proxy has one of its own."""
    chromium()
    told = settings_in(tmp_path, f"sqlite:///{tmp_path / 'chasil.db'}").model_copy(
        update={"max_upload_bytes": 200 * KIB}
    )
    received, large, between = TOO_LARGE[language]
    big = written(tmp_path, "besar.jpg", jpeg() + bytes(300 * KIB))
    with listening(create_app(reader, told)) as address, browsing(address, **PHONE) as watched:
        page = watched.page
        page.route("**/upload?*", lambda route: of_before(route, told))
        page.route("**/api/v1/uploads", lambda route: refused_by_a_proxy(route, "IMG_1.jpg"))
        watched.go(f"/upload?lang={language}")
        page.fill("#station", STATION)
        page.set_input_files("#files", [big, files[1], files[0]])
        until(page, received)
        assert large in page.locator(".file:has-text('besar.jpg') .file-reasons").inner_text()
        reason = page.locator(".file:has-text('IMG_1.jpg') .file-reasons")
        assert "HTTP 413" in reason.inner_text()
        assert between in reason.inner_text()
        page.locator(".file:has-text('IMG_0.jpg') .outcome").wait_for()
        assert watched.fits()
        page.unroute("**/api/v1/uploads")
        page.locator(".file:has-text('IMG_1.jpg') .again").click()
        until(page, received.replace("1", "2", 1))


def of_before(route: Any, told: Settings) -> None:
    """Answer with the page as it was while the service took more."""
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace(f'bytes="{told.max_upload_bytes}"', 'bytes="99999999"'))


def refused_by_a_proxy(route: Any, name: str) -> None:
    """Refuse one file as nginx does."""
    if base64.b64encode(name.encode()).decode() not in route.request.headers.get("upload-metadata", ""):
        route.continue_()
        return
    page = "<html><head><title>413 Request Entity Too Large</title></head></html>"
    route.fulfill(status=413, content_type="text/html", body=page)


def test_a_second_tap_sends_nothing_twice(watched: Watched, files: list[str]) -> None:
    page = watched.page
    page.set_input_files("#files", files)
    page.wait_for_selector("#held:visible")
    assert not page.is_visible("#queue")  # there is nothing below its heading
    page.fill("#station", STATION)
    page.evaluate(TAPS, "#held-send")
    until(page, "3 dari 3 berkas diterima")
    page.locator(".file >> text=tersimpan").nth(2).wait_for()
    page.wait_for_timeout(1000)
    assert page.locator(".file >> text=tidak lagi menunggu").count() == 0


def test_what_went_from_this_browser_is_not_said_to_be_received(watched: Watched, files: list[str]) -> None:
    page, held = watched.page, list[Any]()
    page.route("**/api/v1/uploads", lambda route: held.append(route) if len(held) < 2 else route.continue_())
    page.fill("#station", STATION)
    page.set_input_files("#files", files)
    while len(held) < 2:
        page.wait_for_timeout(50)
    page.evaluate(FORGET)
    for route in held:
        route.continue_()
    said = until(page, "2 dari 3 berkas diterima")
    page.locator(".file.done").nth(2).wait_for()
    assert "1 tidak lagi menunggu" in until(page, "tidak lagi menunggu")
    assert "3 dari 3" not in said
    assert page.locator(".file:has-text('tidak lagi menunggu') .sign").count() == 0  # neither done nor failed


def test_of_names_that_nobody_looked_at_nothing_is_said(watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    page.fill("#station", "123")
    page.set_input_files("#files", written(tmp_path, f"{STATION}-p1.jpg", jpeg()))
    page.wait_for_selector("#held:visible")
    assert "menunggu kode TPS yang benar" in page.inner_text(".held-files")
    assert "tidak memuat kode" not in page.inner_text(".held-files")
    page.fill("#station", "")
    assert not page.is_visible("#problem")  # it was said of a code that is gone


def test_of_what_waits_to_be_photographed_again_the_photograph_is_named(
    watched: Watched, settings: Settings, reader: Reader, samples: Path, tmp_path: Path
) -> None:
    page = watched.page
    second = cv2.imread(str(samples / f"{STATION}-p2.jpg"))
    assert second is not None
    mirrored = cv2.imencode(".jpg", np.ascontiguousarray(second[:, ::-1]))[1].tobytes()
    bytes_of_zip = io.BytesIO()
    with zipfile.ZipFile(bytes_of_zip, "w") as made:
        made.writestr("cermin.jpg", mirrored)
        made.writestr("kosong.jpg", jpeg())
    page.fill("#station", STATION)
    page.set_input_files("#files", written(tmp_path, "malam.zip", bytes_of_zip.getvalue()))
    with worker_beside(settings, reader):
        page.wait_for_selector(".file:has-text('1 dari 2 foto tidak terbaca')")
        page.wait_for_selector(".document .retake li:has-text('tercermin')")
    assert "cermin.jpg: Gambar ini tercermin" in page.inner_text(".document .retake")
    assert page.locator(".file .outcome.review").count() == 1  # one of two was read
    assert watched.fits()


def brought_for_two_stations(watched: Watched, file: str) -> Any:
    page = watched.page
    for station in (STATION, OTHER):
        watched.go("/upload")
        page.fill("#station", station)
        page.set_input_files("#files", file)
        until(page, "1 dari 1 berkas diterima")
    return page


def test_a_conflict_is_found_again_after_a_reload(watched: Watched, files: list[str]) -> None:
    page = brought_for_two_stations(watched, files[0])
    page.wait_for_selector(".file:has-text('juga dikirim untuk TPS lain')")
    assert page.locator(".file-name").bounding_box()["width"] > 100  # not one letter below the other
    watched.go("/upload")
    page.wait_for_selector(".document .disputed:visible >> text=IMG_0.jpg juga dikirim untuk TPS lain")
    # Of the station that it was brought for there is no card: nothing of it is filed there.
    said = page.wait_for_selector("#disputed:visible li").inner_text()
    assert said.startswith("IMG_0.jpg: Berkas yang persis sama")
    assert f"tidak dihitung untuk {OTHER}" in said
    assert watched.fits()


@pytest.mark.parametrize(
    ("verdict", "told"), [("keep", f"tidak dihitung untuk {OTHER}"), ("move", f"ditempatkan di TPS {OTHER}")]
)
def test_what_a_senior_settles_is_told_to_who_brought_it(
    watched: Watched, settings: Settings, files: list[str], verdict: Any, told: str
) -> None:
    page = brought_for_two_stations(watched, files[0])
    records = open_records(settings)
    with records.database.writing() as session:
        conflict = session.scalars(select(StationConflict.id)).one()
        moved = OTHER if verdict == "move" else None
        settle_conflict(session, records, conflict, "local", verdict, moved, "the village on the sheet")
    records.close()
    watched.go("/upload")
    lines = page.locator("#settled:visible li")
    lines.first.wait_for()
    assert [line for line in lines.all_inner_texts() if line.startswith("IMG_0.jpg: Pemeriksa senior") and told in line]
    assert page.locator("#disputed:visible").count() == 0
    assert watched.fits()
    watched.go("/upload?lang=en")
    assert page.wait_for_selector("#settled:visible h2").inner_text().startswith("Settled")


def test_what_was_brought_before_is_said_to_be_unknown_until_the_service_answers(
    watched: Watched, files: list[str]
) -> None:
    page = watched.page
    page.fill("#station", STATION)
    page.set_input_files("#files", files[0])
    until(page, "1 dari 1 berkas diterima")
    page.route("**/api/v1/documents?*", lambda route: route.abort())
    page.goto(f"{watched.address}/upload")
    page.wait_for_selector("#mine:has-text('belum dapat ditampilkan')")
    page.unroute("**/api/v1/documents?*")
    page.wait_for_selector(".document")
    page.wait_for_selector("#mine", state="hidden")


def test_what_was_brought_before_midnight_is_there_after_it(watched: Watched) -> None:
    page = watched.page
    after_midnight = datetime(2029, 2, 15, 0, 10).astimezone()
    page.clock.set_fixed_time(after_midnight)
    with page.expect_request(lambda asked: "since=" in asked.url) as caught:
        page.goto(f"{watched.address}/upload")
    since = datetime.fromisoformat(parse_qs(urlsplit(caught.value.url).query)["since"][0])
    assert (after_midnight.astimezone(UTC) - since).total_seconds() > 12 * 3600


def test_every_button_that_logs_out_asks_about_what_has_not_been_sent(
    settings: Settings, reader: Reader, files: list[str]
) -> None:
    chromium()
    records = open_records(settings, prepare=True)
    with records.database.writing() as session:
        create_person(session, "test", "wati", (Role.UPLOADER,), "0", PASSWORD)
    records.close()
    with listening(create_app(reader, settings)) as address, browsing(address, **PHONE) as watched:
        page = watched.page
        watched.go("/login?to=/upload")
        page.fill("#name", "wati")
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/upload")
        page.set_input_files("#files", files)
        page.wait_for_selector("#held:visible")
        watched.go("/login")
        page.click("main .button")
        page.wait_for_selector(".leaving:has-text('3 berkas belum terkirim')")
        page.click("main .button")
        page.wait_for_selector("#password")
        assert page.evaluate("indexedDB.databases().then((found) => found.length)") in (0, 1)
        watched.go("/login?to=/upload")
        page.fill("#name", "wati")
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/upload")
        watched.rest()
        time.sleep(0.5)
        assert not page.is_visible("#held")


@pytest.mark.parametrize("path", ["/upload", "/practice"])
def test_without_scripts_nothing_is_offered_that_does_not_work(settings: Settings, reader: Reader, path: str) -> None:
    chromium()
    with (
        listening(create_app(reader, settings)) as address,
        browsing(address, java_script_enabled=False, **PHONE) as watched,
    ):
        watched.page.goto(address + path)
        assert "memerlukan JavaScript" in watched.page.inner_text("main")
        assert not watched.page.is_visible("#upload")

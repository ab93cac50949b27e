"""Which polling station: typed, confirmed, assigned and settled in a browser."""

import base64
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.core.context import open_records
from api.http.app import create_app
from api.regions.import_list import import_regions
from pipeline.reader import Reader
from tests.support.browser import PHONE, browsing, chromium, listening
from tests.support.http import settings_in
from tests.support.samples import jpeg
from tests.support.stations import EXAMPLE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STATION, OTHER = "0024010001002", "0024010002021"


@pytest.fixture(params=[False, True], ids=["no list", "list"])
def listed(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def address(tmp_path: Path, reader: Reader, listed: bool) -> Iterator[str]:
    chromium()
    settings = settings_in(tmp_path, f"sqlite:///{tmp_path / 'chasil.db'}")
    with listening(create_app(reader, settings)) as address:
        if listed:
            records = open_records(settings)
            import_regions(records.database, EXAMPLE, "local")
            records.close()
        yield address


def made(folder: Path, name: str) -> Path:
    """Make a picture with bytes of its own."""
    file = folder / name
    file.write_bytes(jpeg() + name.encode())
    return file


def said(request: Any) -> dict[str, str]:
    """Return what an upload in parts says of its file."""
    pairs = (pair.split(" ") for pair in request.headers["upload-metadata"].split(","))
    return {name: base64.b64decode(value).decode() for name, value in pairs}


def test_what_is_typed_is_sent_for_every_file_and_said_in_words(address: str, tmp_path: Path, listed: bool) -> None:
    packed = tmp_path / "foto.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("FB_IMG_1707898212346.jpg", jpeg() + b"zip")
    phone = made(tmp_path, "FB_IMG_1707898212345.jpg")
    with browsing(address, **PHONE) as watched:
        page = watched.page
        sent: list[dict[str, str]] = []
        page.on(
            "request",
            lambda one: sent.append(said(one)) if one.method == "POST" and one.url.endswith("/uploads") else None,
        )
        watched.go("/upload?lang=en")
        page.fill("#station", STATION)
        page.wait_for_selector("#station-place >> text=right?")
        assert ("DESA TERATAI" in page.inner_text("#station-place")) is listed
        page.set_input_files("#files", [str(phone), str(packed)])
        page.wait_for_selector(".file >> nth=1")
        page.locator(".file >> text=stored").nth(1).wait_for()
        assert [one["station"] for one in sent] == [STATION, STATION]
        assert page.locator(".document").count() == 1
        assert watched.fits()
        assert watched.faults == []


def test_a_phone_name_waits_and_is_assigned_where_it_was_brought(address: str, tmp_path: Path, listed: bool) -> None:
    with browsing(address, **PHONE) as watched:
        page = watched.page
        watched.go("/upload?lang=en")
        page.set_input_files("#files", [str(made(tmp_path, "FB_IMG_1707898212345.jpg"))])
        page.wait_for_selector("#held:not([hidden])")
        page.click("#held-without")
        page.wait_for_selector(".document .unfiled:not([hidden])")
        watched.go("/upload?lang=en")  # it is still there after a reload
        page.wait_for_selector(".document .unfiled:not([hidden])")
        if listed:
            page.fill("#station", "0024010001999")
            page.wait_for_selector("#station-place.wrong >> text=not in the list")
        page.fill(".document .unfiled input", STATION)
        page.click(".document .unfiled button")
        page.wait_for_selector(f".document .form-title:has-text('{STATION}')")
        assert page.locator(".document .unfiled:not([hidden])").count() == 0
        assert watched.fits()
        assert watched.faults == []


def test_without_a_list_a_code_in_a_name_is_confirmed_with_one_press(
    address: str, tmp_path: Path, listed: bool
) -> None:
    with browsing(address, **PHONE) as watched:
        page = watched.page
        watched.go("/upload?lang=en")
        page.set_input_files("#files", [str(made(tmp_path, f"{STATION}-p1.jpg"))])
        if not listed:
            page.click(f".held-proposed li:has-text('{STATION}') button")
        page.wait_for_selector(f".document .form-title:has-text('{STATION}')")
        assert page.locator("#held:not([hidden])").count() == 0
        assert watched.faults == []


def test_a_conflict_is_red_and_settled_by_a_senior(address: str, tmp_path: Path) -> None:
    same = [tmp_path / f"{station}-p1.jpg" for station in (STATION, OTHER)]
    for file in same:
        file.write_bytes(jpeg())
    with browsing(address, **PHONE) as watched:
        page = watched.page
        watched.go("/upload?lang=en")
        for station, file in zip((STATION, OTHER), same, strict=True):
            page.fill("#station", station)
            page.set_input_files("#files", [str(file)])
            page.locator(".file.done").nth(same.index(file)).wait_for()
        page.wait_for_selector(".file .rejected >> text=another polling station")
        assert page.locator(".file-reasons li").count() == 2  # where it is filed, too: this person may see it
        watched.go("/review/stations?lang=en")
        row = page.locator("#conflicts .conflict")
        row.wait_for()
        assert watched.fits()
        page.click(f"#conflicts button:has-text('Move it to {OTHER}')")
        page.wait_for_selector("#problem >> text=Give a reason")
        row.locator(".grounds").fill("the name on the sheet")
        page.click(f"#conflicts button:has-text('Move it to {OTHER}')")
        page.wait_for_selector("#no-conflicts:not([hidden])")
        assert watched.faults == []

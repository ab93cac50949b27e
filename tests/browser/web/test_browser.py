"""In a real browser: from dropped files to a station's number and its ink, on a desk and on a phone."""

import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from api.core.context import open_records
from api.people.accounts import create_person
from api.people.roles import Role
from pipeline.reader import Reader
from pipeline.reading import Quadrilateral
from tests.support.browser import Watched, browsing
from tests.support.covered import covered
from tests.support.http import settings_in
from tests.support.site import STATION

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1200, "height": 900}}
PASSWORD = "empat kata yang panjang"
OTHER = "0024010002021"


def bring(watched: Watched, files: list[Path]) -> None:
    """Choose files on the uploader's page."""
    watched.page.set_input_files("#files", [str(file) for file in files])


@pytest.mark.parametrize("context", [DESK, PHONE], ids=["desk", "phone"])
def test_from_an_upload_to_a_number_and_its_ink(address: str, samples: Path, context: dict[str, object]) -> None:
    with browsing(address, **context) as watched:
        page = watched.page
        watched.go("/")
        page.click('main a[href^="/upload"]')
        bring(watched, sorted(samples.glob(f"{STATION}-p*.jpg")))
        page.wait_for_selector('.document[data-state="review"], .document[data-state="accepted"]')
        page.wait_for_selector(".document .counts:has-text('3 dari 3 foto terbaca')")
        assert page.locator(".file.done").count() == 3
        assert watched.fits()
        page.click(".document .see a")
        row = page.locator('tr[data-name="paslon_1"]')
        assert row.locator(".number").inner_text() == "132"
        ink = row.locator("img.ink")
        ink.scroll_into_view_if_needed()
        watched.rest()
        assert ink.evaluate("image => image.complete && image.naturalWidth > 40")
        assert watched.fits()
        row.locator("a").click()
        page.wait_for_selector("table.steps")
        assert "132" in page.inner_text("main")
        assert watched.fits()
        page.click(".crumbs li:nth-child(5) a")
        page.wait_for_url("**/results/**")
        assert page.locator("table.chart tr").count() == 3
        assert watched.fits()
        assert watched.faults == []


def test_an_uploader_is_told_what_to_mend(address: str, samples: Path, tmp_path: Path) -> None:
    first, second, _third = sorted(samples.glob(f"{OTHER}-p*.jpg"))
    grey = cv2.imread(str(second), cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    blurred, notes = tmp_path / "IMG_2.jpg", tmp_path / "catatan.txt"
    cv2.imwrite(str(blurred), cv2.GaussianBlur(grey, (0, 0), 14))
    notes.write_text("x", encoding="utf-8")
    with browsing(address, **PHONE) as watched:
        page = watched.page
        watched.go("/upload")
        bring(watched, [first, blurred])
        page.wait_for_selector("#held:not([hidden])")
        assert "IMG_2.jpg" in page.inner_text(".held-files")
        page.fill("#station", "12")
        page.click("#held-send")
        assert "13 angka" in page.inner_text("#problem")
        page.fill("#station", OTHER)
        page.click("#held-send")
        page.wait_for_selector(".document .retake:not([hidden]) >> text=IMG_2.jpg")
        page.wait_for_selector(".document .missing:not([hidden]) >> text=Halaman 3")
        assert page.locator(".document").count() == 1
        bring(watched, [notes, first])
        page.wait_for_selector(".file >> text=ditolak")
        page.wait_for_selector(".file >> text=sudah ada")
        assert watched.fits()
        assert watched.faults == []


def test_an_uploader_is_told_what_to_mend_on_a_page_that_was_read(address: str, samples: Path, tmp_path: Path) -> None:
    """Two sheets in one photograph: one is read, nothing of it counts, and who took it is told to take it again."""
    left, right = (cv2.imread(str(page)) for page in sorted(samples.glob("*-p2.jpg"))[:2])
    assert left is not None
    assert right is not None
    height = min(left.shape[0], right.shape[0])
    both = tmp_path / f"{OTHER}-p2.jpg"
    cv2.imwrite(str(both), np.hstack([left[:height], right[:height]]))
    with browsing(address, **PHONE) as watched:
        watched.go("/upload")
        bring(watched, [both])
        watched.page.wait_for_selector(".document .retake:not([hidden]) >> text=2 lembar")
        assert watched.fits()
        assert watched.faults == []


@pytest.mark.parametrize(("page_path", "script"), [("/upload", "upload.js"), ("/practice", "practice.js")])
def test_a_photo_chosen_before_the_script_has_come_is_not_lost(
    address: str, samples: Path, page_path: str, script: str
) -> None:
    with browsing(address, **PHONE) as watched:
        page = watched.page
        waiting: list[Any] = []
        page.route(f"**/{script}*", lambda route: waiting.append(route))  # noqa: PLW0108  Playwright marks what it calls
        page.goto(address + page_path, wait_until="commit")
        page.wait_for_selector("#files", state="attached")
        bring(watched, [samples / f"{STATION}-p2.jpg"])
        assert page.locator(".file").count() == 0
        waiting[0].continue_()
        page.wait_for_selector(".file.done")
        assert watched.faults == []


def test_with_an_account_too(address: str, samples: Path, tmp_path: Path) -> None:
    records = open_records(settings_in(tmp_path, f"sqlite:///{tmp_path / 'chasil.db'}"))
    with records.database.writing() as session:
        create_person(session, "local", "wati", (Role.UPLOADER,), "0", PASSWORD)
    records.close()
    with browsing(address, **DESK) as watched:
        page = watched.page
        watched.go("/upload?lang=en")
        page.fill("#name", "wati")
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_selector("h1 >> text=Upload C.Hasil forms")
        bring(watched, [samples / f"{STATION}-p2.jpg"])
        page.wait_for_selector(".file >> text=stored")
        page.wait_for_selector(".document .missing:not([hidden]) >> text=Page 3")
        page.click(".person button")
        page.wait_for_selector("#password")
        assert watched.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_practice_reads_and_keeps_nothing(address: str, samples: Path, scheme: str) -> None:
    with browsing(address, color_scheme=scheme, **DESK) as watched:
        watched.go("/practice")
        bring(watched, [samples / f"{STATION}-p2.jpg"])
        watched.page.wait_for_selector('tr[data-name="paslon_1"] canvas.ink:not([hidden])')
        assert watched.page.inner_text('tr[data-name="paslon_1"] .number') == "132"
        watched.go("/results/0")
        assert "Belum ada suara yang dihitung." in watched.page.inner_text("main")
        assert watched.faults == []


def with_another_total(reader: Reader, whole: Path, out: Path) -> Path:
    """Copy a page with the last digit of `dpt_j` written over by another digit of the same page: the sum is off."""
    picture = cv2.imread(str(whole))
    assert picture is not None
    fields = reader.read(whole)[0].fields
    total = fields["dpt_j"]
    place = total.box_regions[-1]
    other = next(
        region
        for field in (fields["dpt_l"], fields["dpt_p"], fields["surat_suara_diterima"])
        for mark, region in zip(field.boxes, field.box_regions, strict=True)
        if mark.isdigit() and mark != total.boxes[-1]
    )
    there, source = (_upright(region) for region in (place, other))
    size = (there[1].stop - there[1].start, there[0].stop - there[0].start)
    picture[there] = cv2.resize(picture[source], size, interpolation=cv2.INTER_AREA)
    assert cv2.imwrite(str(out), picture)
    return out


def _upright(region: Quadrilateral) -> tuple[slice, slice]:
    (left, top), (right, bottom) = np.min(region, axis=0), np.max(region, axis=0)
    return slice(round(top), round(bottom)), slice(round(left), round(right))


def test_practice_says_what_could_be_misread_and_what_does_not_add_up(
    address: str, samples: Path, tmp_path: Path, reader: Reader
) -> None:
    wrong = with_another_total(reader, samples / f"{OTHER}-p1.jpg", tmp_path / f"{OTHER}-p1.jpg")
    with browsing(address, **DESK) as watched:
        page = watched.page
        watched.go("/practice?lang=en")
        bring(watched, [wrong])
        page.locator(".call").first.wait_for()
        calls = page.locator(".call .call-what").all_inner_texts()
        assert all(re.fullmatch(r".+, box [123]: read as .+, like [0-9]", call) for call in calls)
        assert "" not in page.locator(".call .call-why").all_inner_texts()
        page.wait_for_selector('tr[data-name="pengguna_l"] canvas.ink:not([hidden])')
        inked = page.locator(".call canvas").first.evaluate(
            "one => one.getContext('2d').getImageData(0, 0, one.width, one.height).data.some(value => value > 0)"
        )
        assert inked
        sums = page.locator(".rules li:has(.broken) .sum-more").all_inner_texts()
        assert len(sums) == page.locator(".rules .broken").count() > 0
        equations = [said.split("\n\n") for said in sums if len(said.split("\n\n")) == 3]  # rules of thumb say less
        assert equations
        for equation, missed, would_hold in equations:
            left, right = re.fullmatch(r"(\d+) = .* \((\d+)\)", equation).groups()  # type: ignore[union-attr]
            assert missed == f"It misses by {abs(int(left) - int(right))}."
            assert f"{right}." in would_hold
        assert watched.fits()
        assert watched.faults == []


def test_an_uploader_shows_where_a_lost_sheet_is(address: str, samples: Path, tmp_path: Path, reader: Reader) -> None:
    records = open_records(settings_in(tmp_path, f"sqlite:///{tmp_path / 'chasil.db'}"))
    with records.database.writing() as session:
        for name in ("wati", "tuti"):
            create_person(session, "local", name, (Role.UPLOADER,), "0", PASSWORD)
    records.close()
    whole = samples / f"{STATION}-p2.jpg"
    lost = tmp_path / f"{STATION}-p2.jpg"
    lost.write_bytes(covered(reader, whole, reader.read(whole)[0].pages[0]))
    with browsing(address, **PHONE) as watched:
        page = watched.page
        enter(watched, "wati", "/upload")
        bring(watched, [lost])
        page.click(".document .retake a:has-text('keempat sudut')")
        page.wait_for_selector("#sheet .corner:focus")
        assert watched.fits()
        where = page.url.removeprefix(address)
        assert page.locator("#give a").get_attribute("href") == "/upload"
        assert watched.faults == []
        with watched.beside(**DESK) as other:  # what one has not uploaded is for reviewers
            enter(other, "tuti", "/upload")
            other.page.goto(address + where)
            assert other.page.locator("#sheet").count() == 0
            assert "tidak" in other.page.inner_text("main").lower()


def enter(watched: Watched, name: str, to: str) -> None:
    """Log in through the page and go somewhere."""
    watched.go(f"/login?to={to}")
    watched.page.fill("#name", name)
    watched.page.fill("#password", PASSWORD)
    watched.page.keyboard.press("Enter")
    watched.page.wait_for_url(watched.address + to)

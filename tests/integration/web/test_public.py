"""What visitors see: results only where they are public, and of pages only what is masked."""

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from api.rendering.page_images import CROP_MARGIN, MASK_MARGIN_MM, SHEET_PIXELS_PER_MM, cover_private, sheet_picture
from pipeline.forms import FormTemplate, load_forms
from pipeline.reader import Reader
from tests.support.service import serving
from tests.support.site import STATION, Site

API = "/api/v1"
GREY = 120
TOLERANCE = 8
"""How far JPEG may take a flat grey from its value."""


def decoded(data: bytes) -> NDArray[np.uint8]:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return np.asarray(picture, np.uint8)


def places(site: Site) -> Mapping[str, str]:
    number = next(one for one in site.document["numbers"] if one["field"] == "paslon_1")
    return {"document": site.document["id"], "page": number["page"], "station": STATION, "field": "paslon_1"}


OPEN = [
    f"{API}/elections",
    f"{API}/regions/{{station}}",
    f"{API}/tallies/{{station}}",
    f"{API}/tallies/0/children",
    "/results/0",
    "/results/{station}",
    "/results/{station}/{field}",
    "/results/{station}/table.csv",
    "/results/{station}/table.xlsx",
    "/results/{station}/pages/{page}",
    "/results/{station}/pages/{page}/{field}",
]
SHUT = [
    f"{API}/documents",
    f"{API}/documents/{{document}}",
    f"{API}/documents/{{document}}/readings",
    f"{API}/documents/{{document}}/events",
    f"{API}/documents/{{document}}/numbers/{{field}}",
    f"{API}/pages/{{page}}",
    f"{API}/pages/{{page}}/original",
    f"{API}/pages/{{page}}/image",
    f"{API}/pages/{{page}}/image?masked=true",
    f"{API}/pages/{{page}}/image?masked=false",
    f"{API}/pages/{{page}}/crop?field={{field}}",
    f"{API}/progress",
    f"{API}/people",
    f"{API}/exports/numbers",
]


@pytest.mark.parametrize("path", OPEN)
def test_visitors_look_at_results_only_where_they_are_public(site: Site, closed: Site, path: str) -> None:
    assert site.get(path.format(**places(site))).status_code == 200
    shut = closed.get(path.format(**places(closed)), {"Accept": "*/*"})
    assert shut.status_code == 401
    assert closed.get(path.format(**places(closed)), closed.reviewer).status_code == 200


@pytest.mark.parametrize("path", SHUT)
def test_everything_else_stays_shut(site: Site, path: str) -> None:
    assert site.get(path.format(**places(site))).status_code == 401


def test_visitors_change_nothing(site: Site) -> None:
    for address in ("/api/v1/documents", "/api/v1/retry", f"{API}/documents/{site.document['id']}/place"):
        assert site.client.post(address, headers={"Accept": "*/*"}).status_code == 401


@pytest.mark.parametrize("more", ["", "?masked=false", "?masked=0&width=4000", "?election=ppwp-2024&original=1"])
def test_no_address_brings_back_what_is_masked(site: Site, more: str) -> None:
    for page in site.document["pages"]:
        answer = site.get(f"/results/{STATION}/pages/{page['id']}{more}")
        if page["form_page"] is None:
            assert answer.status_code == 404
            continue
        picture = decoded(answer.content)
        assert picture.shape == (1800, 1200, 3)
        form = load_forms()["c-hasil-ppwp-2024"]
        private = next(part for part in form.pages if part.number == page["form_page"]).private
        assert private
        for x, y, width, height in private:
            place = picture[_pixels(y, height), _pixels(x, width)]
            assert int(np.abs(place.astype(int) - GREY).max()) <= TOLERANCE


def _pixels(start: float, length: float) -> slice:
    margin = MASK_MARGIN_MM - 1  # JPEG blurs the very edge
    return slice(int((start - margin) * SHEET_PIXELS_PER_MM), int((start + length + margin) * SHEET_PIXELS_PER_MM))


def test_cuts_are_made_of_a_masked_picture(reader: Reader, samples: Path) -> None:
    page = reader.read(samples / f"{STATION}-p2.jpg")[0].pages[0]
    assert page.registration is not None
    form = load_forms()["c-hasil-ppwp-2024"]
    picture = np.full((page.source.height, page.source.width, 3), 255, np.uint8)
    cover_private(picture, page, form)
    straight = sheet_picture(picture, page.registration.outline, form)
    x, y, width, height = form.pages[1].private[0]
    assert (straight[_pixels(y, height), _pixels(x, width)] == GREY).all()
    assert (straight[: int((y - 20) * SHEET_PIXELS_PER_MM)] == 255).all()


def test_every_number_has_its_cut(site: Site) -> None:
    for number in site.document["numbers"]:
        cut = decoded(site.get(f"/results/{STATION}/pages/{number['page']}/{number['field']}").content)
        outline = np.array(number["region"])
        wide, high = (np.hypot(*(outline[end] - outline[0])) for end in (1, 3))
        around = 2 * CROP_MARGIN * high
        assert cut.shape[1] / cut.shape[0] == pytest.approx((wide + around) / (high + around), rel=0.08)


def test_the_sums_link_to_what_visitors_may_see(site: Site) -> None:
    body = site.get(f"{API}/tallies/{STATION}").json()
    assert site.get(body["links"]["public"]).status_code == 200
    for number in body["numbers"].values():
        assert {name for name in number["links"] if name.startswith("public_")} == {
            "public_history",
            "public_page",
            "public_crop",
        }
    number = body["numbers"]["paslon_1"]
    for name, address in number["links"].items():
        assert site.get(address).status_code == (200 if name.startswith("public_") else 401), name


def test_of_a_page_whose_layout_was_not_seen_there_is_no_picture(closed: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FormTemplate, "is_confirmed", lambda _form, number: number != 3)
    pages = {page["form_page"]: page["id"] for page in closed.document["pages"]}
    shown = {number: closed.get(f"/results/{STATION}/pages/{pages[number]}", closed.reviewer) for number in (1, 3)}
    assert {number: answer.status_code for number, answer in shown.items()} == {1: 200, 3: 404}


def test_pictures_are_asked_for_once(site: Site, closed: Site) -> None:
    address = f"/results/{STATION}/pages/{places(site)['page']}"
    first = site.get(address)
    assert first.headers["Cache-Control"].startswith("public, max-age=")
    again = site.get(address, {"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    inside = closed.get(f"/results/{STATION}/pages/{places(closed)['page']}", closed.reviewer)
    assert inside.headers["Cache-Control"].startswith("private, ")


def test_a_page_is_found_under_its_own_station_only(site: Site) -> None:
    page = places(site)["page"]
    assert site.get(f"/results/0024010002021/pages/{page}").status_code == 404
    assert site.get(f"/results/{STATION}/pages/{'0' * 32}").status_code == 404
    assert site.get(f"/results/{STATION}/pages/..%2f..%2f{page}").status_code == 404


def test_visitors_may_not_ask_too_often() -> None:
    with serving(public=True, requests_per_second=0.01, request_burst=3) as client:
        seen = [client.get("/results/0", headers={"Via": "a proxy"}).status_code for _ in range(5)]
    assert seen == [200, 200, 200, 429, 429]

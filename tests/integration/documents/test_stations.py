"""Where uploads are filed: as typed, else as a name says that counts; whatever is neither waits to be assigned."""

import base64
import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from api.core.context import Records
from api.documents.receive import Delivery, Receipt, receive
from api.documents.watch_folder import FolderWatcher
from api.people.roles import Role
from api.regions.import_list import import_regions
from pipeline.documents import Limits
from tests.integration.documents.test_flow import files
from tests.support.samples import jpeg
from tests.support.scene import REGION, Scene, opened, settings_for
from tests.support.stations import EXAMPLE, list_stations

PHONE = "FB_IMG_1707898212345.jpg"
HERE, NEXT, FAR = "3171010001001", "3171010001002", "6472010001009"
DOCUMENTS = "/api/v1/documents"
TUS = {"Tus-Resumable": "1.0.0"}


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    with opened(settings_for(tmp_path, database_url)) as made:
        yield made


def picture(text: str) -> bytes:
    """Return a picture with bytes of its own."""
    return jpeg() + text.encode()


def zipped(members: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def post(scene: Scene, headers: dict[str, str], name: str, data: bytes, **query: str) -> list[dict[str, Any]]:
    """Upload by multipart; return the receipts."""
    params = {"wait": "0", **query}
    answer = scene.ask("POST", DOCUMENTS, headers, files=[("files", (name, data))], params=params)
    assert answer.status_code in (200, 202), answer.text
    found: list[dict[str, Any]] = answer.json()["receipts"]
    return found


def in_parts(scene: Scene, headers: dict[str, str], name: str, data: bytes, **said: str) -> list[dict[str, Any]]:
    """Upload by tus; return the receipts."""
    pairs = {"filename": name, **said}
    told = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())
    begin = {**headers, **TUS, "Upload-Length": str(len(data)), "Upload-Metadata": told}
    place = scene.ask("POST", "/api/v1/uploads", begin).headers["Location"]
    send = {**headers, **TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    answer = scene.ask("PATCH", f"{place}?wait=0", send, content=data)
    assert answer.status_code in (200, 202), answer.text
    found: list[dict[str, Any]] = answer.json()["receipts"]
    return found


def test_photographs_named_by_a_telephone_are_filed_where_the_uploader_says(scene: Scene, shared: Path) -> None:
    list_stations(scene.records.database, HERE)
    headers = scene.session(scene.person(Role.UPLOADER, scope="0"))
    archive = (shared / "cases" / "photos-by-phone-name.zip").read_bytes()
    for way in (post, in_parts):
        receipts = way(scene, headers, "photos-by-phone-name.zip", archive, station=HERE)
        assert [receipt["station"] for receipt in receipts] == [HERE] * 3


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("way", [post, in_parts])
def test_a_phone_name_is_left_to_be_assigned_by_whoever_brought_it(scene: Scene, way: Any, listed: bool) -> None:
    if listed:
        list_stations(scene.records.database, HERE)
    headers = scene.session(scene.person(Role.UPLOADER, scope="0"))
    (receipt,) = way(scene, headers, PHONE, jpeg())
    assert (receipt["outcome"], receipt["station"]) == ("stored", None)
    (member,) = way(scene, headers, "semua.zip", zipped({f"a/{PHONE}": picture("zip")}))
    assert (member["outcome"], member["station"]) == ("stored", None)
    mine = scene.ask("GET", f"{DOCUMENTS}?filed=false&mine=true", headers).json()["documents"]
    assert {one["id"] for one in mine} == {receipt["document"], member["document"]}
    filed = scene.ask(
        "POST", f"{DOCUMENTS}/{receipt['document']}/place", headers, json={"station": HERE, "reason": "mine"}
    )
    assert (filed.status_code, filed.json()["station"]) == (200, HERE)
    left = scene.ask("GET", f"{DOCUMENTS}?filed=false&mine=true", headers).json()["documents"]
    assert [one["id"] for one in left] == [member["document"]]


@pytest.mark.parametrize("way", [post, in_parts])
def test_what_was_typed_wins_over_names_and_both_are_said(scene: Scene, way: Any) -> None:
    list_stations(scene.records.database, HERE, NEXT)
    headers = scene.session(scene.one(Role.UPLOADER))
    (typed,) = way(scene, headers, PHONE, picture("a"), station=HERE)
    assert (typed["station"], typed["reasons"]) == (HERE, [])
    members = {f"{NEXT}-p1.jpg": picture("b"), "IMG_1.jpg": picture("c"), f"{HERE}/foto.jpg": picture("d")}
    receipts = {one["name"]: one for one in way(scene, headers, f"{NEXT}.zip", zipped(members), station=HERE)}
    assert {one["station"] for one in receipts.values()} == {HERE}
    differs = receipts[f"{NEXT}.zip/{NEXT}-p1.jpg"]["reasons"]
    assert [reason["code"] for reason in differs] == ["station_differs"]
    assert HERE in differs[0]["message"]
    assert NEXT in differs[0]["message"]


@pytest.mark.parametrize("way", [post, in_parts])
def test_a_code_that_the_list_lacks_waits_and_that_is_said(scene: Scene, way: Any) -> None:
    list_stations(scene.records.database, HERE)
    headers = scene.session(scene.one(Role.UPLOADER))
    for index, said in enumerate(({"station": NEXT}, {})):
        (receipt,) = way(scene, headers, f"{NEXT}-p1.jpg", picture(str(index)), **said)
        assert (receipt["outcome"], receipt["station"]) == ("stored", None)
        assert [reason["code"] for reason in receipt["reasons"]] == ["station_not_listed"]
        assert NEXT in receipt["reasons"][0]["translations"]["id"]
    place = f"{DOCUMENTS}/{receipt['document']}/place"
    wrong = scene.ask("POST", place, headers, json={"station": NEXT, "reason": "mine"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "station_unlisted")
    assert scene.ask("POST", place, headers, json={"station": HERE, "reason": "mine"}).status_code == 200


def test_without_a_list_a_name_is_proposed_and_what_is_typed_confirms_it(scene: Scene) -> None:
    headers = scene.session(scene.one(Role.UPLOADER))
    (receipt,) = post(scene, headers, f"{HERE}-p1.jpg", picture("a"))
    assert receipt["station"] is None
    assert [reason["code"] for reason in receipt["reasons"]] == ["station_unconfirmed"]
    body = scene.ask("GET", f"{DOCUMENTS}/{receipt['document']}", headers).json()
    assert body["proposed_station"] == HERE
    (typed,) = post(scene, headers, f"{HERE}-p2.jpg", picture("b"), station=HERE)
    assert (typed["station"], typed["reasons"]) == (HERE, [])


def test_nobody_files_elsewhere_or_what_others_brought_and_seniors_of_the_region_may(scene: Scene) -> None:
    brought = scene.one(Role.UPLOADER)
    headers, other = scene.session(brought), scene.session(scene.person(Role.UPLOADER))
    (receipt,) = post(scene, headers, PHONE, jpeg())
    place = f"{DOCUMENTS}/{receipt['document']}/place"
    said = {"station": HERE, "reason": "of this station"}
    assert scene.ask("POST", place, headers, json={**said, "station": FAR}).status_code == 403
    assert scene.ask("POST", place, other, json=said).status_code == 403
    assert (
        scene.ask("POST", place, scene.session(scene.person(Role.SENIOR, scope=FAR[:4])), json=said).status_code == 403
    )
    senior = scene.session(scene.one(Role.SENIOR))
    waiting = scene.ask("GET", f"{DOCUMENTS}?filed=false&region={REGION}", senior).json()["documents"]
    assert [one["id"] for one in waiting] == [receipt["document"]]
    assert scene.ask("POST", place, senior, json=said).json()["station"] == HERE
    again = scene.ask("POST", place, headers, json={**said, "station": NEXT})
    assert (again.status_code, again.json()["code"]) == (409, "document_filed")


def test_a_code_is_answered_with_the_name_of_its_place(scene: Scene) -> None:
    headers = scene.session(scene.one(Role.UPLOADER))
    unlisted = scene.ask("GET", f"/api/v1/stations/{HERE}", headers).json()
    assert (unlisted["listed"], unlisted["name"]) == (None, "TPS 001, DKI Jakarta")
    list_stations(scene.records.database, HERE, name="DESA TERATAI")
    known = scene.ask("GET", f"/api/v1/stations/{HERE}", headers).json()
    assert known["listed"] is True
    assert known["name"].startswith("TPS 001, DESA TERATAI 3171010001, ")
    assert scene.ask("GET", f"/api/v1/stations/{NEXT}", headers).json()["listed"] is False
    names = [f"{HERE}-p1.jpg", PHONE, f"{NEXT}.pdf"]
    told = scene.ask("POST", "/api/v1/stations/named", headers, json={"names": names}).json()["names"]
    assert [one["station"] for one in told] == [HERE, None, None]
    assert [one["reasons"][0]["code"] for one in told if one["reasons"]] == ["station_not_listed"]


# --- a watched folder -----------------------------------------------------------------------------------------------


def watched(records: Records, folder: Path, files: Mapping[str, bytes], *, named: bool) -> dict[str, Receipt]:
    """Let files be taken from a folder; return their receipts by name."""
    place = folder / "in"
    for name, data in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)
    moments = iter(range(0, 1000, 100))
    watcher = FolderWatcher(
        records, place, folder / "done", folder / "failed", need_station=named, clock=lambda: next(moments)
    )
    list(watcher.look())
    return {receipt.name: receipt for handled in watcher.look() for receipt in handled.receipts}


@pytest.mark.parametrize("listed", [False, True])
def test_a_watched_folder_takes_no_phone_name_for_a_station(records: Records, tmp_path: Path, listed: bool) -> None:
    if listed:
        list_stations(records.database, HERE)
    found = watched(
        records,
        tmp_path,
        {
            PHONE: jpeg(),
            "6281234567890.jpg": picture("b"),
            f"{HERE}/{PHONE}": picture("c"),
            "all.zip": zipped({PHONE: picture("d"), f"{HERE}-p1.jpg": picture("e")}),
        },
        named=True,
    )
    refused = {PHONE, "6281234567890.jpg", f"all.zip/{PHONE}"}
    assert {name: one.station for name, one in found.items() if one.outcome == "stored"} == {
        f"{HERE}/{PHONE}": HERE,
        f"all.zip/{HERE}-p1.jpg": HERE,
    }
    assert {name for name, one in found.items() if one.outcome == "refused"} == refused


def test_without_the_option_a_watched_folder_lets_them_wait(records: Records, tmp_path: Path) -> None:
    found = watched(records, tmp_path, {PHONE: jpeg(), f"{HERE}-p1.jpg": picture("b")}, named=False)
    assert {(one.outcome, one.station) for one in found.values()} == {("stored", None)}


def test_the_example_list_holds_the_stations_of_the_samples(records: Records, samples: Path) -> None:
    import_regions(records.database, EXAMPLE, "test")
    names = sorted(path.name for path in samples.glob("*.jpg"))
    codes = sorted({name[:13] for name in names})
    receipts = receive(records, [one for code in codes for one in files(samples, code)], Delivery("ani"), Limits())
    assert [receipt.station for receipt in receipts] == [name[:13] for name in names]

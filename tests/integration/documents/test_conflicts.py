"""The same bytes for two polling stations: said to both, settled by a senior, and neither hides the other meanwhile."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.core.context import Records
from api.db.claim_tables import StationClaim
from api.db.log_tables import Event
from api.db.review_tables import ReviewItem
from api.db.states import AnswerKind
from api.db.tables import Document, Number
from api.documents.answer import Answer
from api.documents.conflicts import open_conflict, settle_conflict
from api.documents.decide_number import decide_number
from api.documents.filing import move_document
from api.documents.receive import Delivery, Receipt, receive
from api.people.roles import Role
from api.tabulation.recount import recount
from api.verification.verify import verify
from api.workers.worker import Worker
from pipeline.documents import Limits
from pipeline.errors import ConflictError
from pipeline.reader import Reader
from tests.integration.documents.test_flow import files, sums
from tests.integration.documents.test_stations import in_parts, post, zipped
from tests.support.command import chasil
from tests.support.samples import jpeg
from tests.support.scene import Scene, opened, settings_for

HERE, FAR = "3171010001002", "6472010001009"
STATION, OTHER = "0024010001002", "0024010002021"
CONFLICTS = "/api/v1/conflicts"
Headers = dict[str, str]


def in_a_zip(scene: Scene, headers: Headers, name: str, data: bytes, **query: str) -> list[dict[str, Any]]:
    return post(scene, headers, "all.zip", zipped({name: data}), **query)


@dataclass(frozen=True, slots=True)
class Two:
    """Two uploaders and two seniors of two regions."""

    scene: Scene
    here: Headers
    far: Headers
    senior_here: Headers
    senior_far: Headers

    def conflicts(self, headers: Headers) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.scene.ask("GET", CONFLICTS, headers).raise_for_status().json()["conflicts"]
        return found

    def settle(self, headers: Headers, conflict: str, **ruling: str) -> Any:
        said = {"reason": "the village on the sheet", **ruling}
        return self.scene.ask("POST", f"{CONFLICTS}/{conflict}/ruling", headers, json=said)

    def filed(self) -> list[str | None]:
        with self.scene.records.database.reading() as session:
            return list(session.scalars(select(Document.station).where(Document.moved_to.is_(None))))


@pytest.fixture
def two(database_url: str, tmp_path: Path) -> Iterator[Two]:
    with opened(settings_for(tmp_path, database_url)) as scene:
        made = (
            scene.session(scene.person(role, scope=scope))
            for role in (Role.UPLOADER, Role.SENIOR)
            for scope in (HERE[:4], FAR[:4])
        )
        here, far, senior_here, senior_far = made
        yield Two(scene, here, far, senior_here, senior_far)


def sound(records: Records) -> None:
    assert [reason.text() for reason in verify(records)] == []
    with records.database.reading() as session:
        assert list(recount(session)) == []


@pytest.mark.parametrize("way", [post, in_parts, in_a_zip])
def test_who_comes_first_hides_no_station_and_nothing_of_theirs_is_told(two: Two, way: Any) -> None:
    (first,) = way(two.scene, two.far, "a.jpg", jpeg(), station=FAR)
    assert (first["outcome"], first["station"]) == ("stored", FAR)
    (late,) = way(two.scene, two.here, "b.jpg", jpeg(), station=HERE)
    assert (late["outcome"], late["document"], late["station"], late["pages"]) == ("conflict", None, None, [])
    assert [reason["code"] for reason in late["reasons"]] == ["known_elsewhere"]
    assert HERE in late["reasons"][0]["message"]
    for told in (FAR, first["document"], *first["pages"]):
        assert told not in json.dumps(late)
    with two.scene.records.database.reading() as session:
        kinds = session.scalars(select(Event.kind).order_by(Event.seq)).all()
        assert [claim.station for claim in session.scalars(select(StationClaim).order_by(StationClaim.at))] == [
            FAR,
            HERE,
        ]
    assert [kinds.count(kind) for kind in ("station_claimed", "conflict_raised")] == [2, 1]
    (conflict,) = two.conflicts(two.senior_here)
    assert [one["id"] for one in two.conflicts(two.senior_far)] == [conflict["id"]]
    assert (conflict["filed"]["code"], [one["station"]["code"] for one in conflict["claims"]]) == (FAR, [FAR, HERE])
    assert two.scene.ask("GET", conflict["links"]["page"], two.senior_here).headers["content-type"] == "image/jpeg"
    assert two.settle(two.senior_here, conflict["id"], verdict="move", station=HERE).status_code == 200
    assert two.filed() == [HERE]
    assert way(two.scene, two.here, "b.jpg", jpeg(), station=HERE)[0]["outcome"] == "known"
    assert way(two.scene, two.far, "a.jpg", jpeg(), station=FAR)[0]["outcome"] == "conflict"
    assert two.conflicts(two.senior_far) == []
    assert two.settle(two.senior_far, conflict["id"], verdict="keep").json()["code"] == "conflict_settled"
    sound(two.scene.records)


def test_a_copy_of_a_foreign_page_shows_nothing_of_its_document(two: Two) -> None:
    params = {"wait": "0"}
    mine = [("files", ("a.jpg", jpeg()))]
    first = two.scene.ask("POST", "/api/v1/documents", two.far, files=mine, params={**params, "station": FAR}).json()
    for name, said in (("foto.jpg", {}), ("foto.jpg", {"station": HERE})):
        answer = two.scene.ask(
            "POST", "/api/v1/documents", two.here, files=[("files", (name, jpeg()))], params={**params, **said}
        )
        assert (answer.json()["documents"], answer.json()["readings"]) == ([], [])
        for told in (FAR, first["documents"][0]["id"], first["receipts"][0]["pages"][0]):
            assert told not in answer.text
    again = two.scene.ask("POST", "/api/v1/documents", two.far, files=mine, params={**params, "station": FAR}).json()
    assert [one["id"] for one in again["documents"]] == [first["documents"][0]["id"]]


def test_only_seniors_of_the_two_regions_may_settle_it(two: Two) -> None:
    post(two.scene, two.far, "a.jpg", jpeg(), station=FAR)
    post(two.scene, two.here, "b.jpg", jpeg(), station=HERE)
    (conflict,) = two.conflicts(two.senior_far)
    elsewhere = two.scene.session(two.scene.person(Role.SENIOR, scope="5171"))
    assert two.conflicts(elsewhere) == []
    assert two.settle(elsewhere, conflict["id"], verdict="keep").status_code == 404
    assert two.scene.ask("GET", conflict["links"]["page"], elsewhere).status_code == 404
    assert two.settle(two.here, conflict["id"], verdict="keep").status_code == 403
    for wrong in (
        {"verdict": "move"},
        {"verdict": "move", "station": "3171010001003"},
        {"verdict": "move", "station": FAR},
    ):
        assert two.settle(two.senior_here, conflict["id"], **wrong).json()["code"] == "conflict_verdict"
    with two.scene.records.database.reading() as session:
        document = session.scalars(select(Document.id)).one()
    moved = two.scene.ask(
        "POST", f"/api/v1/documents/{document}/place", two.senior_far, json={"station": FAR[:-1] + "8", "reason": "?"}
    )
    assert (moved.status_code, moved.json()["code"]) == (409, "station_contested")


def test_what_is_of_neither_waits_and_a_third_station_may_still_get_it(two: Two) -> None:
    post(two.scene, two.far, "a.jpg", jpeg(), station=FAR)
    post(two.scene, two.here, "b.jpg", jpeg(), station=HERE)
    (conflict,) = two.conflicts(two.senior_here)
    assert two.settle(two.senior_here, conflict["id"], verdict="neither").status_code == 200
    assert two.filed() == [None]
    assert post(two.scene, two.far, "a.jpg", jpeg(), station=FAR)[0]["outcome"] == "conflict"
    assert two.filed() == [None]
    (third,) = post(two.scene, two.here, "c.jpg", jpeg(), station=HERE[:-1] + "3")
    assert (third["outcome"], third["station"]) == ("known", HERE[:-1] + "3")
    assert two.filed() == [HERE[:-1] + "3"]
    sound(two.scene.records)


def test_whoever_brings_a_file_without_a_code_hides_no_station_either(two: Two) -> None:
    post(two.scene, two.far, "foto.jpg", jpeg())
    (late,) = post(two.scene, two.here, "b.jpg", jpeg(), station=HERE)
    assert (late["outcome"], late["station"]) == ("known", HERE)
    assert two.filed() == [HERE]
    assert post(two.scene, two.far, "foto.jpg", jpeg(), station=FAR)[0]["outcome"] == "conflict"
    sound(two.scene.records)


def test_both_uploaders_find_a_conflict_again_among_what_they_brought_until_it_is_settled(two: Two) -> None:
    neighbour, mine = HERE[:-1] + "3", "/api/v1/documents?mine=true&since=2026-01-01T00:00:00Z"
    other = two.scene.session(two.scene.person(Role.UPLOADER, scope=HERE[:4]))
    post(two.scene, two.here, "a.jpg", jpeg(), station=HERE)
    (late,) = post(two.scene, other, "b.jpg", jpeg(), station=neighbour)
    assert late["outcome"] == "conflict"

    def told(headers: Headers) -> list[tuple[str, list[str]]]:
        found = two.scene.ask("GET", mine, headers).json()["documents"]
        bodies = [two.scene.ask("GET", one["links"]["self"], headers).json() for one in found]
        return [(one["station"], [notice["code"] for notice in one["feedback"]["notices"]]) for one in bodies]

    assert told(two.here) == told(other) == [(HERE, ["conflict_suspends"])]
    (conflict,) = two.conflicts(two.senior_here)
    assert two.settle(two.senior_here, conflict["id"], verdict="keep").status_code == 200
    assert told(two.here) == told(other) == [(HERE, [])]
    post(two.scene, two.far, "c.jpg", jpeg(), station=FAR)
    assert told(two.here) == [(HERE, ["conflict_open"])]
    assert told(two.far) == []  # of another region nothing is told


def test_who_brought_a_file_that_is_filed_in_another_region_finds_that_again_and_nothing_of_theirs(two: Two) -> None:
    (first,) = post(two.scene, two.far, "bapak-hasan.jpg", jpeg(), station=FAR)
    for name in ("tps-2.jpg", "once more.jpg"):
        assert post(two.scene, two.here, name, jpeg(), station=HERE)[0]["outcome"] == "conflict"

    def disputed(headers: Headers) -> list[dict[str, Any]]:
        answer = two.scene.ask("GET", f"{CONFLICTS}/mine", headers).raise_for_status()
        for secret in (FAR, "bapak-hasan", first["document"], *first["pages"]) if headers is two.here else ("tps-2",):
            assert secret not in answer.text
        found: list[dict[str, Any]] = answer.json()["deliveries"]
        return found

    (mine,) = disputed(two.here)
    assert (mine["file_name"], mine["station"]) == ("tps-2.jpg", HERE)
    assert [reason["code"] for reason in mine["reasons"]] == ["known_elsewhere"]
    assert disputed(two.far) == []  # it is filed where they said; their document says that it is disputed
    (conflict,) = two.conflicts(two.senior_here)
    assert two.settle(two.senior_here, conflict["id"], verdict="move", station=HERE).status_code == 200
    assert (disputed(two.here), disputed(two.far)) == ([], [])
    sound(two.scene.records)


def test_who_brought_a_disputed_file_is_told_what_was_settled_and_what_became_of_it_since(two: Two) -> None:
    (first,) = post(two.scene, two.far, "bapak-hasan.jpg", jpeg(), station=FAR)
    post(two.scene, two.here, "tps-2.jpg", jpeg(), station=HERE)
    secrets = {"here": (FAR, "bapak-hasan", first["document"], *first["pages"]), "far": (HERE, "tps-2")}

    def settled() -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]:
        """Return name, outcome and code of what either uploader is told."""
        found = []
        for whose, headers in (("here", two.here), ("far", two.far)):
            answer = two.scene.ask("GET", f"{CONFLICTS}/mine", headers).raise_for_status()
            assert not [secret for secret in (*secrets[whose], "looked at", "village") if secret in answer.text]
            told = answer.json()["settled"]
            found.append([(one["file_name"], one["outcome"], one["reasons"][0]["code"]) for one in told])
        return found[0], found[1]

    assert settled() == ([], [])  # it is open
    (conflict,) = two.conflicts(two.senior_here)
    assert two.settle(two.senior_here, conflict["id"], verdict="move", station=HERE).status_code == 200
    mine, theirs = ("tps-2.jpg", "yours", "settled_yours"), ("bapak-hasan.jpg", "elsewhere", "settled_elsewhere")
    assert settled() == ([mine], [theirs])
    post(two.scene, two.far, "once more.jpg", jpeg(), station=FAR)
    third = two.scene.session(two.scene.person(Role.UPLOADER, scope=FAR[:4]))
    post(two.scene, third, "late.jpg", jpeg(), station=FAR)
    assert settled() == ([], [])  # it is disputed again: nothing that was settled is said
    (again,) = two.conflicts(two.senior_far)
    assert two.settle(two.senior_far, again["id"], verdict="move", station=FAR).status_code == 200
    undone = ("tps-2.jpg", "elsewhere", "settled_elsewhere"), ("bapak-hasan.jpg", "yours", "settled_yours")
    assert settled() == ([undone[0]], [undone[1]])
    nation = two.scene.person(Role.SENIOR, scope="0").id
    with two.scene.records.database.writing() as session:  # filed anew by hand, without a conflict
        filed = select(Document).where(Document.station == FAR, Document.moved_to.is_(None))
        move_document(session, two.scene.records, session.scalars(filed).one(), HERE, None, nation, "?")
    assert settled() == ([mine], [theirs])
    sound(two.scene.records)


def test_who_brought_a_file_that_is_of_neither_station_is_told_that_it_is_filed_under_none(two: Two) -> None:
    post(two.scene, two.far, "a.jpg", jpeg(), station=FAR)
    post(two.scene, two.here, "b.jpg", jpeg(), station=HERE)
    (conflict,) = two.conflicts(two.senior_here)
    assert two.settle(two.senior_here, conflict["id"], verdict="neither").status_code == 200
    for headers, station in ((two.here, HERE), (two.far, FAR)):
        (told,) = two.scene.ask("GET", f"{CONFLICTS}/mine", headers).json()["settled"]
        assert (told["outcome"], told["station"]) == ("unfiled", station)
        assert f"tidak dihitung untuk {station}" in told["reasons"][0]["translations"]["id"]


def test_everyone_reads_of_a_conflict_the_name_that_they_gave_themselves(two: Two) -> None:
    neighbour = HERE[:-1] + "3"
    late, third = (two.scene.session(two.scene.person(Role.UPLOADER, scope=HERE[:4])) for _ in range(2))
    post(two.scene, two.here, "bapak-hasan.jpg", jpeg(), station=HERE)
    post(two.scene, late, "ibu-sari.jpg", jpeg(), station=neighbour)
    link = two.scene.ask("GET", "/api/v1/documents", two.here).json()["documents"][0]["links"]["self"]

    def told(headers: Headers) -> tuple[str, str]:
        (notice,) = two.scene.ask("GET", link, headers).json()["feedback"]["notices"]
        return notice["code"], notice["message"] + notice["translations"]["id"]

    own = {"bapak-hasan": two.here, "ibu-sari": late}
    for name, headers in own.items():
        code, text = told(headers)
        assert (code, text.count(f"{name}.jpg")) == ("conflict_suspends", 2)
        assert not [other for other in own if other != name and other in text]
    code, text = told(third)
    assert (code, [name for name in own if name in text]) == ("conflict_suspends_unnamed", [])


def test_who_brings_the_same_bytes_again_reads_their_own_name_everywhere_and_seniors_read_both(two: Two) -> None:
    late, third = (two.scene.session(two.scene.person(Role.UPLOADER, scope=HERE[:4])) for _ in range(2))
    post(two.scene, two.here, "bapak-hasan-p1.jpg", jpeg(), station=HERE)
    post(two.scene, late, "ibu-sari-p1.jpg", jpeg(), station=HERE)
    link = two.scene.ask("GET", "/api/v1/documents", two.here).json()["documents"][0]["links"]["self"]
    for headers, own, other in ((two.here, "bapak-hasan", "ibu-sari"), (late, "ibu-sari", "bapak-hasan")):
        listed, shown = (two.scene.ask("GET", where, headers) for where in ("/api/v1/documents?mine=true", link))
        assert listed.json()["documents"][0]["name"] == own
        assert (shown.json()["name"], shown.json()["pages"][0]["file_name"]) == (own, f"{own}-p1.jpg")
        assert other not in listed.text + shown.text
    assert two.scene.ask("GET", link, third).json()["name"] == "bapak-hasan"  # as it was called first
    post(two.scene, third, "gelap.jpg", jpeg(), station=HERE[:-1] + "3")
    (conflict,) = two.conflicts(two.senior_here)
    assert [one["file_name"] for one in conflict["claims"]] == [
        "bapak-hasan-p1.jpg", "ibu-sari-p1.jpg", "gelap.jpg",
    ]  # fmt: skip


def test_readings_name_a_file_as_whoever_asks_has_called_it(two: Two, reader: Reader) -> None:
    late = two.scene.session(two.scene.person(Role.UPLOADER, scope=HERE[:4]))
    post(two.scene, two.here, "bapak-hasan.jpg", jpeg(), station=HERE)
    Worker(two.scene.records, reader, "test").drain()
    files = {"files": ("ibu-sari.jpg", jpeg())}
    answer = two.scene.ask("POST", "/api/v1/documents", late, files=files, params={"station": HERE, "wait": "5"})
    page, document = answer.json()["readings"]
    assert (page["source"]["name"], page["document"], document["document"]) == ("ibu-sari.jpg", "ibu-sari", "ibu-sari")
    assert "bapak-hasan" not in answer.text
    link = answer.json()["documents"][0]["links"]["self"]
    assert "bapak-hasan" not in two.scene.ask("GET", f"{link}/readings", late).raise_for_status().text
    assert "bapak-hasan" in two.scene.ask("GET", f"{link}/readings", two.here).raise_for_status().text


# --- what counts meanwhile ------------------------------------------------------------------------------------------


def deliver(records: Records, uploads: list[tuple[str, bytes]], person: str, station: str) -> list[Receipt]:
    return receive(records, uploads, Delivery(person, station), Limits())


def conflict_of(records: Records, sha256: str) -> str:
    with records.database.reading() as session:
        found = open_conflict(session, sha256)
    assert found is not None
    return found.id


def settle(records: Records, conflict: str, verdict: Any, station: str | None = None) -> None:
    with records.database.writing() as session:
        settle_conflict(session, records, conflict, "senior", verdict, station, "looked at it")


def decide(records: Records, field: str, boxes: str) -> None:
    with records.database.writing() as session:
        number = session.scalars(select(Number).where(Number.field == field)).one()
        answer = Answer(AnswerKind.CORRECT, number.version, boxes, "seen")
        decide_number(session, records, number.document_id, field, "budi", answer)


def test_nothing_of_it_counts_until_it_is_settled_and_nobody_keeps_it_out_for_ever(
    records: Records, reader: Reader, samples: Path
) -> None:
    pages = files(samples, STATION)
    deliver(records, pages, "ani", STATION)
    Worker(records, reader, "test").drain()
    decide(records, "paslon_2", "107")
    before = sums(records, STATION[:10])
    assert before["paslon_2"] == 107
    (receipt,) = deliver(records, pages[1:2], "iwan", OTHER)
    assert receipt.outcome == "conflict"
    during = sums(records, STATION[:10])
    assert {field for field in before if field.startswith("paslon_")} & set(during) == set()
    assert during["dpt_j"] == before["dpt_j"]  # of a page that nobody contests
    assert sums(records, OTHER[:10]) == {}
    with records.database.reading() as session:
        document = session.scalars(select(Document)).one()
        assert (document.state, document.station) == ("review", STATION)
        assert "station_contested" in [reason["code"] for reason in document.reasons]
        open_work = session.scalars(select(ReviewItem.field).where(ReviewItem.state == "open")).all()
        assert not [field for field in open_work if field.startswith("paslon_")]
    with pytest.raises(ConflictError, match="station_contested"):
        decide(records, "paslon_1", "001")
    sound(records)
    settle(records, conflict_of(records, receipt.sha256), "keep")
    assert sums(records, STATION[:10]) == before
    sound(records)
    again = deliver(records, pages[1:2], "joko", OTHER)
    assert again[0].outcome == "conflict"
    assert sums(records, STATION[:10]) == before
    settle(records, conflict_of(records, receipt.sha256), "move", OTHER)
    assert sums(records, OTHER[:10])["paslon_1"] == before["paslon_1"]
    assert "paslon_1" not in sums(records, STATION[:10])
    sound(records)


def test_a_page_that_is_read_while_it_is_contested_does_not_count(
    records: Records, reader: Reader, samples: Path
) -> None:
    page = files(samples, STATION)[1:2]
    deliver(records, page, "iwan", OTHER)
    (late,) = deliver(records, page, "ani", STATION)
    Worker(records, reader, "test").drain()
    assert "paslon_1" not in sums(records, OTHER[:10])
    settle(records, conflict_of(records, late.sha256), "move", STATION)
    assert sums(records, STATION[:10])["paslon_1"] == 132
    sound(records)


def test_pages_that_contradict_page_1_ask_whether_it_is_of_this_station(
    records: Records, reader: Reader, samples: Path
) -> None:
    deliver(records, [files(samples, OTHER)[0], *files(samples, STATION)[1:]], "ani", STATION)
    Worker(records, reader, "test").drain()
    with records.database.reading() as session:
        document = session.scalars(select(Document)).one()
    (asked,) = [reason for reason in document.reasons if reason["code"] == "pages_disagree"]
    assert "page 1 of this polling station" in asked["message"]


def test_watching_a_folder_says_a_conflict_and_leaves_with_a_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHASIL_HOME", str(tmp_path / "home"))
    folder, done, failed = (tmp_path / name for name in ("in", "done", "failed"))
    for one in (folder, done, failed):
        one.mkdir()
    for station in (HERE, FAR):
        (folder / f"{station}-p1.jpg").write_bytes(jpeg())
    more = ("--station-from-name", "--once", "--settled", 0, "--every", 0.1)
    run = chasil(capsys, "watch", folder, "--done", done, "--failed", failed, *more)
    assert run.code == 3
    assert "known_elsewhere" in run.out
    assert [path.name for path in failed.glob("*.jpg")] == [f"{FAR}-p1.jpg"]

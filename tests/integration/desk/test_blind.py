"""Blind is blind on every way: for whoever holds a number, and for reviewers who may be the next to read it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.db.review_tables import BoxMark, ReviewItem
from api.db.states import AnswerKind, NumberState
from api.db.tables import Decision, Number, Person
from api.db.types import new_id, now
from api.desk.answers import answer_item
from api.documents.answer import Answer
from api.people.actor import Actor, Proof
from api.people.roles import Role
from pipeline.errors import ConflictError
from tests.integration.http.test_app_problems import code_of
from tests.support.desk import SURE
from tests.support.html import tells
from tests.support.scene import HERE, Scene, opened, settings_for

V = "/api/v1"
KINDS = ("second", "gold", "audit")
FIRST, MACHINE = "987", "123"
LEASE = "a" * 32


@dataclass(slots=True)
class Blind:
    """A number that somebody reads blind.

    Attributes:
        scene: The service.
        document: Its document.
        page: Its page.
        item: What the holder has.
        first: Who has read it before.
        holder: Who reads it now.
        other: A reviewer who has not.
        uploader: Who reads nothing.

    """

    scene: Scene
    document: str
    page: str
    item: str
    first: Person
    holder: Person
    other: Person
    uploader: Person

    def ask(self, person: Person, path: str, method: str = "GET", **more: Any) -> Any:
        return self.scene.ask(method, path, self.scene.session(person), **more)


@pytest.fixture(params=KINDS)
def blind(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Blind]:
    with opened(settings_for(tmp_path, database_url)) as scene:
        yield held(scene, request.param)


def held(scene: Scene, kind: str) -> Blind:
    """Let a senior hold a number blind, with the same ink and the same past whatever it is for."""
    document, page = scene.document(HERE)
    first, other = scene.person(Role.REVIEWER), scene.person(Role.REVIEWER)
    holder, uploader = scene.person(Role.REVIEWER, Role.SENIOR), scene.person(Role.UPLOADER)
    item = new_id()
    lease = {"lease": LEASE, "lease_owner": holder.id, "lease_until": now() + timedelta(seconds=90)}
    told: dict[str, Any] = {"document_id": document, "field": "paslon_1", "station": HERE, "harm": 0.0}
    with scene.records.database.writing() as session:
        number = session.get_one(Number, (document, "paslon_1"))
        if kind == "second":
            number.state, number.final, number.final_boxes = NumberState.REVIEW, None, FIRST
        old, new = (
            {"boxes": MACHINE, "value": 123, "state": "review"},
            {"boxes": FIRST, "value": None, "state": "review"},
        )
        about = {"document_id": document, "field": "paslon_1", "person_id": first.id, "order": 1}
        session.add(Decision(id=new_id(), kind="correct", old=old, new=new, **about))
        session.add(ReviewItem(id=item, kind=kind, expected=None if kind == "second" else MACHINE, **told, **lease))
        session.add(BoxMark(page_id=page, field="paslon_1", box=0, mark="1", probability=0.5, rival=7))
    return Blind(scene, document, page, item, first, holder, other, uploader)


def closed(blind: Blind) -> list[str]:
    """Return everything that says anything of the number."""
    document = f"{V}/documents/{blind.document}"
    station, village = HERE, HERE[:10]
    return [
        document,
        f"{document}/readings",
        f"{document}/events",
        f"{document}/numbers/paslon_1",
        f"{V}/tallies/{station}",
        f"{V}/tallies/{village}",
        f"{V}/tallies/{village}/children",
        f"{V}/exports/numbers?region={station}",
        f"{V}/exports/numbers?region={HERE[:4]}",
        f"{V}/exports/kpu/{station}",
        f"/results/{station}",
        f"/results/{village}",
        f"/results/{station}/paslon_1",
        f"/results/{station}/table.csv",
        f"/results/{station}/table.xlsx",
    ]


def test_everything_is_closed_to_whoever_holds_it(blind: Blind) -> None:
    for path in closed(blind):
        answer = blind.ask(blind.holder, path)
        assert answer.status_code == 403, path
        assert not tells(answer.text, FIRST), path
    listed = blind.ask(blind.holder, f"{V}/documents?region={HERE}").json()["documents"]
    assert listed == []
    said = {"kind": "correct", "version": 0, "boxes": "111"}
    decided = blind.ask(blind.holder, f"{V}/documents/{blind.document}/numbers/paslon_1/decisions", "POST", json=said)
    assert code_of(decided) == (403, "held_blind")
    assert blind.ask(blind.holder, f"{V}/review/boxes?mark=1&region={HERE}").json()["boxes"] == []


def lesser_tokens(blind: Blind, person: Person) -> list[dict[str, str]]:
    """Give a reviewer two roles that decide nothing; return the headers of a token for each of these."""
    others = (Role.UPLOADER, Role.AUDITOR)
    with blind.scene.records.database.writing() as session:
        whole = session.get_one(Person, person.id)
        whole.roles = ["reviewer", *others]
    return [blind.scene.token(whole, role)[1] for role in others]


def test_a_token_for_less_than_their_roles_opens_nothing_to_whoever_holds_it(blind: Blind) -> None:
    for headers in lesser_tokens(blind, blind.holder):
        for path in closed(blind):
            answer = blind.scene.ask("GET", path, headers)
            assert answer.status_code == 403, path
            assert not tells(answer.text, FIRST), path


def test_a_token_for_less_than_their_roles_tells_a_reviewer_no_more(blind: Blind) -> None:
    for headers in lesser_tokens(blind, blind.other):
        body = blind.scene.ask("GET", f"{V}/documents/{blind.document}", headers).json()
        assert "paslon_1" not in [number["field"] for number in body["numbers"]]
        assert blind.scene.ask("GET", f"{V}/documents/{blind.document}/readings", headers).status_code == 403


def test_it_is_not_decided_without_its_picture(blind: Blind) -> None:
    path = f"{V}/review/items/{blind.item}"
    version = blind.ask(blind.holder, path).json()["version"]
    for seen in (None, {"cut": '"x"', "at": "2026-11-30T00:00:00Z"}):
        said = {"kind": "correct", "lease": LEASE, "version": version, "boxes": "111", "seen": seen}
        answer = blind.ask(blind.holder, f"{path}/decision", "POST", json=said)
        assert code_of(answer) == (422, "cut_unseen")
    assert blind.ask(blind.holder, path).json()["version"] == version


def test_it_is_open_again_when_it_is_given_back(blind: Blind) -> None:
    assert blind.ask(blind.holder, f"{V}/review/release", "POST", json={"lease": LEASE}).status_code == 200
    assert blind.ask(blind.holder, f"{V}/documents/{blind.document}").status_code == 200


def test_reviewers_who_have_not_read_it_do_not_see_it(blind: Blind) -> None:
    document = f"{V}/documents/{blind.document}"
    whole = blind.ask(blind.other, document)
    assert (whole.status_code, whole.json()["numbers"]) == (200, [])
    assert not tells(whole.text, FIRST)
    for path in (f"{document}/numbers/paslon_1", f"{document}/readings", f"{document}/events"):
        assert code_of(blind.ask(blind.other, path)) == (403, "number_blind")
    assert blind.ask(blind.other, f"{V}/review/boxes?mark=1&region={HERE}").json()["boxes"] == []


def test_who_has_read_it_and_who_reads_nothing_see_it(blind: Blind) -> None:
    for person in (blind.first, blind.uploader):
        answer = blind.ask(person, f"{V}/documents/{blind.document}")
        assert [number["field"] for number in answer.json()["numbers"]] == ["paslon_1"]
        assert tells(answer.text, MACHINE)
        assert blind.ask(person, f"{V}/documents/{blind.document}/numbers/paslon_1").status_code == 200


def test_a_blind_item_leads_to_its_ink_alone(blind: Blind) -> None:
    answer = blind.ask(blind.holder, f"{V}/review/items/{blind.item}")
    body = answer.json()
    assert (body["kind"], body["document"], body["page"]) == ("blind", None, None)
    assert set(body["links"]) == {"self", "decision", "cut", "page"}
    for hidden in (blind.document, blind.page, FIRST, MACHINE):
        assert not tells(answer.text, hidden)
    assert blind.ask(blind.holder, body["links"]["page"]).status_code == 200
    for person in (blind.other, blind.first):
        assert blind.ask(person, body["links"]["page"]).status_code == 404
        assert blind.ask(person, body["links"]["cut"]).status_code == 404


def test_nothing_tells_what_a_blind_item_is_for(database_url: str, tmp_path: Path) -> None:
    with opened(settings_for(tmp_path, database_url)) as scene:
        shown = []
        for kind in KINDS:
            made = _another(scene, kind)
            body = made.ask(made.holder, f"{V}/review/items/{made.item}").json()
            version = body.pop("version")
            with scene.records.database.reading() as session:
                assert version != session.get_one(Number, (made.document, "paslon_1")).version
            assert set(body["ink"]) == {
                "original",
                "page",
                "field",
            }  # which photograph, as `station` says of which station
            own = ("id", "links", "leased_until", "station", "ink")
            told = {name: value for name, value in body.items() if name not in own}
            shown.append(told)
    assert shown[0] == shown[1] == shown[2]


def _another(scene: Scene, kind: str) -> Blind:
    station = f"31710100010{10 + KINDS.index(kind)}"
    document, page = scene.document(station)
    holder = scene.person(Role.REVIEWER)
    item = new_id()
    lease = {"lease": LEASE, "lease_owner": holder.id, "lease_until": now() + timedelta(seconds=90)}
    with scene.records.database.writing() as session:
        number = session.get_one(Number, (document, "paslon_1"))
        number.version = 1 + KINDS.index(kind)
        told: dict[str, Any] = {"document_id": document, "field": "paslon_1", "station": station}
        session.add(ReviewItem(id=item, kind=kind, expected=MACHINE, **told, **lease))
    return Blind(scene, document, page, item, holder, holder, holder, holder)


def test_the_sign_of_a_version_is_what_a_decision_sends_back(blind: Blind) -> None:
    body = blind.ask(blind.holder, f"{V}/review/items/{blind.item}").json()
    roles = frozenset({Role.REVIEWER, Role.SENIOR})
    actor = Actor(blind.holder.id, "x", roles, "3171", Proof.SESSION)
    records = blind.scene.records
    for wrong in (body["version"] + 1, body["version"] - 1):
        with pytest.raises(ConflictError, match="number_changed"), records.database.writing() as session:
            answer_item(session, records, actor, SURE, blind.item, LEASE, Answer(AnswerKind.CORRECT, wrong, "123"))
    with records.database.writing() as session:
        right = Answer(AnswerKind.CORRECT, body["version"], "123")
        assert answer_item(session, records, actor, SURE, blind.item, LEASE, right).settled is None

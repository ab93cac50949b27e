"""The clock is set back: pages are read all the same, nobody stays logged in longer or is shut out, the chain holds."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from api.core.context import Records
from api.db.log_tables import Event
from api.db.tables import Page
from api.people.roles import Role
from api.people.throttle import ACCOUNT
from api.verification.verify import verify
from api.workers.claims import claim
from tests.faults.clock import set_clock
from tests.support.history import decide, read, received
from tests.support.scene import PASSWORD, Scene

DAY = timedelta(days=1)
STATION = "1101012001001"


def test_pages_that_waited_or_were_held_are_taken_though_it_is_yesterday(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    with records.database.writing() as session:
        for index in range(2):
            received(session, records.originals, f"110101200100{index + 1}", b"ink %d" % index)
    held = claim(records, "a worker that dies")
    assert held is not None
    set_clock(monkeypatch, -DAY)
    taken = {page.id for page in (claim(records, "another"), claim(records, "another")) if page is not None}
    assert len(taken) == 2
    assert held.id in taken


def test_a_lease_holds_while_clocks_differ_a_little(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    with records.database.writing() as session:
        received(session, records.originals, STATION, b"ink")
    assert claim(records, "a worker") is not None
    set_clock(monkeypatch, -timedelta(minutes=5))
    assert claim(records, "another") is None


def test_a_session_does_not_live_a_day_longer(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = scene.session(scene.person(Role.REVIEWER, name="siti", password=PASSWORD))
    assert scene.ask("GET", "/api/v1/documents", headers).status_code == 200
    set_clock(monkeypatch, -DAY)
    assert scene.ask("GET", "/api/v1/documents", headers).status_code == 401
    answer = scene.ask("POST", "/api/v1/session", json={"name": "siti", "password": PASSWORD})
    assert answer.status_code == 200


def test_failed_logins_shut_nobody_out_until_the_clock_is_where_it_was(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.person(Role.REVIEWER, name="siti", password=PASSWORD)
    for _ in range(ACCOUNT.free + 3):
        scene.ask("POST", "/api/v1/session", json={"name": "siti", "password": "salah sama sekali"})
    assert scene.ask("POST", "/api/v1/session", json={"name": "siti", "password": PASSWORD}).status_code == 429
    set_clock(monkeypatch, -DAY)
    assert scene.ask("POST", "/api/v1/session", json={"name": "siti", "password": PASSWORD}).status_code == 200


def test_the_chain_keeps_its_order_and_is_verified(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    with records.database.writing() as session:
        document, page = received(session, records.originals, STATION, b"ink")
        read(session, document, page, {"paslon_1": ("review", 12)})
    set_clock(monkeypatch, -DAY)
    with records.database.writing() as session:
        again = session.get_one(type(document), document.id)
        decide(session, again, "paslon_1", 13)
        session.flush()
    with records.database.reading() as session:
        moments = [(link.kind, link.at) for link in session.scalars(select(Event).order_by(Event.seq))]
        assert session.get(Page, page.id) is not None
    assert moments[-1][0] == "number_decided"
    assert moments[-1][1] < moments[0][1]
    assert [reason.code for reason in verify(records)] == []

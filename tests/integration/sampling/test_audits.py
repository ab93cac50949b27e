"""An audit from the draw to its verdict: blind, settled by people, on record, with an alarm where it fails."""

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from api.core.context import Records
from api.db.log_tables import Event
from api.db.review_tables import Alarm, ReviewAudit, ReviewItem
from api.db.tables import Document, Number
from api.documents.decide import hold_back, threshold_now
from api.ledger.append import record_event
from api.ledger.log import newest_checkpoint
from api.ledger.sequencer import open_signer, sequence_all
from api.people.roles import Role
from api.sampling.alarms import clear, raised
from api.sampling.draw import draw_audit
from api.sampling.lottery import METHOD, drawn
from api.sampling.threshold import raise_threshold, redecide_below
from api.sampling.verdict import AuditVerdict, statement_of, verdict_of
from pipeline.errors import ConflictError, MissingError, UsageError
from tests.support.desk import (
    ANI,
    BUDI,
    CITRA,
    SURE,
    answer,
    document,
    number_of,
    open_kinds,
    person,
    station_of,
    take,
)

ACCEPTED = {"accepted": True}


def draw(records: Records, size: int, target: float = 0.01, region: str = "0") -> str:
    with records.database.writing() as session:
        return draw_audit(session, "aud", region, size, 1, target, 0.95).id


def told(records: Records, audit: str) -> AuditVerdict:
    with records.database.reading() as session:
        return verdict_of(session, session.get_one(ReviewAudit, audit))


@pytest.fixture
def accepted(records: Records) -> Records:
    """Return 30 accepted numbers in two regencies, and two that wait."""
    with records.database.writing() as session:
        for index in range(10):
            regency = "3171" if index < 6 else "3173"
            fields = {name: dict(ACCEPTED) for name in ("paslon_1", "paslon_2", "paslon_3")}
            document(session, records, station_of(index, regency), fields)
        document(session, records, station_of(20), {"paslon_1": {}, "paslon_2": {}})
    return records


def test_a_sample_is_blind_stratified_and_can_be_drawn_again(accepted: Records) -> None:
    audit = draw(accepted, 10, region="31")
    verdict = told(accepted, audit)
    assert (verdict.drawn, verdict.read, verdict.open) == (10, 0, 10)
    strata = {part.region: (part.population, part.drawn) for part in verdict.strata}
    assert strata == {"3171": (18, 6), "3173": (12, 4)}
    with accepted.database.reading() as session:
        order = (Document.station, Number.document_id, Number.field)
        known = select(Number.document_id, Number.field).join(Document, Document.id == Number.document_id)
        keys = session.execute(known.where(Number.state == "accepted").order_by(*order)).all()
        wanted = {tuple(key) for key in drawn(keys, "/".join, 30, 10, "1")}
        items = session.execute(select(ReviewItem.document_id, ReviewItem.field).where(ReviewItem.kind == "audit"))
        assert {tuple(row) for row in items} == wanted
        event = session.scalars(select(Event).where(Event.kind == "audit_drawn")).one()
        assert (event.body["seed"], event.body["population"], event.body["size"]) == (1, 30, 10)
        assert event.body["method"] == METHOD


def test_a_seed_that_was_made_after_a_checkpoint_draws_from_what_that_holds(accepted: Records, tmp_path: Path) -> None:
    """Whoever knows the seed can add nothing to what is drawn from, nor have a document decided anew to suit."""
    signer = open_signer(accepted.database, tmp_path / "log-key.pem")
    sequence_all(accepted.database, signer)
    with accepted.database.reading() as session:
        known = newest_checkpoint(session)
        assert known is not None
        again = session.scalars(select(Document.id).where(Document.station == station_of(0, "3171"))).one()
    for sequenced in (True, False):  # in a later checkpoint, and in none yet
        with accepted.database.writing() as session:
            fields = {name: dict(ACCEPTED) for name in ("paslon_1", "paslon_2", "paslon_3")}
            late = document(session, accepted, station_of(30 + sequenced, "3171"), fields)
            for one in (late, again):
                record_event(session, "document_decided", "program", f"document:{one}", {"document": one})
        if sequenced:
            sequence_all(accepted.database, signer)
    with accepted.database.writing() as session:
        audit = draw_audit(session, "aud", "0", 100, 7, 0.01, 0.95, known.size)
        assert (audit.population, audit.size) == (27, 27)
        drawn = set(session.scalars(select(ReviewItem.document_id).where(ReviewItem.audit_id == audit.id)))
        assert len(drawn) == 9
        assert not drawn & {late, again}
    with accepted.database.writing() as session:
        event = session.scalars(select(Event).where(Event.kind == "audit_drawn")).one()
        assert event.body["checkpoint"] == {"size": known.size, "root": known.root}
        assert event.body["seed_after_checkpoint"]
        assert json.loads(event.leaf)["body"]["seed_after_checkpoint"]
        assert draw_audit(session, "aud", "0", 100, 7, 0.01, 0.95).population == 36
        with pytest.raises(ConflictError, match="audit_checkpoint_unknown"):
            draw_audit(session, "aud", "0", 100, 7, 0.01, 0.95, known.size + 10_000)


def test_reading_what_was_accepted_leaves_the_number_alone(accepted: Records) -> None:
    audit = draw(accepted, 5)
    _, items = take(accepted, ANI, 10, form="c-hasil-ppwp-2024")
    sampled = [item for item in items if item.kind == "audit"]
    assert len(sampled) == 5  # after the two that wait
    for item in sampled:
        assert answer(accepted, ANI, item, "123").settled is None
        assert number_of(accepted, item).state == "accepted"
    verdict = told(accepted, audit)
    assert (verdict.read, verdict.wrong, verdict.open) == (5, 0, 0)
    assert verdict.at_most == pytest.approx(1 - 0.05 ** (1 / 5))
    assert verdict.needed_if_none == 299
    assert verdict.needed == 294
    with accepted.database.reading() as session:
        said = statement_of(session.get_one(ReviewAudit, audit), verdict)
    assert "4507 of 10,000" in said.en
    assert "Dengan keyakinan 95 %" in said.id


def test_a_number_that_is_read_otherwise_counts_as_wrong_until_people_settle_it(accepted: Records) -> None:
    audit = draw(accepted, 1)
    (item,) = [one for one in take(accepted, ANI, 3)[1] if one.kind == "audit"]
    answer(accepted, ANI, item, "128")
    assert number_of(accepted, item).state == "review"
    assert "second" in open_kinds(accepted, item.document_id)
    assert told(accepted, audit).wrong == 1
    second = next(one for one in take(accepted, BUDI, 10)[1] if one.kind == "second")
    answer(accepted, BUDI, second, "123")  # what the machine read
    eka = person("eka", Role.SENIOR)
    senior = next(one for one in take(accepted, eka, 10)[1] if one.kind == "senior")
    assert told(accepted, audit).wrong == 1
    answer(accepted, eka, senior, "123")
    assert told(accepted, audit).wrong == 0
    assert number_of(accepted, item).final == 123


def test_an_audit_that_fails_raises_an_alarm_once(accepted: Records) -> None:
    audit = draw(accepted, 5, target=1e-4)
    items = [item for item in take(accepted, ANI, 10)[1] if item.kind == "audit"]
    answer(accepted, ANI, items[0], "128")
    answer(accepted, ANI, items[1], "129")
    verdict = told(accepted, audit)
    assert verdict.verdict == "failed"
    with accepted.database.writing() as session:
        (alarm,) = raised(session)
        assert (alarm.code, alarm.subject) == ("audit_failed", f"audit:{audit}")
        clear(session, alarm.id, "aud")
        assert raised(session) == []
        with pytest.raises(MissingError, match="alarm_missing"):
            clear(session, alarm.id, "aud")
        assert session.scalar(select(func.count()).select_from(Alarm)) == 1


def test_audits_are_mixed_in_by_their_share_while_other_work_waits(accepted: Records) -> None:
    draw(accepted, 5)
    _, items = take(accepted, CITRA, 2, SURE)
    assert {item.kind for item in items} == {"review"}


def test_there_must_be_something_to_draw(records: Records) -> None:
    with pytest.raises(ConflictError, match="audit_nothing"):
        draw(records, 5)


def test_a_higher_threshold_sends_what_is_below_it_to_review(accepted: Records) -> None:
    with accepted.database.writing() as session:
        stored = accepted.threshold
        with pytest.raises(UsageError, match="threshold_lower"):
            raise_threshold(session, stored, stored / 2, "adm")
        raise_threshold(session, stored, 0.99995, "adm")
        assert threshold_now(session, stored) == 0.99995
        number = session.scalars(select(Number).where(Number.state == "accepted")).first()
        assert number is not None
        hold_back(session, number.document_id, [number], stored)
        assert (number.state, number.final, number.reasons[-1]["code"]) == ("review", None, "number_unsure")
        session.rollback()
    assert redecide_below(accepted, 0.5) == 0

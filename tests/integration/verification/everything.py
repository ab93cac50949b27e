"""A service on which everything has happened that writes rows: every table has some, put there by its own functions."""

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.administration.elections import ElectionChange, change_election
from api.core.context import Records
from api.db.key_tables import PersonKey
from api.db.review_tables import ReviewAudit, ReviewItem
from api.db.states import AnswerKind
from api.db.tables import Document, Number, Page, Person
from api.db.types import now
from api.desk.answers import answer_item
from api.desk.corners import give_corners
from api.desk.gold import add_gold
from api.desk.policy import Policy
from api.desk.queue import Filters, claim
from api.documents.answer import Answer
from api.documents.filing import move_document
from api.documents.receive import Delivery, receive
from api.ledger.sequencer import open_signer, sequence_all
from api.people.accounts import create_person
from api.people.actor import Actor, Proof, actor_of
from api.people.personal_keys import revoke_key
from api.people.roles import Role
from api.people.sessions import begin_session
from api.people.throttle import record_attempt
from api.people.tokens import create_token, revoke_token
from api.publication.importing import Given, import_published
from api.publication.refreshing import refresh_all
from api.regions.import_list import import_regions
from api.sampling.alarms import clear, raise_alarm
from api.sampling.draw import draw_audit
from api.sampling.threshold import raise_threshold
from api.workers.read_page import read_next
from pipeline.decision.number import number_posteriors
from pipeline.documents import Limits, RejectedPage
from pipeline.documents import Page as OpenPage
from pipeline.evidence import NumberEvidence
from pipeline.reading import FieldReading, ModelReading, Outcome, PageReading
from pipeline.reasons import Reason
from pipeline.recognition.digits import CLASSES
from tests.support.samples import jpeg
from tests.support.signing import Pen, signing

FORM, STATIONS, ELSEWHERE = "c-hasil-ppwp-2024", ("1101012001001", "1101012001002"), "1101012001003"
REGIONS = """kode;nama;tps
11;ACEH;
1101;ACEH SELATAN;
110101;BAKONGAN;
1101012001;KEUDE BAKONGAN;3
"""
SURE = Policy(second_share=0, gold_share=0, audit_share=0)
BLIND = Policy(second_share=1, gold_share=0, audit_share=0)
WIDE = 400
"""Pixels of a picture on which no sheet is found."""

READ = {
    "paslon_1": ("123", 0.9999999),
    "paslon_2": ("045", 0.6),
    "paslon_3": ("067", 0.6),
}


class FixedReader:
    """Reads the same of every page, in distributions that make sure and unsure numbers."""

    def __init__(self) -> None:
        self.limits = Limits()

    def read_page(self, opened: OpenPage | RejectedPage, _sheet: object = None) -> PageReading:
        """Read a page; one that is very wide has no sheet."""
        if isinstance(opened, RejectedPage) or opened.source.width >= WIDE:
            reason = Reason("no_ruled_sheet")
            return PageReading(opened.document, opened.source, Outcome.REJECTED, reasons=(reason,))
        region = ((10.0, 10.0), (60.0, 10.0), (60.0, 30.0), (10.0, 30.0))
        doubt = Reason("number_unsure", {"boxes": "123", "seen": 91.0, "limit": 99.9})
        fields = {
            name: FieldReading(int(boxes), boxes, sure, Outcome.REVIEW, (doubt,), {}, region, (region,) * 3)
            for name, (boxes, sure) in READ.items()
        }
        evidence = {
            name: NumberEvidence(number_posteriors([_marks(boxes, sure)])[0]) for name, (boxes, sure) in READ.items()
        }
        return PageReading(
            opened.document, opened.source, Outcome.REVIEW, form=FORM, form_page=2, fields=fields, evidence=evidence,
            model=ModelReading("fake", "0" * 64),
        )  # fmt: skip


def _marks(text: str, sure: float) -> NDArray[np.float64]:
    rows = np.full((len(text), len(CLASSES)), (1 - sure) / (len(CLASSES) - 1))
    rows[range(len(text)), [CLASSES.index(mark) for mark in text]] = sure
    return rows


def read_all(records: Records) -> None:
    while read_next(records, FixedReader(), "test") is not None:  # type: ignore[arg-type]
        pass


def happen(records: Records, folder: Path) -> None:
    """Let everything happen, and put it into the log."""
    people = people_of(records)
    pens = _keys(records, people)
    (folder / "regions.csv").write_text(REGIONS, encoding="utf-8")
    import_regions(records.database, folder / "regions.csv", people["admin"].id)
    with records.database.writing() as session:
        wanted = ElectionChange(title_id="Pilpres", pairs={"paslon_1": "A"})
        change_election(session, people["admin"].id, "ppwp-2024", wanted)
    for index, station in enumerate(STATIONS):
        upload = (f"{station}.jpg", jpeg(width=200 + index))
        receive(records, [upload], Delivery(people["ani"].id, station=station), Limits())
    receive(records, [("lebar.jpg", jpeg(width=WIDE))], Delivery(people["ani"].id, station=STATIONS[0]), Limits())
    read_all(records)
    _published(records, people["admin"], folder)
    _review(records, people, pens)
    _sampling(records, people)
    with records.database.writing() as session:
        page = session.scalars(select(Page.id).where(Page.state == "rejected")).one()
        points = [(1.0, 1.0), (90.0, 1.0), (90.0, 55.0), (1.0, 55.0)]
        give_corners(session, records, page, people["ani"].id, FORM, 2, points)
    read_all(records)
    with records.database.writing() as session:
        document = session.scalars(select(Document).where(Document.station == STATIONS[1])).one()
        move_document(session, records, document, ELSEWHERE, None, people["citra"].id, "salah TPS")
    again = [(f"{STATIONS[0]}.jpg", jpeg(width=200))]  # the same bytes, said to be of another station
    receive(records, again, Delivery(people["ani"].id, station=STATIONS[1]), Limits())
    refresh_all(records)
    sequence_all(records.database, open_signer(records.database, folder / "log-key.pem"))


def _published(records: Records, admin: Actor, folder: Path) -> None:
    """Import published figures, and others in their place."""
    for name, figure in (("pertama", 124), ("kedua", 125)):
        chart = {"1": figure, "2": 45, "3": 67}
        file = folder / f"{name}.json"
        stations = {station: {"chart": chart, "ts": "2024-02-15 09:00:00"} for station in STATIONS}
        file.write_text(json.dumps({**stations, ELSEWHERE: {"chart": {"1": 9}}, "x": {}}), encoding="utf-8")
        import_published(records, file, Given(f"{name}.json", admin.id, "ppwp-2024", taken_at="2024-02-15"), folder)


def people_of(records: Records) -> dict[str, Actor]:
    """Make a person of every role; return who they are, by name."""
    roles = {
        "admin": Role.ADMIN, "ani": Role.UPLOADER, "budi": Role.REVIEWER, "dewi": Role.REVIEWER, "citra": Role.SENIOR,
        "eka": Role.AUDITOR,
    }  # fmt: skip
    found: dict[str, Actor] = {}
    for name, role in roles.items():
        with records.database.writing() as session:
            actor = found["admin"].id if found else "local"
            person = create_person(
                session, actor, name, [role], "0" if role is Role.ADMIN else "11", subject=f"s-{name}"
            )
            found[name] = actor_of(person, Proof.SESSION, "")
    with records.database.writing() as session:
        admin = session.get_one(Person, found["admin"].id)
        kept, _ = create_token(session, admin.id, admin, "cadangan", 30, [Role.ADMIN], now())
        ended, _ = create_token(session, admin.id, admin, "lama", 30, [], now())
        assert kept
        revoke_token(session, admin.id, ended, now() + timedelta(seconds=1))
        begin_session(session, admin, now())
        record_attempt(session, "admin", "127.0.0.1", now())
    return found


def _keys(records: Records, people: dict[str, Actor]) -> dict[str, Pen]:
    """Let a reviewer sign with a key that an administrator's own vouches for; another key waits, and one was lost."""
    with records.database.writing() as session:
        admin = signing(session, people["admin"].id)
    pens = {name: Pen(people[name].id) for name in ("budi", "citra", "eka")}
    for pen in pens.values():
        with records.database.writing() as session:
            pen.enrol(session)
    for name in ("budi", "eka"):
        with records.database.writing() as session:
            admin.confirms(session, pens[name])
    with records.database.writing() as session:
        revoke_key(session, people["eka"].id, session.get_one(PersonKey, pens["eka"].id))
    return pens


def answer_one(
    records: Records, actor: Actor, policy: Policy, boxes: str, count: int = 1, pen: Pen | None = None
) -> None:
    """Let a person take an item and read it so."""
    with records.database.writing() as session:
        lease, items = claim(session, actor, policy, count, Filters())
    assert items
    for item in items:
        with records.database.writing() as session:
            number = session.get_one(Number, (item.document_id, item.field))
            signed = pen.decides(session, number, boxes) if pen else None
            given = Answer(
                AnswerKind.CORRECT, number.version, boxes=boxes, comment="terbaca", seconds=2.5, signed=signed
            )
            answer_item(session, records, actor, policy, item.id, lease, given)


def _review(records: Records, people: dict[str, Actor], pens: dict[str, Pen]) -> None:
    answer_one(records, people["budi"], SURE, "045", pen=pens["budi"])
    answer_one(records, people["budi"], BLIND, "067", pen=pens["budi"])
    answer_one(records, people["dewi"], BLIND, "067")
    answer_one(records, people["budi"], BLIND, "045", pen=pens["budi"])  # and nobody has read it a second time
    with records.database.writing() as session:
        number = session.scalars(select(Number).where(Number.state == "reviewed")).first()
        assert number is not None
        add_gold(session, number.document_id, number.field, number.final_boxes, people["citra"].id, "imported")


def _sampling(records: Records, people: dict[str, Actor]) -> None:
    with records.database.writing() as session:
        audit = draw_audit(session, people["eka"].id, "11", 2, 7, 0.01, 0.95)
    _audited(records, people["dewi"], audit)
    with records.database.writing() as session:
        alarm = raise_alarm(session, "audit_failed", f"audit:{audit.id}", {"region": "11"})
        raise_alarm(session, "audit_failed", "audit:other", {"region": "11"})
        session.flush()
        clear(session, alarm.id, people["eka"].id)
    with records.database.writing() as session:
        raise_threshold(session, records.threshold, (1 + records.threshold) / 2, people["admin"].id)


def _audited(records: Records, actor: Actor, audit: ReviewAudit) -> None:
    """Let a person read one item of an audit, and leave the other."""
    with records.database.writing() as session:
        item = _item(session, audit.id)
        item.lease, item.lease_owner, item.lease_until = "f" * 32, actor.id, now() + timedelta(minutes=5)
        number = session.get_one(Number, (item.document_id, item.field))
        session.flush()
        given = Answer(AnswerKind.CONFIRM, number.version, boxes=number.boxes, seconds=1.0)
        answer_item(session, records, actor, SURE, item.id, "f" * 32, given)


def _item(session: Session, audit: str) -> ReviewItem:
    asked = select(ReviewItem).where(ReviewItem.audit_id == audit).order_by(ReviewItem.place)
    return session.scalars(asked).all()[0]

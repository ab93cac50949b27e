"""Numbers that wait, and people who read them, without a page or a network."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.review_tables import ReviewItem
from api.db.tables import Document, Election, Number, Original, Page
from api.desk.answers import Answered, answer_item
from api.desk.policy import Policy
from api.desk.queue import Filters, claim
from api.documents.answer import Answer
from api.documents.decide import refresh
from api.people.actor import Actor, Proof
from api.people.roles import Role
from api.regions.codes import ensure

FORM, ELECTION = "c-hasil-ppwp-2024", "ppwp-2024"
STATION = "3171010001001"
SURE = Policy(second_share=0, gold_share=0, audit_share=0)
"""A policy that leaves nothing to chance."""


def person(name: str, *roles: Role, scope: str = "0") -> Actor:
    return Actor(name, name, frozenset(roles or (Role.REVIEWER,)), scope, Proof.SESSION)


ANI, BUDI, CITRA = person("ani"), person("budi"), person("citra")
DEWI = person("dewi", Role.SENIOR)


def station_of(index: int, regency: str = "3171") -> str:
    return f"{regency}01{index // 900 + 1:04d}{index % 900 + 1:03d}"


def document(session: Session, records: Records, station: str, numbers: dict[str, dict[str, Any]]) -> str:
    """Put a document with one page and these numbers on record; what is not said of a number waits as 123."""
    ensure(session, station)
    if session.get(Election, ELECTION) is None:
        session.add(Election(id=ELECTION, form_id=FORM, title_id="Pilpres", title_en="President"))
    original, made, page = uuid4().hex * 2, uuid4().hex, uuid4().hex
    session.add(Original(sha256=original, size=1, media_type="image/jpeg"))
    row = Document(id=made, election_id=ELECTION, station=station, name=station, form_id=FORM, created_by="x")
    session.add(row)
    session.flush()
    name = f"{station}.jpg"
    session.add(
        Page(id=page, document_id=made, original=original, number=1, file_name=name, state="read", uploaded_by="x")
    )
    session.flush()
    session.add_all(number_row(made, page, field, **said) for field, said in numbers.items())
    session.flush()
    refresh(session, records, row)
    return made


def number_row(document_id: str, page: str, field: str, **said: Any) -> Number:
    value, accepted = said.pop("value", 123), said.pop("accepted", False)
    boxes = "###" if value is None else f"{value:03d}"
    usual: dict[str, Any] = {
        "value": value,
        "boxes": boxes,
        "confidence": 0.9999 if accepted else 0.6,
        "outcome": "accepted" if accepted else "review",
        "state": "accepted" if accepted else "review",
        "final": value if accepted else None,
        "final_boxes": boxes,
        "reasons": [] if accepted else [reason("number_unsure")],
    }
    return Number(document_id=document_id, field=field, page_id=page, **{**usual, **said})


def reason(code: str) -> dict[str, Any]:
    return {"code": code, "message": code, "translations": {"id": code}}


def take(
    records: Records, actor: Actor, count: int = 1, policy: Policy = SURE, **filters: Any
) -> tuple[str, list[ReviewItem]]:
    with records.database.writing() as session:
        return claim(session, actor, policy, count, Filters(**filters))


def take_one(records: Records, actor: Actor) -> ReviewItem:
    _, items = take(records, actor, 1)
    assert len(items) == 1
    return items[0]


def number_of(records: Records, item: ReviewItem) -> Number:
    with records.database.reading() as session:
        return session.get_one(Number, (item.document_id, item.field))


def answer(
    records: Records, actor: Actor, item: ReviewItem, boxes: str = "", policy: Policy = SURE, **more: Any
) -> Answered:
    """Answer an item with boxes, or otherwise where `kind` is given."""
    seen = number_of(records, item).version
    lease = more.pop("lease", item.lease or "")
    given = Answer(**{"kind": "correct", "version": seen, "boxes": boxes, **more})
    with records.database.writing() as session:
        return answer_item(session, records, actor, policy, item.id, lease, given)


def open_kinds(records: Records, document_id: str) -> Sequence[str]:
    with records.database.reading() as session:
        rows = session.query(ReviewItem).filter_by(document_id=document_id, state="open").order_by(ReviewItem.field)
        return [row.kind for row in rows]


@contextmanager
def writing(records: Records) -> Iterator[Session]:
    with records.database.writing() as session:
        yield session


def one_waiting(records: Records, **said: Any) -> str:
    """Put one document with one number that waits on record."""
    with records.database.writing() as session:
        return document(session, records, STATION, {"paslon_1": said})


def seconds_always() -> Policy:
    return replace(SURE, second_share=1.0)

"""Many reviewers at once: who claim, read, sometimes vanish, and go on until nothing waits."""

import random
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.review_tables import ReviewAnswer, ReviewItem
from api.db.states import AnswerKind, ItemState
from api.db.tables import Number
from api.db.types import now
from api.desk.answers import answer_item
from api.desk.policy import Policy
from api.desk.queue import LEASE, Filters, claim
from api.documents.answer import Answer
from api.people.actor import Actor
from api.people.roles import Role
from pipeline.errors import ConflictError
from tests.support.desk import document, person, station_of

FIELDS = ("paslon_1", "paslon_2", "paslon_3")
IDLE = 40
"""Claims in a row that give nothing, after which a reviewer goes home."""


@dataclass(slots=True)
class Crowd:
    """What a crowd has done: answers by item, and how many leases were let go."""

    answers: Counter[str] = field(default_factory=Counter)
    vanished: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, item: str) -> None:
        with self.lock:
            self.answers[item] += 1


def fill(records: Records, items: int) -> None:
    """Put so many waiting numbers on record, three a document."""
    with records.database.writing() as session:
        for index in range(-(-items // len(FIELDS))):
            left = min(len(FIELDS), items - index * len(FIELDS))
            numbers = {name: {"confidence": 0.5 + 0.4 * (index % 7) / 7} for name in FIELDS[:left]}
            document(session, records, station_of(index, "3171" if index % 2 else "3173"), numbers)


def crew_of(count: int) -> list[Actor]:
    """Return reviewers; three are seniors, so that one is left wherever two of them have read a number."""
    return [person(f"r{index}", *((Role.SENIOR,) if index < 3 else (Role.REVIEWER,))) for index in range(count)]


def work(records: Records, crew: Sequence[Actor], policy: Policy) -> Crowd:
    """Let everybody work until nothing waits."""
    crowd = Crowd()
    with ThreadPoolExecutor(len(crew)) as pool:
        for done in [pool.submit(_shift, records, one, policy, crowd, at) for at, one in enumerate(crew, start=1)]:
            done.result()
    return crowd


def _shift(records: Records, actor: Actor, policy: Policy, crowd: Crowd, seed: int) -> None:
    rng = random.Random(seed)
    mine = replace(policy, chance=rng.random)
    lease, idle = None, 0
    while idle < IDLE:
        with records.database.writing() as session:
            lease, items = claim(session, actor, mine, rng.randint(1, 10), Filters(), lease)
        idle = 0 if items else idle + 1
        if not items:
            threading.Event().wait(0.01)
        if items and rng.random() < 0.05:
            _vanish(records, crowd, items)
            continue
        for item in items:
            _read(records, actor, mine, crowd, item, rng)


def _vanish(records: Records, crowd: Crowd, items: Sequence[ReviewItem]) -> None:
    """Leave a desk with its items; time runs out at once, so that the test need not wait."""
    with records.database.writing() as session:
        held = (ReviewItem.id.in_([item.id for item in items]), ReviewItem.state == "open")
        session.execute(update(ReviewItem).where(*held).values(lease_until=now() - LEASE))
    with crowd.lock:
        crowd.vanished += len(items)


def _read(records: Records, actor: Actor, policy: Policy, crowd: Crowd, item: ReviewItem, rng: random.Random) -> None:
    try:
        with records.database.writing() as session:
            seen = session.get_one(Number, (item.document_id, item.field)).version
            boxes = "129" if rng.random() < 0.1 else "123"
            answer = Answer(AnswerKind.CORRECT, seen, boxes)
            answer_item(session, records, actor, policy, item.id, str(item.lease), answer)
        crowd.answered(item.id)
    except ConflictError as error:
        if error.code not in ("review_lease_lost", "review_item_ended"):
            raise


def check(session: Session, crowd: Crowd, items: int) -> None:
    """Check that every number was settled, every item answered once, and no number read twice by one person."""
    states = Counter(session.scalars(select(Number.state)))
    assert states == {"reviewed": items}, states
    assert Counter(session.scalars(select(ReviewItem.state)))[ItemState.OPEN] == 0
    assert set(crowd.answers.values()) <= {1}
    kept = session.scalars(select(ReviewAnswer)).all()
    assert Counter(answer.item_id for answer in kept) == crowd.answers
    twice = Counter((answer.document_id, answer.field, answer.person_id) for answer in kept)
    assert set(twice.values()) == {1}
    settled = session.scalars(select(ReviewItem).where(ReviewItem.state == "done")).all()
    per_number = Counter((item.document_id, item.field, item.kind) for item in settled)
    assert set(per_number.values()) == {1}

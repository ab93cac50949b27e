"""A service at whose desk numbers wait: those of the sample stations, as if the machine were sure of none."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from api.app import create_app
from api.db.review_tables import ReviewItem
from api.db.tables import Document, Number
from api.db.types import now
from api.people.accounts import create_person
from api.people.roles import Role
from api.people.sessions import COOKIE, begin_session
from api.recording.documents import refresh
from api.records import Records, open_records
from pipeline.marks import value_of
from pipeline.reader import Reader
from tests.service.http import settings_in, working
from tests.service.web.browser import Watched, listening

NAME, PASSWORD = "siti", "empat kata yang panjang"
EVERYTHING: dict[str, Any] = {
    "second_reading_share": 0,
    "gold_share": 0,
    "audit_share": 0,
    "requests_per_second": 10_000,
    "request_burst": 100_000,
}
"""Settings that leave nothing to chance."""

SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifts.push(entry.value);
}).observe({ type: "layout-shift", buffered: true });
"""
"""Takes down everything that moves on a page, also what moves because of a key."""


@dataclass(slots=True)
class Desk:
    """A service with a queue.

    Attributes:
        address: Where it answers.
        records: What it remembers.
        other: A second reviewer, without a browser.

    """

    address: str
    records: Records
    other: httpx.Client

    def log_in(self, watched: Watched) -> None:
        """Log in as the reviewer, through the page."""
        watched.page.add_init_script(SHIFTS)
        watched.go("/login?to=/review")
        watched.page.fill('[name="name"]', NAME)
        watched.page.fill('[name="password"]', PASSWORD)
        watched.page.keyboard.press("Enter")
        watched.page.wait_for_selector("main[data-item]:not([data-item=''])")

    def item(self, item_id: str) -> ReviewItem:
        """Return an item."""
        with self.records.database.reading() as session:
            return session.get_one(ReviewItem, item_id)

    def number(self, item: ReviewItem) -> Number:
        """Return the number of an item as it stands."""
        with self.records.database.reading() as session:
            return session.get_one(Number, (item.document_id, item.field))

    def decide_elsewhere(self, item: ReviewItem, boxes: str) -> None:
        """Let the second reviewer decide a number."""
        about = f"/api/v1/documents/{item.document_id}/numbers/{item.field}/decisions"
        said = {"kind": "correct", "version": self.number(item).version, "boxes": boxes}
        assert self.other.post(about, json=said).status_code == 200


@contextmanager
def waiting(folder: Path, url: str, reader: Reader, samples: Path, **more: Any) -> Iterator[Desk]:
    """Serve a queue of all numbers of the sample stations; `more` are settings."""
    settings = settings_in(folder, url, **{**EVERYTHING, **more})
    with working(settings, reader) as uploader:
        named = [("files", (path.name, path.read_bytes())) for path in sorted(samples.glob("*.jpg"))]
        assert uploader.post("/api/v1/documents", files=named, params={"wait": 120}).status_code == 200
    records = open_records(settings)
    _doubt_everything(records)
    other = _people(records)
    with (
        listening(create_app(reader, settings)) as address,
        httpx.Client(base_url=address, headers=other, timeout=60) as client,
    ):
        yield Desk(address, records, client)
    records.close()


def _doubt_everything(records: Records) -> None:
    """Make every number wait, and every box one that the machine has read."""
    with records.database.writing() as session:
        for number in session.scalars(select(Number)):
            number.state, number.outcome, number.confidence = "review", "review", 0.6
            number.final, number.decision_id = None, None
            number.boxes = number.boxes.replace("#", "0")
            number.value = value_of(number.boxes)
        for document in session.scalars(select(Document)).all():
            refresh(session, records, document)


def _people(records: Records) -> dict[str, str]:
    with records.database.writing() as session:
        create_person(session, "test", NAME, (Role.REVIEWER,), "0", PASSWORD)
        other = create_person(session, "test", "budi", (Role.REVIEWER,), "0", None)
        begun = begin_session(session, other, now())
    return {"Cookie": f"{COOKIE}={begun.cookie}", "X-CSRF-Token": begun.actor.csrf}

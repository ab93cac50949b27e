"""A service at whose desk numbers wait: those of the sample stations, as if the machine were sure of none."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select, update

from api.core.context import Records, open_records
from api.db.review_tables import ReviewItem
from api.db.states import NumberState
from api.db.tables import Document, Number, Person
from api.db.types import now
from api.documents.decide import refresh
from api.http.app import create_app
from api.people.accounts import create_person
from api.people.roles import Role
from api.people.sessions import COOKIE, begin_session
from pipeline.marks import value_of
from pipeline.reader import Reader
from tests.support.browser import Watched, listening
from tests.support.http import settings_in, working

NAME, OTHER, PASSWORD = "siti", "budi", "empat kata yang panjang"
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

    def log_in(self, watched: Watched, to: str = "/review", name: str = NAME) -> None:
        """Open a page as somebody who has just logged in; how one does that is a matter of other tests."""
        with self.records.database.writing() as session:
            person = session.scalars(select(Person).where(Person.name == name)).one()
            begun = begin_session(session, person, now())
        watched.page.context.add_cookies([{"name": COOKIE, "value": begun.cookie, "url": self.address}])
        watched.page.add_init_script(SHIFTS)
        watched.page.goto(self.address + to)
        if to.partition("?")[0] == "/review":
            watched.page.wait_for_selector("main[data-item]:not([data-item=''])")

    def item(self, item_id: str) -> ReviewItem:
        """Return an item."""
        with self.records.database.reading() as session:
            return session.get_one(ReviewItem, item_id)

    def number(self, item: ReviewItem) -> Number:
        """Return the number of an item as it stands."""
        with self.records.database.reading() as session:
            return session.get_one(Number, (item.document_id, item.field))

    def free(self) -> None:
        """Let everything go that other desks hold."""
        with self.records.database.writing() as session:
            session.execute(update(ReviewItem).values(lease=None, lease_owner=None, lease_until=None))

    def let_go(self, item: ReviewItem) -> None:
        """Let the lease of an item run out, as when the machine in front of a desk was asleep."""
        with self.records.database.writing() as session:
            session.get_one(ReviewItem, item.id).lease_until = now() - timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Filled:
    """A service whose queue is full, and which nobody serves yet.

    Attributes:
        folder: Where all of it lies that it remembers.
        url: Its database.
        told: Its other settings.
        other: What the second reviewer sends with every request.

    """

    folder: Path
    url: str
    told: Mapping[str, Any]
    other: Mapping[str, str]

    def copied(self, folder: Path) -> "Filled":
        """Copy it to another folder, where things happen to the copy alone."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return replace(self, folder=folder, url=self.url.replace(str(self.folder), str(folder)))

    @contextmanager
    def served(self, reader: Reader) -> Iterator[Desk]:
        """Serve it."""
        settings = settings_in(self.folder, self.url, **self.told)
        with (
            closing(open_records(settings)) as records,
            listening(create_app(reader, settings)) as address,
            httpx.Client(base_url=address, headers=self.other, timeout=60) as client,
        ):
            yield Desk(address, records, client)


def filled(
    folder: Path, url: str, reader: Reader, files: Sequence[tuple[str, bytes]], *, doubted: bool = True, **more: Any
) -> Filled:
    """Fill a service with a queue of numbers.

    Args:
        folder: Where the service remembers.
        url: Its database, which lies there too.
        reader: Reads the files.
        files: Names, which begin with the station, and bytes of what was uploaded.
        doubted: Let every number wait; else what the machine is sure of is accepted.
        **more: Further settings.

    """
    told = {**EVERYTHING, **more}
    settings = settings_in(folder, url, **told)
    with working(settings, reader) as uploader:
        for station in dict.fromkeys(name[:13] for name, _ in files):
            named = [("files", (name, data)) for name, data in files if name.startswith(station)]
            query: dict[str, Any] = {"wait": 120, "station": station}
            assert uploader.post("/api/v1/documents", files=named, params=query).status_code == 200
    with closing(open_records(settings)) as records:
        if doubted:
            _doubt_everything(records)
        return Filled(folder, url, told, _people(records))


@contextmanager
def waiting(
    folder: Path, url: str, reader: Reader, files: Sequence[tuple[str, bytes]], *, doubted: bool = True, **more: Any
) -> Iterator[Desk]:
    """Fill a service as `filled` does, and serve it."""
    with filled(folder, url, reader, files, doubted=doubted, **more).served(reader) as desk:
        yield desk


def _doubt_everything(records: Records) -> None:
    """Make every number wait, and every box one that the machine has read."""
    with records.database.writing() as session:
        for number in session.scalars(select(Number)):
            number.state, number.outcome, number.confidence = NumberState.REVIEW, "review", 0.6
            number.final, number.decision_id = None, None
            number.boxes = number.boxes.replace("#", "0")
            number.value = value_of(number.boxes)
        for document in session.scalars(select(Document)).all():
            refresh(session, records, document)


def _people(records: Records) -> dict[str, str]:
    with records.database.writing() as session:
        create_person(session, "local", NAME, (Role.REVIEWER,), "0", PASSWORD)
        other = create_person(session, "local", OTHER, (Role.REVIEWER,), "0", PASSWORD)
        begun = begin_session(session, other, now())
    return {"Cookie": f"{COOKIE}={begun.cookie}", "X-CSRF-Token": begun.actor.csrf}

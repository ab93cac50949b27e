"""A service with something to show on every page: the sample stations, public, with published figures beside them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from api.administration.elections import ElectionChange, change_election
from api.core.context import Records
from api.db.claim_tables import StationConflict
from api.db.review_tables import ReviewItem
from api.db.states import ItemKind
from api.db.tables import Person
from api.documents.conflicts import settle_conflict
from api.documents.receive import Delivery, receive
from api.people.accounts import create_person
from api.people.roles import Role
from api.publication.importing import Given, import_published
from api.publication.refreshing import refresh_all
from api.regions.import_list import import_regions
from api.sampling.alarms import raise_alarm
from pipeline.documents import Limits
from pipeline.reader import Reader
from tests.browser.web.waiting import OTHER as COLLEAGUE
from tests.browser.web.waiting import PASSWORD, Desk, waiting
from tests.support.desk import answer, number_of, person, take_one
from tests.support.samples import jpeg

ADMIN = "agus"
STATION, OTHER, THIRD = "0024010001002", "0024010002021", "0024010001009"
LOST = f"{OTHER}-p9.jpg"
"""A picture without a sheet."""

UNFILED = "FB_IMG_1707898212345.jpg"
"""A picture whose name says no station; nobody reads it before it is assigned."""

COMMENT = "dua angka ditimpa, tidak jelas mana yang dimaksud petugas"
"""Why one number waits for a senior."""


@contextmanager
def everything(folder: Path, url: str, reader: Reader, samples: Path) -> Iterator[Desk]:
    """Serve it.

    Args:
        folder: Where the service remembers.
        url: Its database.
        reader: Reads the samples.
        samples: Folder of the sample forms, of the list of their stations, and of the figures published for them.

    """
    files = [(path.name, path.read_bytes()) for path in sorted(samples.glob("*.jpg"))]
    files.append((LOST, jpeg()))
    with waiting(folder, url, reader, files, doubted=False, public=True, practice="public") as made:
        import_regions(made.records.database, samples / "regions.csv", "local")
        _publish(made, folder, samples)
        with made.records.database.writing() as session:
            change_election(session, "local", "ppwp-2024", ElectionChange(differences=True))
            create_person(session, "local", ADMIN, (Role.ADMIN, Role.SENIOR), "0", PASSWORD)
            open_items = select(ReviewItem).where(ReviewItem.state == "open").order_by(ReviewItem.id)
            waits = session.scalars(open_items).first()
            assert waits is not None
            waits.kind, waits.comment = ItemKind.SENIOR, COMMENT
        _misfile(made.records)
        _work(made.records)
        yield made


def _misfile(records: Records) -> None:
    """Bring a picture for another station, again after a senior has settled that, and one for no station."""
    _bring(records, LOST, jpeg(), STATION)
    with records.database.writing() as session:
        conflict = session.scalars(select(StationConflict.id)).one()
        settle_conflict(session, records, conflict, "local", "keep", None, "the name on the sheet")
    _bring(records, LOST, jpeg(), THIRD)
    _bring(records, UNFILED, jpeg() + UNFILED.encode(), None)


def _bring(records: Records, name: str, data: bytes, station: str | None) -> None:
    receive(records, [(name, data)], Delivery("local", station=station), Limits())


def _work(records: Records) -> None:
    """Let a reviewer settle a number, and an audit raise its alarm."""
    with records.database.writing() as session:
        found = session.scalars(select(Person).where(Person.name == COLLEAGUE)).one()
        told = {"region": STATION[:4], "wrong": 2, "read": 150, "target": 1.0, "confidence": 95.0}
        raise_alarm(session, "audit_failed", "audit:samples", told, STATION[:4])
    actor = person(found.id)
    item = take_one(records, actor)
    answer(records, actor, item, number_of(records, item).boxes.replace("#", "0"))


def _publish(made: Desk, folder: Path, samples: Path) -> None:
    """Import the published figures, one of them altered."""
    published = json.loads((samples / "published.json").read_text(encoding="utf-8"))
    published[STATION]["chart"]["100026"] = 868
    (folder / "kpu.json").write_text(json.dumps(published), encoding="utf-8")
    import_published(made.records, folder / "kpu.json", Given("kpu.json", "local", "ppwp-2024"), folder)
    refresh_all(made.records)

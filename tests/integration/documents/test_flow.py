"""A page's way: received, read by a worker, decided, counted, corrected by a person, moved to another station."""

from datetime import timedelta
from pathlib import Path

import pytest
from obstore.exceptions import BaseError as StoreError
from sqlalchemy import func, select, update

from api.core.context import Records
from api.db.log_tables import Event
from api.db.states import AnswerKind
from api.db.tables import Document, Number, Page, Reading, StationCount, Tally
from api.db.types import now
from api.documents.answer import Answer
from api.documents.decide import redecide
from api.documents.decide_number import decide_number, history_of
from api.documents.filing import move_document
from api.documents.receive import Delivery, Receipt, receive
from api.regions.import_list import import_regions
from api.tabulation.amounts import BROKEN, FINAL, READ, RECEIVED, REVIEW
from api.workers.claims import ATTEMPTS, claim, release
from api.workers.read_page import read_next
from api.workers.worker import Worker
from pipeline.documents import Limits, RejectedPage
from pipeline.documents import Page as OpenPage
from pipeline.errors import ConflictError, UsageError
from pipeline.reader import MarkedSheet, Reader
from pipeline.reading import PageReading
from tests.support.stations import EXAMPLE

STATION, OTHER = "0024010001002", "0024010002021"
ELECTION = "ppwp-2024"
ANI = Delivery("ani")


@pytest.fixture
def records(records: Records) -> Records:
    """Return an empty service that has the list of the samples' stations."""
    import_regions(records.database, EXAMPLE, "test")
    return records


def files(samples: Path, code: str) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in sorted(samples.glob(f"{code}-p*.jpg"))]


def deliver(records: Records, uploads: list[tuple[str, bytes]], delivery: Delivery = ANI) -> list[Receipt]:
    return receive(records, uploads, delivery, Limits())


def sums(records: Records, region: str) -> dict[str, int]:
    with records.database.reading() as session:
        rows = session.execute(select(Tally.item, Tally.amount).where(Tally.region == region))
        return {item: amount for item, amount in rows if amount}


@pytest.fixture
def counted(records: Records, reader: Reader, samples: Path) -> Records:
    """Return a service that has read one polling station."""
    deliver(records, files(samples, STATION))
    assert Worker(records, reader, "test").drain() == 3
    return records


def test_the_pages_of_a_station_become_its_numbers_and_the_sums_of_its_regions(counted: Records) -> None:
    with counted.database.reading() as session:
        document = session.scalars(select(Document)).one()
        assert (document.station, document.election_id, document.missing_pages) == (STATION, ELECTION, [])
        assert document.pages_found == [1, 2, 3]
        numbers = {number.field: number for number in session.scalars(select(Number))}
        assert len(numbers) == 31
        assert all(number.reading_id and number.page_id for number in numbers.values())
        accepted = {name: number.final for name, number in numbers.items() if number.state == "accepted"}
    for region in (STATION[:10], STATION[:6], STATION[:4]):
        found = sums(counted, region)
        assert {name: found.get(name, 0) for name in accepted} == accepted
        assert (found[RECEIVED], found[READ]) == (1, 1)


def test_deciding_a_document_records_it_by_itself(counted: Records) -> None:
    with counted.database.writing() as session:
        redecide(session, counted, session.scalars(select(Document)).one())
    with counted.database.reading() as session:
        version = session.scalars(select(Document.version)).one()
        last = session.scalars(select(Event).order_by(Event.seq.desc()).limit(1)).one()
    assert (last.kind, last.body["version"]) == ("document_decided", version)


def test_the_same_bytes_again_change_nothing_and_say_where_they_are(counted: Records, samples: Path) -> None:
    before = sums(counted, STATION[:4])
    again = deliver(counted, files(samples, STATION), Delivery("budi", STATION))
    assert {receipt.outcome for receipt in again} == {"known"}
    assert {receipt.station for receipt in again} == {STATION}
    with counted.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Page)) == 3
    assert sums(counted, STATION[:4]) == before


def test_pages_of_one_station_that_come_one_by_one_make_one_document(
    records: Records, reader: Reader, samples: Path
) -> None:
    documents = set()
    for upload in files(samples, STATION):
        documents.add(deliver(records, [upload])[0].document)
        Worker(records, reader, "test").drain()
    assert len(documents) == 1
    with records.database.reading() as session:
        assert session.scalars(select(Document)).one().missing_pages == []
        assert session.scalar(select(func.count()).select_from(Reading)) == 3


def test_a_second_photograph_is_kept_and_what_it_disagrees_about_is_flagged(
    counted: Records, reader: Reader, samples: Path
) -> None:
    other = files(samples, OTHER)[1]
    deliver(counted, [other], Delivery("ani", STATION))
    Worker(counted, reader, "test").drain()
    with counted.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Page)) == 4
        number = session.get_one(Number, (session.scalars(select(Document.id)).one(), "paslon_1"))
        assert number.state == "review"
        assert "photographs_disagree" in [reason["code"] for reason in number.reasons]


def test_what_is_no_form_is_refused_and_nothing_of_it_kept(records: Records, tmp_path: Path) -> None:
    receipts = deliver(records, [("a.txt", b"hello there"), ("b.jpg", b"")])
    assert [receipt.outcome for receipt in receipts] == ["refused", "refused"]
    assert [receipt.reasons[0].code for receipt in receipts] == ["file_type_unsupported", "file_empty"]
    assert not [path for path in (tmp_path / "originals").rglob("*") if path.is_file()]


def test_a_file_whose_name_says_a_station_elsewhere_is_refused(records: Records, samples: Path) -> None:
    scoped = Delivery("ani", scope=OTHER[:10])
    assert [receipt.outcome for receipt in deliver(records, files(samples, OTHER)[:1], scoped)] == ["stored"]
    refused = deliver(records, files(samples, STATION)[:1], scoped)[0]
    assert (refused.outcome, refused.reasons[0].code) == ("refused", "station_elsewhere")
    with records.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Page)) == 1


def test_a_damaged_photograph_is_kept_read_as_rejected_and_says_why(
    records: Records, reader: Reader, samples: Path
) -> None:
    name, data = files(samples, STATION)[0]
    deliver(records, [(name, data[: len(data) // 2])])
    Worker(records, reader, "test").drain()
    with records.database.reading() as session:
        page = session.scalars(select(Page)).one()
        assert page.state == "rejected"
        assert page.reasons[0]["code"] == "file_truncated"
        assert session.scalars(select(Document)).one().state == "rejected"


def test_a_person_corrects_a_number_and_the_sums_follow(counted: Records) -> None:
    before = sums(counted, STATION[:4])
    with counted.database.writing() as session:
        number = session.scalars(select(Number).where(Number.field == "paslon_2")).one()
        document, old = number.document_id, number.final
        answer = Answer(AnswerKind.CORRECT, number.version, "107", "the one is an ink blot", 3.5)
        decide_number(session, counted, document, "paslon_2", "budi", answer)
    assert sums(counted, STATION[:4])["paslon_2"] == before.get("paslon_2", 0) - (old or 0) + 107
    with counted.database.reading() as session:
        known = session.get_one(Number, (document, "paslon_2"))
        assert (known.final, known.final_boxes, known.state) == (107, "107", "reviewed")
        made = history_of(session, document, "paslon_2")
        assert [(one.person_id, one.kind, one.seconds) for one in made] == [("budi", "correct", 3.5)]
        assert session.get_one(Document, document).rules  # a broken sum stays visible
    assert sums(counted, STATION[:4])[BROKEN] == 1


def test_a_decision_on_what_has_changed_meanwhile_is_refused(counted: Records) -> None:
    with counted.database.reading() as session:
        number = session.scalars(select(Number).where(Number.field == "paslon_1")).one()
    with counted.database.writing() as session:
        decide_number(
            session,
            counted,
            number.document_id,
            "paslon_1",
            "ani",
            Answer(AnswerKind.CONFIRM, number.version, number.boxes),
        )
    late = Answer(AnswerKind.CORRECT, number.version, "999")
    with pytest.raises(ConflictError, match="number_changed"), counted.database.writing() as session:
        decide_number(session, counted, number.document_id, "paslon_1", "budi", late)


def test_reopening_adds_to_the_history_and_brings_back_what_the_machine_said(counted: Records) -> None:
    with counted.database.writing() as session:
        number = session.scalars(select(Number).where(Number.field == "paslon_1")).one()
        document, machine, state = number.document_id, number.final, number.state
        decide_number(session, counted, document, "paslon_1", "ani", Answer(AnswerKind.UNREADABLE, number.version))
        assert number.final is None
        decide_number(session, counted, document, "paslon_1", "ani", Answer(AnswerKind.REOPEN, number.version))
        assert (number.final, number.state) == (machine, state)
        assert [made.kind for made in history_of(session, document, "paslon_1")] == ["unreadable", "reopen"]


@pytest.mark.parametrize("boxes", ["12", "1234", "1X2", "12a", "##1"])
def test_boxes_that_make_no_number_are_refused(counted: Records, boxes: str) -> None:
    with counted.database.writing() as session:
        number = session.scalars(select(Number).where(Number.field == "paslon_1")).one()
        answer = Answer(AnswerKind.CORRECT, number.version, boxes)
        with pytest.raises(UsageError, match="boxes_invalid"):
            decide_number(session, counted, number.document_id, "paslon_1", "ani", answer)


def test_a_document_moves_to_another_station_and_its_votes_with_it(counted: Records) -> None:
    before = sums(counted, STATION[:10])
    with counted.database.writing() as session:
        document = session.scalars(select(Document)).one()
        move_document(session, counted, document, OTHER, None, "ani", "filed under the wrong station")
    assert sums(counted, STATION[:10]) == {}
    assert sums(counted, OTHER[:10]) == before
    with counted.database.reading() as session:
        assert session.scalars(select(StationCount.station)).all() == [OTHER]
        moved = session.scalars(select(Event).where(Event.kind == "pages_moved")).one()
        assert (moved.body["station_from"], moved.body["station_to"]) == (STATION, OTHER)


def test_moving_to_a_station_that_has_a_document_joins_the_two(counted: Records, reader: Reader, samples: Path) -> None:
    deliver(counted, files(samples, OTHER)[:1])
    Worker(counted, reader, "test").drain()
    with counted.database.writing() as session:
        wrong = session.scalars(select(Document).where(Document.station == OTHER)).one()
        kept = move_document(session, counted, wrong, STATION, None, "ani", "same station")
        assert kept.station == STATION
    with counted.database.reading() as session:
        assert session.get_one(Document, wrong.id).moved_to == kept.id
        assert session.scalar(select(func.count()).where(Page.document_id == kept.id)) == 4
        assert session.scalars(select(StationCount.station)).all() == [STATION]


def test_what_a_dead_worker_held_is_read_by_another_once(records: Records, reader: Reader, samples: Path) -> None:
    deliver(records, files(samples, STATION)[:1])
    page = claim(records, "dead")
    assert page is not None
    assert read_next(records, reader, "alive") is None  # the lease stands
    assert release(records, "dead") == 1
    assert read_next(records, reader, "alive") == page.id
    with records.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Reading)) == 1


def test_a_reading_under_a_lease_that_ran_out_is_thrown_away(
    records: Records, reader: Reader, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(records, files(samples, STATION)[:1])
    real = reader.read_page

    def slow(page: OpenPage | RejectedPage, by_hand: MarkedSheet | None = None) -> PageReading:
        with records.database.writing() as session:
            session.execute(update(Page).values(lease_until=now() - timedelta(seconds=1)))
        monkeypatch.setattr(reader, "read_page", real)
        assert read_next(records, reader, "second") is not None
        return real(page, by_hand)

    monkeypatch.setattr(reader, "read_page", slow)
    read_next(records, reader, "first")
    with records.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Reading)) == 1


@pytest.mark.parametrize("fault", [OSError(28, "no space left on device"), StoreError("the store does not answer")])
def test_a_fault_of_the_machine_is_never_held_against_a_page(
    records: Records, reader: Reader, samples: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def fails(_sha256: str) -> bytes:
        raise fault

    deliver(records, files(samples, STATION)[:1])
    with monkeypatch.context() as broken:
        broken.setattr(records.originals, "fetch", fails)
        for _ in range(ATTEMPTS + 2):
            assert read_next(records, reader, "worker") is not None
            with records.database.writing() as session:
                assert session.scalars(select(Page.state)).one() == "waiting"
                session.execute(update(Page).values(ready_at=now()))
    assert read_next(records, reader, "worker") is not None
    with records.database.reading() as session:
        assert session.scalars(select(Page.state)).one() == "read"


def test_a_page_that_brings_down_its_worker_is_set_aside(records: Records, reader: Reader, samples: Path) -> None:
    deliver(records, files(samples, STATION)[:1])
    for _ in range(ATTEMPTS):
        assert claim(records, "dying") is not None
        release(records, "dying")
    assert read_next(records, reader, "next") is None
    with records.database.reading() as session:
        page = session.scalars(select(Page)).one()
        assert (page.state, page.reasons[0]["code"]) == ("set_aside", "page_set_aside")
    assert sums(records, STATION[:4]) == {RECEIVED: 1}


def test_a_final_station_is_marked_final(counted: Records) -> None:
    with counted.database.writing() as session:
        for number in session.scalars(select(Number).where(Number.state == "review")).all():
            boxes = number.boxes.replace("#", "0")
            decide_number(
                session,
                counted,
                number.document_id,
                number.field,
                "ani",
                Answer(AnswerKind.CONFIRM, number.version, boxes),
            )
    found = sums(counted, STATION[:4])
    assert found[FINAL] == 1
    assert REVIEW not in found

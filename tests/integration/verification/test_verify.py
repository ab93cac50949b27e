"""A sound history verifies; whatever is changed behind the program's back is found, and where."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from api.core.context import Records
from api.db.log_tables import Event
from api.db.tables import Decision, Document, FormVersion, Number, Original, Page, Reading, Tally
from api.ledger.leaf import canonical
from api.ledger.log import newest_checkpoint
from api.ledger.sequencer import open_signer, sequence_all
from api.ledger.tree import leaf_hash
from api.verification.entries import Head, head_of, parse_head
from api.verification.verify import verify, work_of
from pipeline.errors import UsageError
from tests.support.behind import behind
from tests.support.history import decide, read, received

STATIONS = ("1101012001001", "1101012001002")
NUMBERS = {"paslon_1": ("accepted", 70), "paslon_2": ("review", 20)}


@pytest.fixture
def history(records: Records, tmp_path: Path) -> Records:
    """Return two stations, each with a page, a reading and a decision."""
    for station in STATIONS:
        with records.database.writing() as session:
            document, page = received(session, records.originals, station, station.encode())
        with records.database.writing() as session:
            read(session, session.get_one(Document, document.id), session.get_one(Page, page.id), NUMBERS)
        with records.database.writing() as session:
            decide(session, session.get_one(Document, document.id), "paslon_2", 21)
    sequence_all(records.database, open_signer(records.database, tmp_path / "key.pem"))
    return records


def found(records: Records, *noted: Head) -> list[tuple[str, str]]:
    return [(reason.code, str(reason.values["subject"]).split(":")[0]) for reason in verify(records, *noted)]


def codes(records: Records, *noted: Head) -> set[str]:
    return {code for code, _ in found(records, *noted)}


def last_of(records: Records, kind: str) -> int:
    with records.database.reading() as session:
        return session.scalars(select(Event.seq).where(Event.kind == kind).order_by(Event.seq.desc())).first() or 0


def change(records: Records, statement: str, **values: object) -> None:
    """Change rows behind the program's back."""
    with records.database.engine.begin() as connection:
        connection.execute(text(statement), values)


def test_a_sound_history_verifies_and_every_step_is_counted(history: Records) -> None:
    steps: list[int] = []
    assert [reason.text() for reason in verify(history, progress=steps.append)] == []
    assert sum(steps) == work_of(history)
    assert list(verify(history, originals=False)) == []


def test_every_finding_has_a_text_in_both_languages(history: Records) -> None:
    change(history, "UPDATE number SET final = 99 WHERE field = 'paslon_1'")
    change(history, "UPDATE event SET actor = 'eve' WHERE seq = 4")
    change(history, "DELETE FROM log_leaf WHERE position = 6")
    (last,) = [path for path in Path(history.originals._folder or ".").rglob("*") if path.is_file()][:1]
    last.write_bytes(b"other")
    for reason in verify(history, Head(999, "0" * 64)):
        assert reason.text("id") != reason.text("en")


@pytest.mark.parametrize(
    ("statement", "subject"),
    [
        ("UPDATE number SET final = 71 WHERE field = 'paslon_1'", "number"),
        ("UPDATE number SET final = 22 WHERE field = 'paslon_2'", "number"),
        ("UPDATE number SET value = 71 WHERE field = 'paslon_1'", "number"),
        ("UPDATE number SET state = 'accepted', decision_id = NULL WHERE field = 'paslon_2'", "number"),
        ("UPDATE decision SET reason = 'x'", "decision"),
        ("UPDATE decision SET person_id = 'eve'", "decision"),
        ("UPDATE reading SET program = '2'", "reading"),
        ("UPDATE reading SET sha256 = 'x'", "reading"),
        ("UPDATE page SET file_name = 'x.jpg'", "page"),
        ("UPDATE document SET election_id = NULL", "document"),
        ("UPDATE election SET form_id = 'x'", "election"),
        ("UPDATE form_version SET template = template || ' '", "form"),
        ("UPDATE page SET state = 'rejected'", "page"),
        ("UPDATE document SET state = 'accepted'", "document"),
    ],
)
def test_a_changed_value_is_found(history: Records, statement: str, subject: str) -> None:
    change(history, statement)
    assert ("audit_row_changed", subject) in found(history)


def test_what_a_machine_read_cannot_be_changed(history: Records) -> None:
    with behind(history.database) as session:
        reading = session.scalars(select(Reading)).first()
        assert reading is not None
        reading.line = {**reading.line, "outcome": "accepted"}
    assert found(history) == [("audit_row_changed", "reading")]


def test_a_document_under_another_station_is_found(history: Records) -> None:
    with behind(history.database) as session:
        document = session.scalars(select(Document).where(Document.station == STATIONS[0])).one()
        session.execute(text("DELETE FROM station_count"))
        document.station = "1101"
    assert ("audit_row_changed", "document") in found(history)


def test_a_changed_sum_is_found(history: Records) -> None:
    with behind(history.database) as session:
        session.execute(update(Tally).where(Tally.region == "1101", Tally.item == "paslon_1").values(amount=1))
    assert found(history) == [("audit_sum_differs", "sum")]


@pytest.mark.parametrize("column", ["kind", "actor", "subject"])
def test_a_changed_event_is_found(history: Records, column: str) -> None:
    change(history, f"UPDATE event SET {column} = 'x' WHERE seq = (SELECT max(seq) FROM event)")
    assert "audit_event_changed" in codes(history)


def test_a_changed_body_is_found(history: Records) -> None:
    seq = last_of(history, "number_decided")
    with behind(history.database) as session:
        event = session.get_one(Event, seq)
        event.body = {**event.body, "new": {**event.body["new"], "value": 22}}
    assert codes(history) == {"audit_event_changed"}


def test_a_leaf_that_was_written_anew_is_found_by_the_tree_and_by_what_is_signed(history: Records) -> None:
    with behind(history.database) as session:
        event = session.get_one(Event, last_of(history, "number_decided"))
        event.leaf = event.leaf.replace('"reviewed"', '"unreadable"')
        seq, new = event.seq, leaf_hash(event.leaf.encode()).hex()
    assert "audit_hash" in codes(history)
    change(history, "UPDATE log_leaf SET sha256 = :new WHERE seq = :seq", new=new, seq=seq)
    assert {"audit_checkpoint", "audit_row_changed"} <= codes(history)


@pytest.mark.parametrize("kind", ["pages_received", "page_read", "document_decided", "number_decided"])
def test_a_deleted_event_is_found(history: Records, kind: str) -> None:
    gone = last_of(history, kind)
    change(history, "DELETE FROM log_leaf WHERE seq = :seq", seq=gone)
    assert {"audit_event_loose", "audit_checkpoint"} <= codes(history)
    change(history, "DELETE FROM event WHERE seq = :seq", seq=gone)
    assert {"audit_gap", "audit_checkpoint"} <= codes(history)


def test_a_history_that_was_cut_with_all_that_hangs_on_it_is_found_by_a_head_that_was_noted(
    history: Records, tmp_path: Path
) -> None:
    with history.database.reading() as session:
        before = head_of(session)
    assert before is not None
    with history.database.writing() as session:
        decide(session, session.scalars(select(Document)).all()[0], "paslon_1", 22)
    sequence_all(history.database, open_signer(history.database, tmp_path / "key.pem"))
    with history.database.reading() as session:
        after = head_of(session)
    assert after is not None
    assert list(verify(history, before, after)) == []
    assert "audit_head" in codes(history, Head(before.size, after.root))
    assert "audit_head" in codes(history, Head(after.size + 1, after.root))


def test_events_that_lost_their_row_are_found(history: Records) -> None:
    change(history, "UPDATE number SET decision_id = NULL")
    change(history, "DELETE FROM decision")
    assert ("audit_row_missing", "decision") in found(history)


def test_rows_that_were_slipped_in_are_found(history: Records) -> None:
    with behind(history.database) as session:
        document = session.scalars(select(Document)).first()
        assert document is not None
        session.add(
            Number(document_id=document.id, field="paslon_3", value=9, boxes="009", confidence=1, outcome="accepted",
                   state="accepted", final=9, final_boxes="009")
        )  # fmt: skip
        session.add(Decision(document_id=document.id, field="paslon_1", person_id="eve", kind="correct", old={}, new={},
                             order=9))  # fmt: skip
        session.add(FormVersion(sha256="0" * 64, form_id="x", template="x"))
    assert {("audit_row_unknown", subject) for subject in ("number", "decision", "form")} <= set(found(history))


def test_a_reordered_history_is_found(history: Records) -> None:
    for old, new in ((3, -1), (4, 3), (-1, 4)):
        change(history, "UPDATE log_leaf SET position = :new WHERE position = :old", old=old, new=new)
    assert "audit_checkpoint" in codes(history)


def _swap(folder: Path, one: str, other: str) -> None:
    first, second = (next(folder.rglob(sha256)) for sha256 in (one, other))
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)


def _remove(folder: Path, one: str, _other: str) -> None:
    next(folder.rglob(one)).unlink()


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (_swap, [("audit_original_changed", "original")] * 2),
        (_remove, [("audit_original_missing", "original")]),
    ],
)
def test_a_swapped_or_missing_original_is_found(
    history: Records,
    tmp_path: Path,
    damage: Callable[[Path, str, str], None],
    expected: list[tuple[str, str]],
) -> None:
    with history.database.reading() as session:
        one, other = session.scalars(select(Original.sha256)).all()
    damage(tmp_path / "originals", one, other)
    assert found(history) == expected
    assert list(verify(history, originals=False)) == []


def test_a_noted_head_is_read_as_it_is_printed_and_as_it_was_published(history: Records) -> None:
    with history.database.reading() as session:
        head, published = head_of(session), newest_checkpoint(session)
    assert head is not None
    assert published is not None
    assert parse_head(str(head)) == head == parse_head(published.note)
    assert list(verify(history, head)) == []


@pytest.mark.parametrize("noted", ["", "5", "5:abc", "x:" + "0" * 64, "5:" + "G" * 64, "٥:" + "0" * 64])
def test_a_noted_head_is_read_strictly(noted: str) -> None:
    with pytest.raises(UsageError):
        parse_head(noted)


def test_whole_numbers_hash_alike_however_they_are_written() -> None:
    assert canonical({"a": 1.0, "b": [-0.0, 1e22]}) == canonical({"b": [0, 10**22], "a": 1})
    assert canonical([True, None, 0.5]) == b"[true,null,0.5]"

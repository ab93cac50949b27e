"""What comes of real pages: items with their places and sums, the box wall, corners given by hand."""

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from api.core.context import Records
from api.db.review_tables import BoxMark, ReviewItem
from api.db.tables import Number, Page
from api.desk.box_wall import flag, wall
from api.desk.corners import give_corners
from api.desk.loading import load_items
from api.desk.undo import undo_last
from api.documents.receive import Delivery, receive
from api.sampling.draw import draw_audit
from api.triage.box_marks import marks_of
from api.verification.verify import verify
from api.workers.worker import Worker
from pipeline.documents import Limits
from pipeline.errors import UsageError
from pipeline.evidence import NumberPosterior
from pipeline.reader import Reader
from tests.support.covered import covered
from tests.support.desk import ANI, BUDI, FORM, SURE, answer, number_of, seconds_always, take

STATION = "0024010001002"


@pytest.fixture
def counted(records: Records, reader: Reader, samples: Path) -> Records:
    """Return a service that has read one polling station."""
    files = [(path.name, path.read_bytes()) for path in sorted(samples.glob(f"{STATION}-p*.jpg"))]
    receive(records, files, Delivery("ani", STATION), Limits())
    assert Worker(records, reader, "test").drain() == 3
    return records


def test_the_wall_shows_the_least_sure_first_and_sends_odd_ones_to_review(counted: Records) -> None:
    with counted.database.reading() as session:
        shown = wall(session, "1", "0", None, 200)
        assert shown
        sure = [one.mark.probability for one in shown]
        assert sure == sorted(sure)
        last = shown[0].mark
        rest = wall(session, "1", "0", (last.probability, last.page_id, last.field, last.box), 200)
        assert [one.mark.field for one in rest] == [one.mark.field for one in shown[1:]]
    odd = shown[0].mark
    with counted.database.writing() as session:
        number = flag(session, counted, ANI, odd.page_id, odd.field, [odd.box])
        assert (number.state, number.reasons[0]["code"]) == ("review", "box_flagged")
    with counted.database.reading() as session:
        item = session.scalars(select(ReviewItem).where(ReviewItem.field == odd.field)).one()
        assert (item.kind, item.state) == ("review", "open")
        assert "box_flagged" in item.codes
        assert odd.field not in {one.mark.field for one in wall(session, "1", "0", None, 200)}


def test_every_box_of_every_number_has_one_row(counted: Records) -> None:
    with counted.database.reading() as session:
        numbers = session.scalars(select(Number)).all()
        marks = session.scalars(select(BoxMark)).all()
    assert len(marks) == sum(len(number.boxes) for number in numbers)
    read = {(number.page_id, number.field): number.boxes for number in numbers}
    assert all(read[mark.page_id, mark.field][mark.box] == mark.mark for mark in marks)


def test_how_sure_a_box_is_is_the_sum_over_the_values_that_have_its_digit() -> None:
    values = np.zeros(100)
    values[[7, 17, 12]] = 0.5, 0.3, 0.1
    found = list(marks_of(NumberPosterior(values, 0.05, 0.05, "X7")))
    assert [(mark, round(sure, 9), rival) for mark, sure, rival in found] == [("X", 0.5, 1), ("7", 0.8, 2)]


def test_an_item_carries_what_the_desk_draws(counted: Records) -> None:
    with counted.database.reading() as session:
        page = session.scalars(select(BoxMark.page_id).where(BoxMark.field == "paslon_1")).first()
    with counted.database.writing() as session:
        flag(session, counted, ANI, str(page), "paslon_1", [0])
    _, items = take(counted, ANI, 10, field="paslon_1")
    with counted.database.reading() as session:
        body = load_items(session, counted, items)[0]
    assert (body.kind, body.box_count, body.form, body.label.id != "") == ("review", 3, FORM, True)
    assert body.places is not None
    assert len(body.places.boxes) == 3
    assert body.places.bubbles is not None
    assert body.places.tally is not None
    assert all(0 <= x <= (body.page_width or 0) for x, _ in body.places.tally)
    assert body.sums is not None
    sums = {rule.id: rule for rule in body.sums.rules}
    factors = sums["suara_sah-is-sum"].factors
    assert factors == {"suara_sah": 1, "paslon_1": -1, "paslon_2": -1, "paslon_3": -1}
    assert set(factors) <= set(body.sums.values)
    assert answer(counted, ANI, items[0], body.boxes or "", SURE).settled is True


def test_a_sheet_whose_tag_is_covered_is_read_with_four_corners(
    counted: Records, reader: Reader, samples: Path
) -> None:
    with counted.database.reading() as session:
        page = session.scalars(select(Page).where(Page.form_page == 2)).one()
    found = reader.read(samples / page.file_name)[0].pages[0]
    assert found.registration is not None
    other = "0024010002021"
    files = [(f"{other}-p2.jpg", covered(reader, samples / page.file_name, found))]
    receive(counted, files, Delivery("ani", other), Limits())
    Worker(counted, reader, "test").drain()
    with counted.database.reading() as session:
        lost = session.scalars(select(Page).where(Page.file_name == f"{other}-p2.jpg")).one()
        assert lost.state == "rejected"
    nudged = [(x + 12, y - 9) for x, y in found.registration.outline]
    with counted.database.writing() as session:
        give_corners(session, counted, lost.id, "ani", FORM, 2, nudged)
    assert Worker(counted, reader, "test").drain() == 1
    with counted.database.reading() as session:
        again = session.get_one(Page, lost.id)
        assert (again.state, again.form_page) == ("read", 2)
        assert [reason["code"] for reason in again.reasons] == ["corners_by_hand"]
        numbers = session.scalars(select(Number).where(Number.page_id == lost.id)).all()
        read = {number.field: number.value for number in numbers}
    assert read == {name: field.value for name, field in found.fields.items()}


def test_whatever_people_answer_the_chain_and_the_rows_agree(counted: Records) -> None:
    with counted.database.writing() as session:
        for one in wall(session, "1", "0", None, 3):
            flag(session, counted, ANI, one.mark.page_id, one.mark.field, [one.mark.box])
        draw_audit(session, "aud", "0", 3, 1, 0.01, 0.95)
    twice = seconds_always()
    _, items = take(counted, ANI, 10, twice)
    for index, item in enumerate(items):
        boxes = number_of(counted, item).boxes
        if index == 0:
            answer(counted, ANI, item, policy=twice, kind="escalate", comment="?")
        elif "#" in boxes or index % 2:
            answer(counted, ANI, item, policy=twice, kind="unreadable")
        else:
            answer(counted, ANI, item, boxes, twice)
    with counted.database.writing() as session:
        undo_last(session, counted, ANI, items[-1].lease or "")
    for item in take(counted, BUDI, 10, twice)[1]:
        answer(counted, BUDI, item, number_of(counted, item).boxes.replace("#", "0"), twice)
    with counted.database.writing() as session:
        undo_last(session, counted, BUDI, "1" * 32)
    assert [reason.text() for reason in verify(counted)] == []


def test_corners_that_are_none_are_refused(counted: Records) -> None:
    with counted.database.reading() as session:
        page = session.scalars(select(Page)).first()
    assert page is not None
    crossed = [(0.0, 0.0), (100.0, 100.0), (100.0, 0.0), (0.0, 100.0)]
    for form, number, points, code in (
        (FORM, 9, crossed, "form_page_unknown"),
        (FORM, 2, crossed, "corners_invalid"),
        (FORM, 2, [(0.0, 0.0)] * 4, "corners_invalid"),
    ):
        with pytest.raises(UsageError, match=code), counted.database.writing() as session:
            give_corners(session, counted, page.id, "ani", form, number, points)

"""A desk gets numbers page by page, so that a page is open once; what is read blind lies wherever chance puts it."""

from collections.abc import Sequence
from functools import partial

from api.core.context import Records
from api.db.review_tables import ReviewItem
from api.db.states import ItemKind
from api.desk.escalated import escalated
from api.desk.policy import Policy
from api.desk.queue import Filters, claim, held, release
from api.people.roles import Role
from tests.support.desk import ANI, BUDI, DEWI, STATION, SURE, answer, document, person, station_of, take, writing
from tests.support.service import serving

FIELDS = ("paslon_1", "paslon_2", "paslon_3", "suara_sah")


def pages(records: Records, count: int) -> list[str]:
    """Put documents with one page each on record, of which the first fields weigh more than all others."""
    with writing(records) as session:
        made = [
            document(session, records, station_of(index), {field: {} for field in FIELDS}) for index in range(count)
        ]
        for rank, one in enumerate(made):
            for place, item in enumerate(
                session.query(ReviewItem).filter_by(document_id=one).order_by(ReviewItem.field)
            ):
                item.harm = 1000 - 100 * place - rank
    return made


def places(items: Sequence[ReviewItem]) -> list[tuple[str, str]]:
    return [(item.document_id, item.field) for item in items]


def test_pages_come_whole_and_the_page_with_the_most_harmful_number_first(records: Records) -> None:
    first, second, third = pages(records, 3)
    _, items = take(records, ANI, 10)
    expected = [(one, field) for one in (first, second) for field in FIELDS]
    assert places(items) == [*expected, (third, FIELDS[0]), (third, FIELDS[1])]


def test_the_page_that_is_open_is_finished_before_another_is_opened(records: Records) -> None:
    first, second = pages(records, 2)
    lease, items = take(records, ANI, 2)
    assert places(items) == [(first, field) for field in FIELDS[:2]]
    for item in items:
        answer(records, ANI, item, "123")
    with writing(records) as session:
        _, others = claim(session, BUDI, SURE, 1, Filters())
        assert places(others) == [(first, FIELDS[2])] or places(others)[0][0] == second
        release(session, BUDI, str(others[0].lease))
        _, more = claim(session, ANI, SURE, 4, Filters(), lease)
        assert [one for one, _ in places(more)] == [first, first, second, second]
        assert {field for one, field in places(more) if one == first} == set(FIELDS[2:])
        assert places(held(session, ANI, lease)) == places(more)  # also after a reload


def test_another_desk_gets_what_is_free(records: Records) -> None:
    first, second = pages(records, 2)
    _, mine = take(records, ANI, 3)
    _, theirs = take(records, BUDI, 10)
    assert places(mine) == [(first, field) for field in FIELDS[:3]]
    assert set(places(theirs)) == {(first, FIELDS[3]), *((second, field) for field in FIELDS)}


def test_a_second_reading_does_not_stand_with_its_page(records: Records) -> None:
    pages(records, 1)
    _, items = take(records, ANI, 1)
    twice = Policy(second_share=1, gold_share=0, audit_share=0)
    answer(records, ANI, items[0], "123", policy=twice)
    at = set()
    for chance in (0.0, 0.4, 0.99):
        policy = Policy(second_share=0, gold_share=0, audit_share=0, chance=partial(float, chance))
        lease, found = take(records, BUDI, 10, policy)
        at.add([item.kind for item in found].index(ItemKind.SECOND))
        with writing(records) as session:
            release(session, BUDI, lease)
    assert len(at) == 3


def test_seniors_see_what_waits_for_them_and_why_and_nobody_by_name(records: Records) -> None:
    pages(records, 1)
    _, items = take(records, ANI, 1)
    answer(records, ANI, items[0], kind="escalate", comment="tinta luntur")
    with records.database.reading() as session:
        found = escalated(session, DEWI)
        assert [(one.field, one.comment, one.station) for one in found.numbers] == [
            ("paslon_1", "tinta luntur", station_of(0))
        ]
        assert (found.count, found.others) == (1, 0)
        assert "ani" not in str(found)
        elsewhere = escalated(session, person("eka", Role.SENIOR, scope="11"))
        assert (list(elsewhere.numbers), elsewhere.count) == ([], 0)
        # Whoever has read it before is no fresh pair of eyes.
        own = escalated(session, person("ani", Role.SENIOR))
        assert (list(own.numbers), own.count, own.others) == ([], 0, 1)


def test_the_page_says_so_in_words(records: Records) -> None:
    del records
    with serving() as client:
        page = client.get("/review/escalated")
    assert page.status_code == 200
    assert "Tidak ada yang menunggu pemeriksa senior." in page.text
    assert STATION not in page.text

"""The queue of the evening: nothing is lost, nothing is read before it comes, and it is as long as it must be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.evening import HOURLY_SHARE, STEP_SECONDS, arrival, evening, lines_of, worst

rates = st.lists(st.floats(0, 2000), min_size=1, max_size=60)


@given(rates, st.floats(100, 3000))
def test_every_page_is_read_once(arriving: list[float], capacity: float) -> None:
    moments = list(evening(arriving, capacity))
    came, read, backlog = 0.0, 0.0, 0.0
    for moment in moments:
        came, read = came + moment.arriving * STEP_SECONDS, read + moment.reading * STEP_SECONDS
        assert moment.reading <= capacity * (1 + 1e-9)
        assert moment.backlog == pytest.approx(came - read, abs=1e-2)
        backlog = moment.backlog
    assert backlog == pytest.approx(0, abs=1e-3)
    assert came == pytest.approx(sum(arriving) * STEP_SECONDS)


def test_more_than_can_be_read_waits_and_grows_old() -> None:
    moments = list(evening([20.0] * 10, 10.0))
    assert [one.backlog for one in moments[:3]] == pytest.approx([600, 1200, 1800])
    # After ten minutes, half of what came has been read: what is next came five to six minutes ago.
    assert moments[9].oldest == pytest.approx(300)
    assert len(moments) == 20


def test_enough_workers_leave_nothing_waiting() -> None:
    moments = list(evening([20.0] * 10, 20.0))
    assert {one.oldest for one in moments} == {0.0}
    assert worst(moments) == "nothing ever waits for a minute"


def test_workers_that_are_missing_for_a_while_are_made_up_for() -> None:
    moments = list(evening([10.0] * 30, [0.0] * 5 + [20.0] * 25))
    assert moments[4].backlog == pytest.approx(3000)
    assert moments[9].backlog == pytest.approx(0, abs=1e-6)


def test_workers_that_never_come_are_an_error() -> None:
    with pytest.raises(ValueError, match="never read"):
        list(evening([10.0], [0.0]))


def test_the_curve_has_its_peak_and_its_sum() -> None:
    curve = arrival(54e6)
    assert sum(curve) * STEP_SECONDS == pytest.approx(54e6)
    assert max(curve) == pytest.approx(max(HOURLY_SHARE) * 54e6 / 3600, rel=0.05)


def test_a_table_has_a_line_an_hour() -> None:
    lines = lines_of(list(evening(arrival(1e6), 20.0)), until=6)
    assert len(lines) == 2 + 6

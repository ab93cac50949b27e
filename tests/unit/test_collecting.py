"""What the suite's processes hold for good is left to itself: the collector of garbage works for what tests make."""

import gc

from tests.support.collecting import FIRST


def test_garbage_is_looked_for_among_what_tests_made_alone() -> None:
    assert gc.isenabled()
    assert gc.get_freeze_count() > 10_000  # no process has found a test with less
    assert gc.get_threshold()[0] == FIRST

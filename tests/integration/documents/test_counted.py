"""How far the work is: at once while there are few pages, rested from where there are many."""

from collections import Counter

from api.documents.progress import MANY, REST, Counted
from api.schemas.documents import ProgressBody


class Work:
    """Pages that take a second to count, and a clock."""

    def __init__(self, pages: int) -> None:
        self.moment, self.counts, self.pages = 0.0, Counter[str](), pages

    def count(self) -> ProgressBody:
        self.moment += 1
        self.counts["made"] += 1
        return ProgressBody(pages={"read": self.pages}, documents={}, oldest_waiting_seconds=None)


def test_a_few_pages_are_counted_whenever_somebody_asks() -> None:
    work = Work(MANY - 1)
    counted = Counted(work.count, lambda: work.moment)
    for asked in range(1, 4):
        assert counted.now().pages == {"read": MANY - 1}
        assert work.counts["made"] == asked


def test_many_pages_are_counted_again_only_after_a_rest() -> None:
    work = Work(MANY)
    counted = Counted(work.count, lambda: work.moment)
    counted.now()
    work.pages += 7
    work.moment += REST - 0.5
    assert counted.now().pages == {"read": MANY}
    work.moment += 1
    assert counted.now().pages == {"read": MANY + 7}
    assert work.counts["made"] == 2

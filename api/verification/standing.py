"""What counts of a number is the last that was decided of it: no event without a decision goes back behind one.

A number that leaves its document is forgotten there, and begins anew where another photograph shows it: decisions from
before that do not count. All other ways back are decisions themselves, signed where their person signs.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.db.states import AnswerKind
from api.ledger.kinds import ROWS_ADOPTED
from api.verification.entries import Entry
from api.verification.replay import Change, Replay
from pipeline.reasons import Reason

Row = Mapping[str, Any]

_Number = tuple[Any, Any]
"""Document and field."""


class StandingCheck:
    """Follows which numbers began anew; holds every number that people decided against the last decision about it.

    Args:
        replay: The rows that follow from the events so far.

    """

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self._anew: set[_Number] = set()  # those that left their document, which are few
        self._reformed: set[Any] = set()  # documents that turned out to be of another form

    def check(self, entry: Entry, changes: Sequence[Change]) -> Iterator[Reason]:
        """Follow an event; yield decided numbers that go without a reason, and decisions put behind later ones."""
        for change in changes:
            if change.table == "document" and (change.before or {}).get("form_id") is not None:
                self._reform(change)
        for change in changes:
            if change.table == "number" and _is_forgotten(change):
                self._anew.add((change.key[0], change.key[1]))
                if not self._may_go(change.before or {}):
                    yield _wrong(entry.place, change.subject, "what was decided of it goes, and its page stays")
        for change in changes:
            if change.table != "decision" or change.before is not None or change.after is None:
                continue
            about = (change.after["document_id"], change.after["field"])
            self._anew.discard(about)
            last = self._replay.decisions(*about)[-1]
            if last["id"] != change.after["id"] and entry.kind != ROWS_ADOPTED:
                yield _wrong(entry.place, change.subject, "another decision about its number comes after it")

    def _reform(self, change: Change) -> None:
        if change.after is not None and change.after.get("form_id") != (change.before or {}).get("form_id"):
            self._reformed.add(change.key[0])

    def _may_go(self, number: Row) -> bool:
        """Return whether the page that showed a number is in its document no more, or was read anew."""
        page = self._replay.look("page", (number.get("page_id"),)) or {}
        left = page.get("document_id") != number.get("document_id")
        return left or page.get("reading_id") != number.get("reading_id") or number["document_id"] in self._reformed

    def end(self) -> Iterator[Reason]:
        """Yield the numbers of which something else stands than what was decided last."""
        for last in self._replay.last_decisions():
            about = (last["document_id"], last["field"])
            number = self._replay.look("number", about)
            if number is None or about in self._anew or _is_sealed(last):
                continue
            expected = None if last["kind"] == AnswerKind.REOPEN else last["id"]
            if number["decision_id"] != expected:
                problem = "it goes back behind what was decided last, without a decision"
                yield _wrong("-", f"number:{about[0]}/{about[1]}", problem)


def _is_forgotten(change: Change) -> bool:
    """Return whether a number that people decided goes, or is that of another page from now on, undecided."""
    before, after = change.before or {}, change.after
    if before.get("decision_id") is None:
        return False
    return after is None or (after.get("decision_id") is None and after.get("page_id") != before.get("page_id"))


def _is_sealed(decision: Row) -> bool:
    return "kind" not in decision  # and the opening was destroyed


def _wrong(place: int | str, subject: str, problem: str) -> Reason:
    return Reason("audit_decision", {"seq": place, "subject": subject, "problem": problem})

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
        self._adopted: set[_Number] = set()  # decided before there was a log, and not compared with their numbers yet

    def check(self, entry: Entry, changes: Sequence[Change]) -> Iterator[Reason]:
        """Follow an event; yield decided numbers that go without a reason, and decisions put behind later ones."""
        if self._adopted and entry.kind != ROWS_ADOPTED:
            self._compare_adopted(changes)
        for change in changes:
            if change.table == "document" and (change.before or {}).get("form_id") is not None:
                self._reform(change)
        for change in changes:
            if change.table == "number" and _is_forgotten(change):
                self._anew.add((change.key[0], change.key[1]))
                if not self._may_go(change.before or {}):
                    yield _wrong(entry.place, change.subject, "what was decided of it goes, and its page stays")
        for change in changes:
            if change.table == "decision" and change.before is None and change.after is not None:
                yield from self._decided(entry, change, change.after)

    def _decided(self, entry: Entry, change: Change, decision: Row) -> Iterator[Reason]:
        """Follow a decision that is made; yield it where it is put behind later ones."""
        about = (decision["document_id"], decision["field"])
        self._anew.discard(about)
        if entry.kind == ROWS_ADOPTED:
            self._adopted.add(about)
        elif self._replay.decisions(*about)[-1]["id"] != decision["id"]:
            yield _wrong(entry.place, change.subject, "another decision about its number comes after it")

    def _compare_adopted(self, changes: Sequence[Change]) -> None:
        """Take note of the numbers that had begun anew before there was a log.

        Args:
            changes: What the first event after an adoption has done already.

        """
        before = {(one.key[0], one.key[1]): one.before for one in changes if one.table == "number"}
        made = {one.key[0] for one in changes if one.table == "decision" and one.before is None}
        while self._adopted:
            about = self._adopted.pop()
            number = before[about] if about in before else self._replay.look("number", about)
            last = [one for one in self._replay.decisions(*about) if one["id"] not in made][-1]
            if number is not None and number["decision_id"] != _left_by(last):
                self._anew.add(about)

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
        for document, field in self._replay.decided():
            subject = f"number:{document}/{field}"
            try:
                behind = self._is_behind((document, field))
            except (ValueError, TypeError, KeyError) as error:  # a decision of a shape that no program writes
                yield _wrong("-", subject, repr(error)[:80])
                continue
            if behind:
                yield _wrong("-", subject, "it goes back behind what was decided last, without a decision")

    def _is_behind(self, about: _Number) -> bool:
        last = self._replay.decisions(*about)[-1]
        number = self._replay.look("number", about)
        if number is None or about in self._anew or about in self._adopted or _is_sealed(last):
            return False
        return bool(number["decision_id"] != _left_by(last))


def _left_by(decision: Row) -> Any:
    """Return which decision a number bears once this was made about it: a reopened number bears none."""
    return None if decision.get("kind", AnswerKind.REOPEN) == AnswerKind.REOPEN else decision["id"]


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

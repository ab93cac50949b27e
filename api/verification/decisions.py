"""A decision says what its kind can say, in an event of its author about its own number.

A signature is over boxes, and over "undo" (`api.ledger.statements`): which number boxes make, and what an undo goes
back to, are no choice of whoever writes the row.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.db.states import AnswerKind, NumberState
from api.ledger.kinds import ROWS_ADOPTED
from api.verification.entries import Entry
from api.verification.replay import Change, Replay
from pipeline.errors import UsageError
from pipeline.marks import value_of
from pipeline.reasons import Reason

Row = Mapping[str, Any]

_READ = frozenset({AnswerKind.CONFIRM, AnswerKind.CORRECT})

_LEAVES: Mapping[str, str] = {
    AnswerKind.CONFIRM: NumberState.REVIEWED,
    AnswerKind.CORRECT: NumberState.REVIEWED,
    AnswerKind.UNREADABLE: NumberState.UNREADABLE,
    AnswerKind.REOPEN: NumberState.ACCEPTED,
    AnswerKind.FLAG: NumberState.REVIEW,
    AnswerKind.WITHDRAW: NumberState.REVIEW,
}
"""How a decision leaves its number where that does not wait for somebody else; an undo brings back how it was."""


class DecisionCheck:
    """Holds every decision that is made against its kind and its event.

    Args:
        replay: The rows that follow from the events so far.

    """

    def __init__(self, replay: Replay) -> None:
        self._replay = replay

    def check(self, entry: Entry, changes: Sequence[Change]) -> Iterator[Reason]:
        """Yield what a decision says that it cannot say."""
        if entry.kind == ROWS_ADOPTED:
            return
        for change in changes:
            if change.table != "decision" or change.before is not None or change.after is None:
                continue
            for problem in self._problems(entry, change.after):
                yield Reason("audit_decision", {"seq": entry.place, "subject": change.subject, "problem": problem})

    def _problems(self, entry: Entry, row: Row) -> Iterator[str]:
        if entry.told.get("actor") != row.get("person_id"):
            yield "another than its author has recorded it"
        if entry.subject != f"number:{row['document_id']}/{row['field']}":
            yield "the event is about another number"
        if {"kind", "new"} <= row.keys():  # else sealed, and the opening was destroyed
            yield from self._said(row)

    def _said(self, row: Row) -> Iterator[str]:
        new = row["new"] or {}
        problem = fault_of(str(row["kind"]), new.get("state"), new.get("value"), new.get("boxes"))
        if problem:
            yield problem
        if row["kind"] == AnswerKind.RESTORE:
            yield from self._restored(row)

    def _restored(self, row: Row) -> Iterator[str]:
        """What is restored is what stood before the last decision, which was the same author's."""
        earlier = [one for one in self._replay.decisions(row["document_id"], row["field"]) if one["id"] != row["id"]]
        if len(earlier) < 2 or earlier[-1]["person_id"] != row["person_id"]:
            yield "its author has nothing to take back"
        elif earlier[-2].get("new", row["new"]) != row["new"]:
            yield "it restores what did not stand before"


def fault_of(kind: str, state: Any, value: Any, boxes: Any) -> str:
    """Return why a decision of this kind cannot leave a number so; "" where it can."""
    if state == NumberState.REVIEW:
        return "" if value is None else "a number that waits has no value"
    if kind in _LEAVES and state != _LEAVES[kind]:
        return f"it leaves the number {state}"
    if kind in _READ and value != _value_of(str(boxes)):
        return "its boxes make another number"
    if state == NumberState.UNREADABLE and value is not None:
        return "what nobody can read has no value"
    return ""


def _value_of(boxes: str) -> int | None:
    try:
        return value_of(boxes)
    except UsageError:
        return None

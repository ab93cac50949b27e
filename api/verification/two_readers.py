"""Numbers that people typed from a whole picture: each counts once two of them have read it, by the log alone.

No machine has read such a number, so that one person's word has nothing to be held against. Whoever writes to the
database could let one person's number count; the answers that the log tells of show how many have read it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.db.states import SETTLED_BY_PEOPLE, AnswerKind
from api.ledger.kinds import ROWS_ADOPTED
from api.triage.typed_numbers import READERS, is_typed_by
from api.verification.entries import Entry
from api.verification.replay import Change, Replay
from pipeline.reasons import Reason

_READ = frozenset({AnswerKind.CONFIRM, AnswerKind.CORRECT, AnswerKind.UNREADABLE})

_Number = tuple[Any, Any]
"""Document and field."""


class TwoReaders:
    """Follows who has read each typed number; holds what lets one count against that.

    Args:
        replay: The rows as the log tells them so far.

    """

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self._readers: dict[_Number, set[str]] = {}  # of typed numbers alone, which are few
        self._people = False

    def check(self, entry: Entry, changes: Sequence[Change]) -> Iterator[Reason]:
        """Yield the typed numbers that an event lets count though fewer than two people have read them."""
        self._people = self._people or any(change.table == "person" for change in changes)
        if entry.kind == ROWS_ADOPTED:
            return
        for change in changes:
            if change.table == "review_answer" and change.before is None:
                self._follow(change.after or {})
        for change in changes:
            # Until there are accounts whoever sits at the machine is the one person there is.
            if self._people and change.table == "number" and _begins_to_count(change):
                readers = self._readers.get((change.key[0], change.key[1]), set())
                if len(readers) < READERS:
                    who = next(iter(readers), "-")[:12]
                    problem = f"typed, and read by {len(readers)} of {READERS} people"
                    told = {"seq": entry.place, "subject": change.subject, "person": who, "problem": problem}
                    yield Reason("audit_not_allowed", told)

    def _follow(self, answer: Mapping[str, Any]) -> None:
        about = (answer.get("document_id"), answer.get("field"))
        if answer.get("kind") in _READ and _is_typed(self._replay.look("number", about)):
            self._readers.setdefault(about, set()).add(str(answer.get("person_id")))


def _begins_to_count(change: Change) -> bool:
    """Return whether a typed number counts from now on; one that is new here was moved with its page, as it stood."""
    if change.before is None or change.after is None or change.before.get("state") in SETTLED_BY_PEOPLE:
        return False
    return change.after.get("state") in SETTLED_BY_PEOPLE and _is_typed(change.after)


def _is_typed(number: Mapping[str, Any] | None) -> bool:
    return is_typed_by((number or {}).get("reasons") or ())  # sealed, and the opening may be destroyed

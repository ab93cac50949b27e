"""Who records an event of this kind: a person, the program, or a command on the machine (`api.ledger.actors`).

So what only people do is told in the name of one of them, whose rights are looked at (`api.verification.rights`), and
what a row says of who did it is who recorded it: a ruling of a senior, an alarm that an auditor has cleared.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from api.ledger.actors import BY_ITSELF, BY_PROGRAM, LOCAL, NAMES_ACTOR
from api.ledger.kinds import ROWS_ADOPTED
from api.verification.entries import DATING, Entry
from api.verification.replay import Change
from pipeline.reasons import Reason


class ActorsCheck:
    """Holds who recorded an event against its kind, and against whom its rows name."""

    def __init__(self) -> None:
        self._accounts: datetime | None = None  # when the first was made

    def check(self, entry: Entry, changes: Sequence[Change]) -> Iterator[Reason]:
        """Yield what an event says that its actor does not do."""
        who = str(entry.told.get("actor", ""))
        if entry.kind != ROWS_ADOPTED:
            for change in changes:
                yield from (_not_allowed(entry, change.subject, who, problem) for problem in _named(who, change))
        problem = self._acts(entry, who)
        if problem:
            yield _not_allowed(entry, entry.subject, who, problem)
        if self._accounts is None and any(change.table == "person" for change in changes):
            self._accounts = entry.at

    def _acts(self, entry: Entry, who: str) -> str:
        """Return why who has recorded it does not; "" where they do, or nobody has an account yet."""
        if self._accounts is None:
            return ""
        if who == LOCAL:  # what was begun before the first account was made may end after it
            return "nobody logged in" if entry.at > self._accounts + DATING else ""
        if who in BY_PROGRAM:
            return "" if entry.kind in BY_PROGRAM[who] else f"nobody logged in, and {who} does no such thing"
        return "only the program does so" if entry.kind in BY_ITSELF else ""


def _named(who: str, change: Change) -> Iterator[str]:
    """Yield what a row says from now on of who did it, where that is not who has recorded it."""
    before, after = change.before or {}, change.after or {}
    column = NAMES_ACTOR.get(change.table, "")
    named = after.get(column)
    if change.table == "alarm" and change.before is None:  # one that ends in the transaction that raises it
        return
    if named is not None and named != before.get(column) and named != who:
        yield f"{column} is {str(named)[:12]}, who has not recorded it"


def _not_allowed(entry: Entry, subject: str, who: str, problem: str) -> Reason:
    told = {"seq": entry.place, "subject": subject, "person": who[:12], "problem": problem}
    return Reason("audit_not_allowed", told)

"""An event does only what its kind may do (`api.ledger.effects`)."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence

from api.ledger.effects import EFFECTS
from api.ledger.kinds import CHAIN_CLOSED, CLOCK_SET_BACK, KINDS, LOG_KEY, ROWS_ADOPTED, ROWS_CONTINUED
from api.verification.entries import Entry
from api.verification.replay import Change
from pipeline.reasons import Reason

REMEMBERED = 10_000
"""Events of which the kind is remembered, for one that continues them: those of a transaction are near each other."""

ROW = "-"
"""What a finding calls a row that is made or taken away as a whole."""

OPENING = frozenset({CHAIN_CLOSED, LOG_KEY, CLOCK_SET_BACK, ROWS_ADOPTED})
"""What a log begins with. Before anything else rows are adopted that no event has told of: those of an older program.

An adoption after that tells again of rows that are known, with columns that are new. A release that fills a new table
as it updates a database must record these rows by an event of their own.
"""

_TABLES = {kind.__tablename__: effects for kind, effects in EFFECTS.items()}


class EffectsCheck:
    """Holds what every event changes against its kind."""

    def __init__(self) -> None:
        self._kinds: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._opening = True

    def check(self, entry: Entry, changes: Sequence[Change]) -> Iterator[Reason]:
        """Yield what an event changes that no event of its kind does."""
        kind = self._kind(entry)
        self._opening = self._opening and kind in OPENING
        if kind not in KINDS:  # which is found as such
            return
        for change in changes:
            for column in self._adopted(change) if kind == ROWS_ADOPTED else _unheard(kind, change):
                told = {"seq": entry.place, "subject": change.subject, "kind": kind, "column": column}
                yield Reason("audit_effect", told)

    def _adopted(self, change: Change) -> Iterator[str]:
        """Yield a row that is taken for one of an older program; what is changed is found as rewritten."""
        if change.before is None and not self._opening:
            yield ROW

    def _kind(self, entry: Entry) -> str:
        """Return what an event is, or what the one is that it continues; an adoption is never continued."""
        which = (entry.actor, entry.subject)
        if entry.kind == ROWS_CONTINUED:
            kind = self._kinds.get(which, ROWS_CONTINUED)
            return ROWS_CONTINUED if kind == ROWS_ADOPTED else kind
        self._kinds[which] = entry.kind
        self._kinds.move_to_end(which)
        if len(self._kinds) > REMEMBERED:
            self._kinds.popitem(last=False)
        return entry.kind


def _unheard(kind: str, change: Change) -> Iterator[str]:
    effects = _TABLES[change.table]
    if change.before is None or change.after is None:
        if kind not in (effects.gone if change.after is None else effects.made):
            yield ROW
        return
    for column, value in change.after.items():
        other = column in change.before and change.before[column] != value
        if other and kind not in effects.changed.get(column, ()):
            yield column

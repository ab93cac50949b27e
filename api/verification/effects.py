"""An event does only what its kind may do (`api.ledger.effects`)."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence

from api.ledger.effects import EFFECTS
from api.ledger.kinds import KINDS, ROWS_ADOPTED, ROWS_CONTINUED
from api.verification.entries import Entry
from api.verification.replay import Change
from pipeline.reasons import Reason

REMEMBERED = 10_000
"""Events of which the kind is remembered, for one that continues them: those of a transaction are near each other."""

ROW = "-"
"""What a finding calls a row that is made or taken away as a whole."""

_TABLES = {kind.__tablename__: effects for kind, effects in EFFECTS.items()}


class EffectsCheck:
    """Holds what every event changes against its kind."""

    def __init__(self) -> None:
        self._kinds: OrderedDict[tuple[str, str], str] = OrderedDict()

    def check(self, entry: Entry, changes: Sequence[Change]) -> Iterator[Reason]:
        """Yield what an event changes that no event of its kind does."""
        kind = self._kind(entry)
        if kind == ROWS_ADOPTED or kind not in KINDS:  # the first changes nothing, the second is found as such
            return
        for change in changes:
            for column in _unheard(kind, change):
                told = {"seq": entry.place, "subject": change.subject, "kind": kind, "column": column}
                yield Reason("audit_effect", told)

    def _kind(self, entry: Entry) -> str:
        """Return what an event is, or what the one is that it continues."""
        which = (entry.actor, entry.subject)
        if entry.kind == ROWS_CONTINUED:
            return self._kinds.get(which, ROWS_CONTINUED)
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

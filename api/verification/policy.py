"""The threshold from which the machine's numbers count is only ever raised, and nothing below it begins to count."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from api.documents.decide import ACCEPTANCE_THRESHOLD
from api.ledger.kinds import ROWS_ADOPTED
from api.people.personal_keys import REQUIRED
from api.verification.entries import DATING, Entry
from api.verification.replay import Change
from pipeline.reasons import Reason

_KINDS = {ACCEPTANCE_THRESHOLD: "threshold_raised", REQUIRED: "signatures_set"}
"""By what is set: the kind of event that sets it."""


class PolicyCheck:
    """Follows what people have set for the whole service, and holds what follows from it against that."""

    def __init__(self) -> None:
        self._limit = 0.0
        self._since: datetime | None = None

    def check(self, entry: Entry, changes: Sequence[Change]) -> Iterator[Reason]:
        """Yield what an event sets that cannot be set so, and the numbers that it lets count below the threshold."""
        for change in changes:
            for problem in self._problems(entry, change):
                told = {"seq": entry.place, "subject": change.subject, "kind": entry.kind, "problem": problem}
                yield Reason("audit_body", told)

    def _problems(self, entry: Entry, change: Change) -> Iterator[str]:
        if change.table == "policy_value":
            yield from self._set(entry, change)
        elif change.table == "number" and self._since is not None and self._begins_too_low(entry, change):
            yield f"the machine's number counts below the threshold {self._limit:.9g}"

    def _set(self, entry: Entry, change: Change) -> Iterator[str]:
        name, value = str(change.key[0]), (change.after or {}).get("value")
        if entry.kind not in (_KINDS.get(name), ROWS_ADOPTED):
            yield f"sets {name}"
        if name != ACCEPTANCE_THRESHOLD or value is None:
            return
        if not self._limit <= value < 1 or (value == self._limit and entry.kind != ROWS_ADOPTED):
            yield f"the threshold goes from {self._limit:.9g} to {value:.9g}"
        if entry.kind == _KINDS[name] and entry.body.get("to") != value:
            yield f"the threshold is {value:.9g}, and the event says {entry.body.get('to')}"
        self._limit, self._since = max(self._limit, value), entry.at

    def _begins_too_low(self, entry: Entry, change: Change) -> bool:
        """Return whether a number is accepted from now on; what was under way as the threshold rose may end."""
        before, after = change.before or {}, change.after or {}
        begins = after.get("outcome") == "accepted" and before.get("outcome") != "accepted"
        late = self._since is not None and entry.at > self._since + DATING
        confidence: Any = after.get("confidence")
        return begins and late and (confidence is None or confidence < self._limit)

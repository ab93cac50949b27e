"""Who was allowed what, at the time when it was done: by the log alone.

From the first account on, whoever acts is a person with a role that allows it, in the region of the thing. Before it
whoever sits at the machine may do everything, and nothing is held against them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.db.states import AnswerKind
from api.ledger.actors import PROGRAMS
from api.ledger.kinds import KINDS, ROWS_ADOPTED
from api.people.roles import Permission, known_roles, permissions_of
from api.regions.codes import NATION, within
from api.verification.entries import Entry
from api.verification.replay import Change, Replay
from pipeline.reasons import Reason

_OWN = {"token": "person_id"}
"""What people may change of their own without managing others: the column that names whose it is."""

_ACTS: Mapping[str, tuple[str, frozenset[Permission]]] = {
    "decision": ("person_id", frozenset({Permission.DECIDE, Permission.DECIDE_AS_SENIOR})),
    "review_answer": ("person_id", frozenset({Permission.DECIDE, Permission.DECIDE_AS_SENIOR})),
    "page": ("uploaded_by", frozenset({Permission.UPLOAD})),
    "review_audit": ("person_id", frozenset({Permission.AUDIT})),
    "policy_value": ("person_id", frozenset({Permission.MANAGE_SYSTEM})),
    "page_corners": ("person_id", frozenset({Permission.UPLOAD, Permission.DECIDE})),
    "published_snapshot": ("imported_by", frozenset({Permission.MANAGE_SYSTEM})),
}
"""By table: the column that says who did it, and the permissions of which one is needed."""

_MOVE = frozenset({Permission.MOVE})

_PROGRAM_TOO = frozenset({"page", "policy_value", "page_corners", "review_audit", "published_snapshot"})
"""What commands on the machine itself may do, where nobody logs in."""


def _says_nothing_new(change: Change) -> bool:
    """Tell whether a decision takes a number out of the count, or brings back what stood before: the program may do so.

    That it did stand before is held against the decisions themselves (`api.verification.decisions`).
    """
    after = change.after or {}
    new = after.get("new") or {}
    withdraws = new.get("state") == "review" and new.get("value") is None
    return change.table == "decision" and (withdraws or after.get("kind") == AnswerKind.RESTORE)


class Rights:
    """Follows who may do what, and holds every act against it."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self._people: dict[str, Mapping[str, Any]] = {}

    def check(self, entry: Entry, changes: Sequence[Change]) -> Iterator[Reason]:
        """Yield what an event does that its author was not allowed to do, at that time."""
        if entry.kind != ROWS_ADOPTED:
            for change in changes:
                for who, why in self._faults(entry, change):
                    told = {"seq": entry.place, "subject": change.subject, "person": who[:12], "problem": why}
                    yield Reason("audit_not_allowed", told)
            yield from self._actor(entry)
        for change in changes:
            if change.table == "person":
                self._follow(change)

    def _follow(self, change: Change) -> None:
        if change.after is None:
            self._people.pop(str(change.key[0]), None)
        else:
            self._people[str(change.key[0])] = change.after

    def _actor(self, entry: Entry) -> Iterator[Reason]:
        """Whoever acts is a person who was there and active, with the permission that the kind of event needs."""
        who = str(entry.told.get("actor", ""))
        if not self._people or who in PROGRAMS:
            return
        kind = KINDS.get(entry.kind)
        wanted = frozenset({Permission(kind.permission)}) if kind and kind.permission else frozenset()
        problem = self._problem(who, wanted, None, anywhere=True)
        if problem:
            told = {"seq": entry.place, "subject": entry.subject, "person": who[:12], "problem": problem}
            yield Reason("audit_not_allowed", told)

    def _faults(self, entry: Entry, change: Change) -> Iterator[tuple[str, str]]:
        """Yield who was not allowed to do this to a row, and why."""
        if not self._people or change.after is None:
            return
        if change.table in ("person", "token"):
            yield from self._managed(entry, change)
            return
        if self._moves(change):
            yield from self._moved(str(entry.told.get("actor", "")))
        if change.table == "person_key":
            yield from self._key(entry, change)
            return
        column, wanted = _ACTS.get(change.table, ("", frozenset()))
        if not column or (change.before is not None and change.before.get(column) == change.after.get(column)):
            return
        who = str(change.after.get(column))
        if who in PROGRAMS:
            if change.table not in _PROGRAM_TOO and not _says_nothing_new(change):
                yield who, "nobody logged in"
            return
        region = self._region(change)
        problem = self._problem(who, wanted, region, anywhere=change.table == "page" and region is None)
        if problem:
            yield who, problem

    def _moves(self, change: Change) -> bool:
        """Return whether a document or page goes from the polling station under which it is filed."""
        before, after = change.before or {}, change.after or {}
        if change.table == "document":
            return before.get("station") not in (None, after.get("station"))
        if change.table == "page" and change.before is not None:
            other = before.get("document_id") != after.get("document_id")
            return other and self._station(before) not in (None, self._station(after))
        return False

    def _station(self, row: Mapping[str, Any]) -> str | None:
        return (self._replay.look("document", (row.get("document_id"),)) or {}).get("station")

    def _moved(self, who: str) -> Iterator[tuple[str, str]]:
        nobody = who in PROGRAMS
        problem = "nobody logged in" if nobody else self._problem(who, _MOVE, None, anywhere=True)
        if problem:
            yield who, problem

    def _managed(self, entry: Entry, change: Change) -> Iterator[tuple[str, str]]:
        who = str(entry.told.get("actor", ""))
        if who in PROGRAMS:
            return
        after = change.after or {}
        if change.table == "person" and change.key == (who,):
            yield from _own_account(entry, change)
            return
        if change.table in _OWN and after.get(_OWN[change.table]) == who:
            return
        problem = self._problem(
            who, frozenset({Permission.MANAGE_PEOPLE}), after.get("scope"), anywhere="scope" not in after
        )
        if problem:
            yield who, problem

    def _key(self, entry: Entry, change: Change) -> Iterator[tuple[str, str]]:
        """A key is shown by its person, confirmed by whoever manages them, and revoked by either."""
        after, before = change.after or {}, change.before or {}
        whose = str(after.get("person_id"))
        if before.get("confirmed_at") != after.get("confirmed_at"):
            who, own = str(after.get("confirmed_by")), False
        elif before.get("revoked_at") != after.get("revoked_at"):
            who, own = str(after.get("revoked_by")), True
        else:
            who, own = str(entry.told.get("actor", "")), True
        if who in PROGRAMS:
            return
        manages = frozenset({Permission.MANAGE_PEOPLE})
        scope = (self._people.get(whose) or {}).get("scope")
        if own and who == whose:
            problem = self._problem(who, frozenset(), None, anywhere=True)
        elif not before:
            problem = "shown by somebody else"
        else:
            problem = self._problem(who, manages, scope, anywhere=False)
        if problem:
            yield who, problem

    def _region(self, change: Change) -> str | None:
        """Return where a thing is: a region of its own, or its document's station."""
        after = change.after or {}
        if "region" in after:
            return str(after["region"])
        document = after.get("document_id")
        if document is None and "page_id" in after:
            document = (self._replay.look("page", (after["page_id"],)) or {}).get("document_id")
        return (self._replay.look("document", (document,)) or {}).get("station")

    def _problem(self, who: str, wanted: frozenset[Permission], region: str | None, *, anywhere: bool) -> str:
        person = self._people.get(who)
        if person is None:
            return "no such person"
        if not person.get("active"):
            return "disabled"
        has = permissions_of(known_roles(person.get("roles") or ()))
        if wanted and not wanted & has:
            return f"needs {' / '.join(sorted(wanted))}"
        if not anywhere and not within(NATION if region is None else region, str(person.get("scope"))):
            return f"works in {person.get('scope')}, not in {region or NATION}"
        return ""


def _own_account(entry: Entry, change: Change) -> Iterator[tuple[str, str]]:
    """Yield what people change of their own account that they do not: what they may do."""
    before, after = change.before or {}, change.after or {}
    if any(before.get(name) != after.get(name) for name in ("roles", "scope")):
        yield str(entry.told.get("actor", "")), "changes what they may do themselves"

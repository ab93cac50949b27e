"""What people have signed, by the log alone: that a decision is its person's own, and whose key a key is.

Whoever owns the database and the log's key can write events, but no signature. So a decision without one is a fault
from the moment on in which its person first had a confirmed key, or in which signatures were required of all. Keys
themselves are vouched for by signatures of administrators' keys, as soon as there are any. A verifier who has kept a
checkpoint believes the keys that were confirmed before it, and of later ones those that such a key vouches for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.ledger.actors import PROGRAMS
from api.ledger.kinds import ROWS_ADOPTED
from api.ledger.statements import (
    NONE,
    Ink,
    confirmation_statement,
    decision_statements,
    enrolment_statement,
    is_signed,
    key_id,
)
from api.people.personal_keys import REQUIRED
from api.people.roles import Permission, known_roles, permissions_of
from api.verification.entries import Entry
from api.verification.replay import Change, Replay
from pipeline.reasons import Reason

Row = Mapping[str, Any]


@dataclass(slots=True)
class Tally:
    """How many decisions of people bear a signature, how many bear none, and how many say nothing of it any more."""

    signed: int = 0
    unsigned: int = 0
    sealed: int = 0


class Signatures:
    """Follows keys and holds every decision against them.

    Args:
        replay: The rows that follow from the events so far.
        kept: Leaves under the newest checkpoint that somebody else has kept; None where there is none.

    """

    def __init__(self, replay: Replay, kept: int | None = None) -> None:
        self.tally = Tally()
        self._replay, self._kept = replay, kept
        self._keys: dict[str, Row] = {}
        self._signing: set[str] = set()
        self._doubted: set[str] = set()
        self._nonces: set[bytes] = set()
        self._required = False

    def check(self, entry: Entry, changes: Sequence[Change]) -> Iterator[Reason]:
        """Yield what an event says without the signature that it needs."""
        for change in changes:
            for problem in self._faults(entry, change):
                yield Reason("audit_signature", {"seq": entry.place, "subject": change.subject, "problem": problem})

    def _faults(self, entry: Entry, change: Change) -> Iterator[str]:
        if change.table == "person_key":
            yield from self._key(entry, change)
        elif change.table == "policy_value" and change.key == (REQUIRED,):
            yield from self._policy(entry, change)
        elif change.table == "decision" and change.after is not None and change.before is None:
            yield from self._decision(change.after, adopted=entry.kind == ROWS_ADOPTED)

    def _late(self, entry: Entry) -> bool:
        """Return whether an event came after what a verifier has kept."""
        return self._kept is not None and (entry.position is None or entry.position >= self._kept)

    def _policy(self, entry: Entry, change: Change) -> Iterator[str]:
        required = change.after is not None and bool(change.after.get("value"))
        if self._required and not required and self._late(entry):
            yield "signatures are no longer required, since the checkpoint that was kept"
        self._required = required

    # --- keys -----------------------------------------------------------------------------------------------------

    def _key(self, entry: Entry, change: Change) -> Iterator[str]:
        before, after = change.before, change.after
        if after is None:
            yield "a key is gone"
            return
        yield from _changed(before, after)
        if before is None:
            yield from _enrolled(after)
        if after.get("confirmed_at") and not (before or {}).get("confirmed_at"):
            yield from self._confirmed(entry, after)
        self._keys[str(after["id"])] = after
        if after.get("confirmed_at"):
            self._signing.add(str(after["person_id"]))

    def _confirmed(self, entry: Entry, row: Row) -> Iterator[str]:
        by, who = row.get("countersign_key"), str(row.get("confirmed_by"))
        if who == row.get("person_id"):
            yield "confirmed by its own person"
        if by is None:
            if who not in PROGRAMS and who in self._signing:
                yield "confirmed without the key of an administrator who has one"
            elif self._late(entry):
                self._doubted.add(str(row["id"]))
                yield "no administrator's key vouches for it, and it came after the checkpoint that was kept"
            return
        own = self._keys.get(str(by))
        if own is None or own["person_id"] != who or not _in_force(own) or not self._manages(who):
            yield "countersigned with no key of an administrator"
        elif not _countersigned(own, row):
            yield "the countersignature is of something else"
        elif str(by) in self._doubted:
            self._doubted.add(str(row["id"]))
            yield "countersigned with a key that nobody vouches for"

    def _manages(self, who: str) -> bool:
        person = self._replay.look("person", (who,)) or {}
        return Permission.MANAGE_PEOPLE in permissions_of(known_roles(person.get("roles") or ()))

    # --- decisions ------------------------------------------------------------------------------------------------

    def _decision(self, row: Row, *, adopted: bool) -> Iterator[str]:
        who = str(row.get("person_id"))
        if row.get("key_id") is None:
            if who not in PROGRAMS:
                self.tally.unsigned += 1
                if not adopted and (self._required or who in self._signing):
                    yield "it bears no signature, and its person signs"
            return
        nonce = bytes.fromhex(str(row.get("nonce") or ""))
        if nonce in self._nonces:
            yield "something else was decided by its signature"
        self._nonces.add(nonce)
        if not {"kind", "new", "signature"} <= row.keys():  # sealed, and the opening was destroyed
            self.tally.sealed += 1
            return
        self.tally.signed += 1
        problem = self._problem(who, row)
        if problem:
            yield problem

    def _problem(self, who: str, row: Row) -> str:
        key = self._keys.get(str(row["key_id"]))
        if key is None or key["person_id"] != who or not _in_force(key):
            return "signed with no key of its person that was in force"
        if str(key["id"]) in self._doubted:
            return "signed with a key that nobody vouches for"
        ink = _ink(self._replay, row)
        boxes, signature = str((row["new"] or {}).get("boxes", "")), str(row["signature"])
        statements = decision_statements(who, ink, str(row["kind"]), boxes, str(key["id"]), str(row["nonce"]))
        if any(is_signed(str(key["public"]), signature, statement) for statement in statements):
            return ""
        return "the signature is of something else"


def _ink(replay: Replay, row: Row) -> Ink:
    number = replay.look("number", (row["document_id"], row["field"])) or {}
    page = replay.look("page", (number.get("page_id"),)) if number.get("page_id") else None
    return Ink(NONE, 0, str(row["field"])) if page is None else Ink(page["original"], page["number"], str(row["field"]))


def _in_force(key: Row) -> bool:
    return bool(key.get("confirmed_at")) and not key.get("revoked_at")


def _changed(before: Row | None, after: Row) -> Iterator[str]:
    """Yield what never changes of a key and has: it may be confirmed once, and revoked once."""
    for name, value in (before or {}).items():
        settled = name in ("id", "person_id", "public", "proof", "made_at") or value is not None
        if settled and after.get(name) != value:
            yield f"{name} was changed"


def _enrolled(row: Row) -> Iterator[str]:
    public = str(row.get("public"))
    statement = enrolment_statement(str(row.get("person_id")), public)
    if not is_signed(public, str(row.get("proof")), statement) or key_id(public) != row.get("id"):
        yield "its person has not shown it"


def _countersigned(own: Row, row: Row) -> bool:
    statement = confirmation_statement(str(own["id"]), str(row["person_id"]), str(row["public"]))
    return is_signed(str(own["public"]), str(row.get("countersignature")), statement)

"""Which columns the log vouches for, and how: whoever adds a column says so here, and a test sees to it.

public      in the leaf, as it stands
person      in the leaf, under the person's pseudonym
guarded     in the leaf once a row is as `open_when` says; until then sealed: nobody may know it before it is decided
private     sealed: the leaf holds a salted commitment over it, the opening lies beside the event
derived     follows from other columns or files; `chasil audit verify` computes it again, by the way that is named
free        decides nothing that is published and no right; why is said
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from api.db import claim_tables as claims
from api.db import key_tables as keys
from api.db import log_tables as log
from api.db import published_tables as published
from api.db import review_tables as review
from api.db import tables

Row = Mapping[str, Any]
"""A row by the names of its columns."""

_SETTLED = ("accepted", "reviewed", "unreadable")


@dataclass(frozen=True)
class Columns:
    """How the log vouches for the columns of a table; see above."""

    public: tuple[str, ...] = ()
    person: tuple[str, ...] = ()
    guarded: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    derived: Mapping[str, str] = field(default_factory=dict)
    free: Mapping[str, str] = field(default_factory=dict)
    open_when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Words that columns must have; `new.state` is the field `state` of the column `new`."""
    recorded_as: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By column, words that are recorded as others: a part of what they say decides nothing."""
    hashed: frozenset[str] = frozenset()
    """Columns of which the SHA-256 is recorded, for they are long."""

    @cached_property
    def recorded(self) -> frozenset[str]:
        """Columns that events record."""
        return frozenset((*self.public, *self.person, *self.guarded, *self.private))

    @property
    def all(self) -> frozenset[str]:
        """Every column that is named."""
        return self.recorded | frozenset(self.derived) | frozenset(self.free)


_LEASE = "work in progress: who reads it just now, given up when the lease ends"
_MOVED = "how new a sum is; when its numbers were read and decided is recorded"
_VERSION = "a counter by which two writers notice each other"

PROTECTED: Mapping[type[Any], Columns] = {
    tables.Election: Columns(public=("id", "form_id", "title_id", "title_en", "created_at")),
    tables.ElectionSetting: Columns(
        public=("election_id", "is_on", "main", "title_id", "title_en", "pairs", "differences")
    ),
    tables.FormVersion: Columns(
        public=("sha256", "form_id", "registered_at"), derived={"template": "its SHA-256 is the key of its row"}
    ),
    tables.Region: Columns(
        public=("code", "parent", "level", "name", "listed"),
        derived={"stations": "the number of listed stations in it"},
    ),
    tables.Original: Columns(public=("sha256", "size", "media_type", "stored_at")),
    tables.Document: Columns(
        public=(
            "id", "election_id", "station", "state", "form_id", "pages_found", "missing_pages", "moved_to",
            "created_at", "scope",
        ),
        person=("created_by",),
        guarded=("rules", "reasons"),
        private=("name",),
        free={"version": _VERSION},
        open_when={"state": ("accepted",)},
    ),
    tables.Page: Columns(
        public=(
            "id", "document_id", "original", "number", "width", "height", "state", "form_page", "reading_id",
            "uploaded_at",
        ),
        person=("uploaded_by",),
        private=("file_name", "reasons"),
        free={
            "attempts": _LEASE,
            "lease_owner": _LEASE,
            "lease_until": _LEASE,
            "ready_at": "its place in the queue of those that wait",
        },
        recorded_as={"state": {"reading": "waiting"}},
    ),
    tables.Reading: Columns(
        public=("id", "page_id", "at", "model_id", "model_sha256", "program", "form_sha256", "sha256"),
        derived={"line": "in the hash of the reading", "evidence": "in the hash of the reading"},
    ),
    tables.Number: Columns(
        public=("document_id", "field", "page_id", "reading_id", "state", "decision_id", "region"),
        guarded=("value", "boxes", "confidence", "outcome", "reasons", "evidence", "final", "final_boxes"),
        free={"version": _VERSION},
        open_when={"state": _SETTLED},
        hashed=frozenset({"evidence"}),
    ),
    tables.Decision: Columns(
        public=("id", "document_id", "field", "at", "order", "key_id", "nonce"),
        person=("person_id",),
        # With the key in public, a signature would tell which of a thousand values is signed.
        guarded=("kind", "new", "signature"),
        private=("old", "reason", "seconds"),
        open_when={"new.state": _SETTLED},
    ),
    tables.StationCount: Columns(
        derived=dict.fromkeys(("election_id", "station", "document_id", "amounts"), "counted again from the numbers"),
        free={"moved_at": _MOVED},
    ),
    tables.Tally: Columns(
        derived=dict.fromkeys(("election_id", "region", "item", "digits", "amount"), "added up again from the numbers"),
        free={"moved_at": _MOVED},
    ),
    tables.Person: Columns(
        public=("roles", "scope", "active", "created_at"), person=("id",), private=("name", "password", "subject")
    ),
    tables.Login: Columns(
        free=dict.fromkeys(
            ("sha256", "person_id", "csrf", "created_at", "seen_at"),
            "a session ends within hours; who was logged in and when is personal, and no part of an eternal log",
        )
    ),
    tables.Attempt: Columns(free=dict.fromkeys(("id", "who", "at"), "slows down the next attempt, for minutes")),
    tables.ServiceSecret: Columns(public=("name",), private=("value",), hashed=frozenset({"value"})),
    tables.Token: Columns(
        public=("id", "roles", "scope", "created_at", "expires_at", "revoked_at"),
        person=("person_id",),
        private=("sha256", "label"),
    ),
    keys.PersonKey: Columns(
        public=(
            "id", "public", "proof", "made_at", "confirmed_at", "countersign_key", "countersignature", "revoked_at",
        ),
        person=("person_id", "confirmed_by", "revoked_by"),
    ),
    review.ReviewItem: Columns(
        public=("id",),
        guarded=("kind", "state", "document_id", "field", "station", "audit_id", "place", "expected", "ended_at"),
        private=("comment", "form_id", "made_at"),
        free={
            "harm": "the order of the queue, computed again at every change",
            "codes": "what the queue can be searched for; the reasons of the number are recorded",
            "lease": _LEASE,
            "lease_owner": _LEASE,
            "lease_until": _LEASE,
            "leased_at": _LEASE,
        },
        open_when={"kind": ("audit",), "state": ("done", "closed")},
    ),
    review.ReviewAnswer: Columns(
        public=("id",),
        person=("person_id",),
        private=(
            "item_id", "document_id", "field", "at", "kind", "boxes", "value", "comment", "seconds", "matches",
            "decision_id", "before_id", "undo_id", "undone_at", "cut", "painted_at",
            "as_senior",
        ),
    ),
    review.GoldNumber: Columns(
        public=("id",),
        person=("added_by",),
        private=("document_id", "field", "station", "boxes", "source", "added_at"),
    ),
    review.ReviewAudit: Columns(
        public=("id", "at", "region", "seed", "size", "population", "confidence", "target", "strata"),
        person=("person_id",),
    ),
    review.Alarm: Columns(
        public=("id", "code", "region", "raised_at", "cleared_at"), person=("cleared_by",), private=("subject", "told")
    ),
    review.PolicyValue: Columns(public=("name", "value", "at"), person=("person_id",)),
    claims.StationClaim: Columns(
        public=("id", "original", "station", "election_id", "at"),
        person=("person_id",),
        free={"file_name": "what its bringer called it, for them and who settles a dispute; its bytes are recorded"},
    ),
    claims.StationConflict: Columns(
        public=(
            "id", "original", "document_id", "raised_at", "suspends", "state", "stations", "verdict", "station",
            "settled_at",
        ),
        person=("settled_by",),
        private=("comment",),
    ),
    published.PublishedSnapshot: Columns(
        public=(
            "id", "election_id", "sha256", "taken_at", "first", "last", "stations", "numbers", "faults", "figures",
            "state", "imported_at", "replaced_at",
        ),
        person=("imported_by",),
        private=("name", "mapping", "examples"),
    ),
    published.PublishedStation: Columns(
        derived=dict.fromkeys(("snapshot_id", "station", "numbers", "at"), "in the hash of its snapshot's figures")
    ),
    published.PublishedVerdict: Columns(
        derived=dict.fromkeys(
            (
                "snapshot_id", "station", "field", "document_id", "published", "written", "difference", "stake",
                "outcome", "kind", "codes",
            ),
            "judged again from the published figures and the numbers",
        )
    ),
    published.PublishedJudged: Columns(
        free=dict.fromkeys(
            (
                "snapshot_id", "station", "document_id", "version", "held", "agrees", "differs", "question",
                "page_contradicts", "unreadable", "no_photograph", "other_station", "stake", "at",
            ),
            "which stations were judged: one that lacks is judged again; verified beside the verdicts all the same",
        )
    ),
    review.BoxMark: Columns(
        derived=dict.fromkeys(
            ("page_id", "field", "box", "mark", "probability", "rival"), "computed again from the reading"
        )
    ),
    review.PageCorners: Columns(public=("page_id", "form_id", "form_page", "points", "at"), person=("person_id",)),
}  # fmt: skip


THE_LOG: Mapping[type[Any], str] = {
    log.Event: "its leaf is in the tree; the other columns must be what the leaf and its opening say",
    log.LogPending: "every event is in the tree or waits here",
    log.LogLeaf: "hashed again, up to the root that is signed",
    log.LogNode: "hashed again from the leaves",
    log.LogCheckpoint: "signed, and its root is that of the leaves",
    log.LogCosignature: "signed by a witness",
    log.LogShape: "adopting rows once more is an event, which may change nothing that was recorded before",
    log.Pseudonym: "the hash of id and salt is the name, and the name stands in leaves",
    log.ChainEvent: "hashed again, up to the head that the first leaf names",
}
"""The tables of the log itself, and how a change of them is found."""


def watched() -> Mapping[type[Any], frozenset[str]]:
    """Return the columns whose changes the log records, by class."""
    return {kind: columns.recorded for kind, columns in PROTECTED.items() if columns.recorded}

"""The kinds of events, and what of each is public. What is not named here is sealed."""

from collections.abc import Mapping
from dataclasses import dataclass

ROWS_CHANGED, ROWS_CONTINUED, ROWS_ADOPTED = "rows_changed", "rows_continued", "rows_adopted"
"""Rows that changed without an event of their own; more rows than go into one leaf; rows as they were found."""

CLOCK_SET_BACK, LOG_KEY, CHAIN_CLOSED = "clock_set_back", "log_key", "chain_closed"
ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event.

    Attributes:
        public: Fields of its body that stand in the leaf.
        shown: What the leaf calls it, where its name would say what a blind reader must not know; "" for its own name.
        sealed_subject: Whether the leaf leaves out which thing it is about.
        permission: Whose permission it needs, by the name of `api.people.roles.Permission`; "" where the program acts.

    """

    public: frozenset[str] = frozenset()
    shown: str = ""
    sealed_subject: bool = False
    permission: str = ""


def _kind(*public: str, permission: str = "") -> Kind:
    return Kind(frozenset(public), permission=permission)


_BLIND = Kind(shown=ANSWERED, sealed_subject=True, permission="decide")

KINDS: Mapping[str, Kind] = {
    ROWS_CHANGED: _kind(),
    ROWS_CONTINUED: _kind(),
    ROWS_ADOPTED: _kind("table", "columns"),
    CLOCK_SET_BACK: _kind("before", "now"),
    CHAIN_CLOSED: _kind("seq", "sha256"),
    LOG_KEY: _kind("key", "origin"),
    "form_registered": _kind("form", "sha256"),
    "election_created": _kind("form"),
    "election_set": _kind(
        "on", "main", "title_id", "title_en", "pairs", "differences", permission="manage_system"
    ),
    "published_imported": _kind(
        "election", "snapshot", "sha256", "figures", "stations", "numbers", "replaces", permission="manage_system"
    ),
    "regions_imported": _kind("sha256", "regions", "dropped", permission="manage_system"),
    "pages_received": _kind("document", "election", "station", permission="upload"),
    "station_claimed": _kind("original", "station", "election", permission="upload"),
    "conflict_raised": _kind("original", "document", "conflict"),
    "conflict_settled": _kind("original", "conflict", "verdict", "station", permission="move"),
    "page_read": _kind("page", "reading", "sha256", "outcome"),
    "page_set_aside": _kind("page"),
    "page_retried": _kind("page"),
    "pages_moved": _kind("from", "to", "station_from", "station_to", "election_to"),
    "corners_given": _kind("page", "form", "form_page", "points"),
    "sheet_named": _kind("page", "form", "form_page", "reading", "sha256", permission="decide"),
    "document_decided": _kind("document", "version", "state", "program"),
    "number_decided": _kind("decision", "document", "field", permission="decide"),
    "gold_answered": _BLIND,
    "audit_answered": _BLIND,
    "number_escalated": _BLIND,
    "answer_undone": _BLIND,
    "gold_added": Kind(sealed_subject=True, permission="decide"),
    "sums_repaired": _kind("differences"),
    "threshold_raised": _kind("from", "to", permission="audit"),
    "alarm_raised": Kind(frozenset({"alarm", "code"}), sealed_subject=True),
    "alarm_cleared": Kind(frozenset({"alarm"}), sealed_subject=True, permission="audit"),
    "audit_drawn": _kind(
        "audit", "region", "seed", "size", "population", "target", "confidence", "sample", "method", "checkpoint",
        "seed_after_checkpoint",
        permission="audit",
    ),
    "person_created": _kind("roles", "scope", permission="manage_people"),
    "person_changed": _kind("roles", "scope", "active", permission="manage_people"),
    "person_forgotten": _kind("events", permission="manage_people"),
    "password_changed": _kind(),
    "key_enrolled": _kind("key", "public"),
    "key_confirmed": _kind("key", "countersign_key", permission="manage_people"),
    "key_revoked": _kind("key"),
    "signatures_set": _kind("required"),
    "token_created": _kind("roles", "days"),
    "token_revoked": _kind(),
}  # fmt: skip

SUBJECTS = frozenset(
    ("audit", "document", "election", "form", "key", "log", "number", "original", "page", "region", "rows", "setting",
     "token")
)  # fmt: skip
"""What a subject may be in public; of any other thing the leaf says the kind alone."""

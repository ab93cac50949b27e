"""What each kind of event may do to which table: an event that changes anything else is no event of this program.

Without it an event of any kind could tell of any change, and whoever writes to the database could add one that nobody
looks for: a person who gets a role with `rows_changed`, an answer to an audit that is another from then on.

A row is told by the first event of its transaction that touched it, so the kinds of a table are those of all
transactions that touch it. What is not named never happens; a column that is not named never changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from api.db import claim_tables as claims
from api.db import key_tables as keys
from api.db import published_tables as published
from api.db import review_tables as review
from api.db import tables
from api.ledger.kinds import ROWS_CHANGED

Kinds = frozenset[str]


@dataclass(frozen=True)
class Effects:
    """What may become of the rows of a table.

    Attributes:
        made: Kinds of events that make rows.
        changed: Kinds that change a column, by its name.
        gone: Kinds that take rows away.

    """

    made: Kinds = frozenset()
    changed: Mapping[str, Kinds] = field(default_factory=dict)
    gone: Kinds = frozenset()


def _kinds(*names: str) -> Kinds:
    return frozenset(names)


def _each(columns: str, kinds: Kinds) -> dict[str, Kinds]:
    return dict.fromkeys(columns.split(), kinds)


_READ_PAGES = _kinds("page_read", "page_set_aside", "sheet_named")
_MOVED = _kinds("pages_moved", "conflict_settled", "station_claimed", "page_read", "sheet_named")
_WAITS = _kinds("page_retried", "corners_given")
_DECIDED = _kinds("number_decided", "number_escalated", "gold_answered", "audit_answered", "answer_undone")
_FOLLOWS = _kinds("document_decided", "pages_received", "conflict_raised", "threshold_raised")
_NUMBERS = _READ_PAGES | _MOVED | _WAITS | _kinds("number_decided", "document_decided", "conflict_raised")
_ANY = _NUMBERS | _DECIDED | _FOLLOWS
_WORK = _ANY | _kinds(ROWS_CHANGED, "audit_drawn", "alarm_raised")

EFFECTS: Mapping[type[Any], Effects] = {
    tables.Election: Effects(_kinds("election_created", "form_registered")),
    tables.ElectionSetting: Effects(
        _kinds("election_set"), _each("is_on main title_id title_en pairs differences", _kinds("election_set"))
    ),
    tables.FormVersion: Effects(_kinds("form_registered", "election_created")),
    tables.Region: Effects(_ANY | _kinds("regions_imported"), _each("name listed", _kinds("regions_imported"))),
    tables.Original: Effects(_kinds("pages_received")),
    tables.Document: Effects(
        _MOVED | _kinds("pages_received"),
        {
            **_each("election_id station moved_to", _MOVED),
            **_each("form_id pages_found missing_pages", _NUMBERS),
            **_each("state rules reasons", _ANY | _kinds(ROWS_CHANGED)),
        },
    ),
    tables.Page: Effects(
        _kinds("pages_received"),
        {
            "document_id": _MOVED,
            **_each("state reasons", _READ_PAGES | _WAITS | _MOVED),
            **_each("form_page reading_id", _READ_PAGES | _MOVED),
        },
    ),
    tables.Reading: Effects(_kinds("page_read", "sheet_named", "pages_moved")),
    tables.Number: Effects(
        _NUMBERS,
        _each(
            "page_id reading_id state decision_id region value boxes confidence outcome reasons evidence final "
            "final_boxes",
            _NUMBERS,
        ),
        _NUMBERS,
    ),
    tables.Decision: Effects(_kinds("number_decided")),
    tables.Person: Effects(
        _kinds("person_created"),
        {
            **_each("roles scope active subject", _kinds("person_changed", "person_forgotten")),
            "password": _kinds("password_changed", "person_changed", "person_forgotten"),
            "name": _kinds("person_forgotten", "person_changed"),
        },
    ),
    tables.ServiceSecret: Effects(_kinds(ROWS_CHANGED)),
    tables.Token: Effects(
        _kinds("token_created"),
        {
            "revoked_at": _kinds("token_revoked", "person_changed", "password_changed", "person_forgotten"),
            "label": _kinds("person_changed", "person_forgotten", "key_revoked"),
        },
    ),
    keys.PersonKey: Effects(
        _kinds("key_enrolled"),
        {
            **_each("confirmed_at confirmed_by countersign_key countersignature", _kinds("key_confirmed")),
            **_each("revoked_at revoked_by", _kinds("key_revoked")),
        },
    ),
    review.ReviewItem: Effects(_WORK, _each("kind state station form_id comment ended_at", _WORK)),
    review.ReviewAnswer: Effects(_DECIDED, _each("undone_at undo_id", _kinds("answer_undone", "number_decided"))),
    review.GoldNumber: Effects(_kinds("gold_added")),
    review.ReviewAudit: Effects(_kinds("audit_drawn")),
    review.Alarm: Effects(_kinds("alarm_raised"), _each("cleared_at cleared_by", _kinds("alarm_cleared"))),
    review.PolicyValue: Effects(
        _kinds("threshold_raised", "signatures_set"),
        _each("value at person_id", _kinds("threshold_raised", "signatures_set")),
    ),
    claims.StationClaim: Effects(_kinds("station_claimed")),
    claims.StationConflict: Effects(
        _kinds("conflict_raised"),
        _each("state stations verdict station settled_at settled_by comment", _kinds("conflict_settled")),
    ),
    published.PublishedSnapshot: Effects(
        _kinds("published_imported"), _each("state replaced_at", _kinds("published_imported"))
    ),
    review.PageCorners: Effects(_WAITS, _each("form_id form_page points at person_id", _WAITS)),
}
"""By table. Rows that are adopted from an older program are told once more as they are (`rows_adopted`)."""

"""Who records which kind of event, where no person does, and which columns name whoever acts.

Until the first account exists whoever sits at the machine does everything. From then on an event is a person's, but for
what the program does by itself and what is done by commands on the machine, where nobody logs in.
"""

from collections.abc import Mapping

from api.ledger.kinds import (
    CHAIN_CLOSED,
    CLOCK_SET_BACK,
    LOG_KEY,
    ROWS_ADOPTED,
    ROWS_CHANGED,
    ROWS_CONTINUED,
)

PROGRAM, LOCAL, COMMAND_LINE = "program", "local", "command_line"

PROGRAMS = frozenset((PROGRAM, LOCAL, COMMAND_LINE))
"""Who acts without being a person: the program, whoever sits at a machine without accounts, and its command line."""

_SELDOM_ASKED_FOR = frozenset(
    ("election_set", "published_imported", "regions_imported", "page_retried", "pages_moved", "number_decided")
)
"""What people do on pages, and the program does by a command or as what follows from something else."""

BY_ITSELF = frozenset(
    (
        ROWS_CHANGED, ROWS_ADOPTED, CLOCK_SET_BACK, CHAIN_CLOSED, LOG_KEY, "form_registered", "election_created",
        "conflict_raised", "page_read", "page_set_aside", "document_decided", "sums_repaired", "alarm_raised",
        "signatures_set",
    )
)  # fmt: skip
"""What nobody but the program does."""

BY_PROGRAM: Mapping[str, frozenset[str]] = {
    PROGRAM: BY_ITSELF | _SELDOM_ASKED_FOR | {ROWS_CONTINUED},
    COMMAND_LINE: frozenset(
        (
            ROWS_CONTINUED, "pages_received", "station_claimed", "pages_moved", "gold_added", "threshold_raised",
            "person_created", "person_changed", "person_forgotten", "password_changed", "key_confirmed", "key_revoked",
            "token_created",
        )
    ),
    LOCAL: frozenset(),
}  # fmt: skip
"""By who acts without being a person: the kinds of events that it records once there are accounts."""

NAMES_ACTOR: Mapping[str, str] = {
    "alarm": "cleared_by",
    "document": "created_by",
    "gold_number": "added_by",
    "page": "uploaded_by",
    "page_corners": "person_id",
    "policy_value": "person_id",
    "published_snapshot": "imported_by",
    "review_answer": "person_id",
    "review_audit": "person_id",
    "station_claim": "person_id",
    "station_conflict": "settled_by",
}
"""By table: the column that names whoever did it, who is the one that recorded it. Of decisions and keys see there."""

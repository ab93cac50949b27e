"""What each role may do. A role counts in the region of the person who has it, and in everything below."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a person is here for; one person may have several."""

    UPLOADER = "uploader"
    REVIEWER = "reviewer"
    SENIOR = "senior"
    RESEARCHER = "researcher"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Permission(StrEnum):
    """One thing that not everyone may do."""

    UPLOAD = "upload"
    READ_DOCUMENTS = "read_documents"
    DECIDE = "decide"
    DECIDE_AS_SENIOR = "decide_as_senior"
    MOVE = "move"
    READ_TALLIES = "read_tallies"
    EXPORT = "export"
    AUDIT = "audit"
    READ_METRICS = "read_metrics"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_SYSTEM = "manage_system"


_P = Permission

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.UPLOADER: frozenset({_P.UPLOAD, _P.READ_DOCUMENTS, _P.READ_TALLIES}),
    Role.REVIEWER: frozenset({_P.READ_DOCUMENTS, _P.DECIDE, _P.READ_TALLIES}),
    Role.SENIOR: frozenset({_P.READ_DOCUMENTS, _P.DECIDE, _P.DECIDE_AS_SENIOR, _P.MOVE, _P.READ_TALLIES, _P.EXPORT}),
    Role.RESEARCHER: frozenset({_P.READ_DOCUMENTS, _P.READ_TALLIES, _P.EXPORT}),
    Role.AUDITOR: frozenset({_P.READ_DOCUMENTS, _P.READ_TALLIES, _P.EXPORT, _P.AUDIT, _P.READ_METRICS}),
    # Who manages people and the system decides no number: nobody may both make the judges and judge.
    Role.ADMIN: frozenset(
        {_P.UPLOAD, _P.READ_DOCUMENTS, _P.MOVE, _P.READ_TALLIES, _P.EXPORT, _P.AUDIT, _P.READ_METRICS}
        | {_P.MANAGE_PEOPLE, _P.MANAGE_SYSTEM}
    ),
}


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return everything that any of the roles allows."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles))


def known_roles(names: Iterable[str]) -> frozenset[Role]:
    """Return the roles among names; a name that an older program stored and this one does not know allows nothing."""
    return frozenset(Role(name) for name in names if name in set(Role))

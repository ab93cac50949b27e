"""Who sees what is published beside ours."""

from api.db.tables import Election
from api.desk.blindness import closed_to, reads_blind
from api.http.auth.current import sees_aside
from api.people.actor import Actor
from api.people.roles import Permission
from api.publication.access import Reader, is_open
from pipeline.errors import DeniedError


def sees_differences(actor: Actor | None, election: Election) -> bool:
    """Return whether somebody who sees results also sees what is published beside them.

    Everyone does where the administration has switched it on; else seniors and administrators.
    """
    return is_open(election) or sees_aside(actor)


def require_differences(actor: Actor | None, election: Election) -> None:
    """Refuse the differences of an election to who does not see them.

    Raises:
        DeniedError: `differences_closed`.

    """
    if not sees_differences(actor, election):
        raise DeniedError("differences_closed")


def reader_of(actor: Actor | None) -> Reader:
    """Return who reads what is published: an insider who reads nothing blind, a reviewer, or a visitor."""
    if actor is None:
        return Reader()
    insider = not reads_blind(actor) and Permission.READ_DOCUMENTS in actor.permissions
    return Reader(insider, actor.scope, closed_to(actor))

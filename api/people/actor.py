"""Who a request comes from, and what of it they may do."""

from dataclasses import dataclass
from enum import StrEnum

from api.db.tables import Person
from api.ledger import actors
from api.people.roles import Permission, Role, known_roles, permissions_of
from api.regions.codes import NATION, within
from pipeline.errors import DeniedError
from pipeline.texts import listed

LOCAL = actors.LOCAL
"""Id and name of whoever sits at a machine on which nobody has an account yet."""


class Proof(StrEnum):
    """How a request shows who sent it."""

    SESSION = "session"
    TOKEN = "token"  # noqa: S105  no secret
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Actor:
    """The sender of a request.

    Attributes:
        id: Id of the person, as it stands in decisions and in the chain.
        name: The name that they log in with. Not for logs.
        roles: Their roles, or those of their token.
        scope: The region that they work in; "0" is the nation.
        proof: How they showed who they are.
        key: Hash of the cookie, or id of the token; empty in local mode.
        csrf: What unsafe requests of a session must carry.
        decides: Whether the person decides numbers, also where their token is limited to other roles: it is the person
            who must not know what others say of a number, whatever they ask with.

    """

    id: str
    name: str
    roles: frozenset[Role]
    scope: str
    proof: Proof
    key: str = ""
    csrf: str = ""
    decides: bool = False

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything that they may do in their region."""
        return permissions_of(self.roles)

    def may(self, permission: Permission, region: str | None) -> bool:
        """Tell whether they may do this there.

        Args:
            permission: What.
            region: Code of the region or station of the thing; None where the thing has none yet, such as a document
                that still waits to be filed: for those one must work for the nation.

        """
        return permission in self.permissions and within(NATION if region is None else region, self.scope)

    def require(self, permission: Permission, region: str | None) -> None:
        """Raise DeniedError `not_permitted` where `may` says no."""
        if not self.may(permission, region):
            raise not_permitted(permission)


def actor_of(person: Person, proof: Proof, key: str, *, csrf: str = "", only: frozenset[Role] | None = None) -> Actor:
    """Return a person as a sender of requests; `only` are the roles that a token is limited to."""
    roles = known_roles(person.roles)
    decides, limited = Permission.DECIDE in permissions_of(roles), roles if only is None else roles & only
    return Actor(person.id, person.name, limited, person.scope, proof, key, csrf, decides)


def local_actor() -> Actor:
    """Return the sender in local mode, who may do everything."""
    return Actor(LOCAL, LOCAL, frozenset(Role), NATION, Proof.LOCAL)


def not_permitted(permission: Permission) -> DeniedError:
    """Return the refusal, with what was to be done in words of both languages."""
    wanted = f"permission_{permission.value}"
    return DeniedError("not_permitted", what=listed([wanted], "en"), apa=listed([wanted], "id"))

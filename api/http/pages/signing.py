"""What a page's script needs to know of its reader's keys, so that they sign what they decide."""

from typing import Any

from sqlalchemy.orm import Session

from api.people.actor import Actor, Proof
from api.people.personal_keys import keys_in_force, must_sign, pseudonym_of


def signing_of(session: Session, actor: Actor) -> dict[str, Any]:
    """Return who signs, what statements call them, whether they must, and the ids of the keys that are in force."""
    if actor.proof is Proof.LOCAL:
        return {"account": actor.id, "person": actor.id, "must_sign": False, "keys": []}
    return {
        "account": actor.id,
        "person": pseudonym_of(session, actor.id),
        "must_sign": must_sign(session, actor.id),
        "keys": [key.id for key in keys_in_force(session, actor.id)],
    }

"""People who sign what they decide, with a key that a test holds instead of a browser."""

import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from api.db.key_tables import PersonKey
from api.db.tables import Number
from api.documents.signing import ink_of
from api.ledger.statements import (
    Ink,
    Signed,
    confirmation_statement,
    decision_statement,
    enrolment_statement,
    key_id,
)
from api.people.personal_keys import confirm_key, enrol_key, pseudonym_of


@dataclass(slots=True)
class Pen:
    """A key of a person."""

    person: str
    secret: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public(self) -> str:
        return self.secret.public_key().public_bytes_raw().hex()

    @property
    def id(self) -> str:
        return key_id(self.public)

    def sign(self, statement: bytes) -> str:
        return self.secret.sign(statement).hex()

    def enrol(self, session: Session) -> PersonKey:
        statement = enrolment_statement(pseudonym_of(session, self.person), self.public)
        return enrol_key(session, self.person, self.public, self.sign(statement))

    def confirms(self, session: Session, other: "Pen") -> None:
        """Confirm another's key as an administrator who signs that."""
        key = session.get_one(PersonKey, other.id)
        statement = confirmation_statement(self.id, pseudonym_of(session, other.person), other.public)
        confirm_key(session, self.person, key, (self.id, self.sign(statement)))

    def decision(self, name: str, ink: Ink, kind: str = "read", boxes: str = "", nonce: str = "") -> Signed:
        """Sign a decision under the name that statements call the person."""
        nonce = nonce or secrets.token_hex(16)
        return Signed(self.id, nonce, self.sign(decision_statement(name, ink, kind, boxes, self.id, nonce)))

    def decides(self, session: Session, number: Number, boxes: str = "", kind: str = "read") -> Signed:
        """Sign what the ink of a number says."""
        return self.decision(pseudonym_of(session, self.person), ink_of(session, number), kind, boxes)


def signing(session: Session, person: str) -> Pen:
    """Give a person a key that the command line has confirmed."""
    pen = Pen(person)
    confirm_key(session, "command_line", pen.enrol(session))
    return pen

"""Decisions bear the signature of whoever made them: checked before they are put on record, and kept with them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.key_tables import PersonKey
from api.db.states import AnswerKind
from api.db.tables import Decision, Number, Page
from api.documents.answer import Answer
from api.ledger.statements import NONE, Ink, Signed, decision_statements, is_signed
from api.people.personal_keys import is_in_force, must_sign, pseudonym_of
from pipeline.errors import ConflictError, UsageError


def ink_of(session: Session, number: Number) -> Ink:
    """Return what whoever decides a number signs that it is about: the photograph itself, not what we call it."""
    page = session.get(Page, number.page_id) if number.page_id else None
    return Ink(NONE, 0, number.field) if page is None else Ink(page.original, page.number, number.field)


def require_signature(session: Session, person: str, number: Number, answer: Answer) -> Signed | None:
    """Return the signature of an answer, where there is one and it is good.

    Args:
        session: A writing session.
        person: Whose answer it is.
        number: What it is about, as it stands.
        answer: As it is kept (`Answer.about`).

    Raises:
        UsageError: `signature_needed`: this person signs, and has not; `signature_invalid`: it is not of this answer,
            or not with a key of theirs that is confirmed and not revoked.
        ConflictError: `signature_used`: something was decided by it already.

    """
    signed = answer.signed
    if signed is None:
        if must_sign(session, person):
            raise UsageError("signature_needed")
        return None
    key = session.get(PersonKey, signed.key)
    good = key is not None and key.person_id == person and is_in_force(key)
    if key is None or not good or not _signs(session, person, number, answer, signed, key.public):
        raise UsageError("signature_invalid")
    if session.scalar(select(Decision.id).where(Decision.nonce == signed.nonce)) is not None:
        raise ConflictError("signature_used")
    return signed


def _signs(session: Session, person: str, number: Number, answer: Answer, signed: Signed, public: str) -> bool:
    kind = "flag" if answer.kind == AnswerKind.ESCALATE else answer.kind
    name, ink = pseudonym_of(session, person), ink_of(session, number)
    statements = decision_statements(name, ink, kind, answer.boxes, signed.key, signed.nonce)
    return any(is_signed(public, signed.signature, statement) for statement in statements)

"""What is sent and answered about keys with which people sign, and about what they sign."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from api.ledger.statements import Ink, Signed
from api.schemas.common import Exact
from api.schemas.people import Present

KeyId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="First half of the SHA-256 of the public key.")]
Signature = Annotated[str, Field(pattern=r"^[0-9a-f]{128}$", description="Ed25519 (RFC 8032).")]


class InkBody(Exact):
    """What a decision is about: a field on a page of a photograph. Three lines of what is signed."""

    original: str = Field(description="SHA-256 of the photograph; `-` where the number has no page.")
    page: int
    field: str


class SignedBody(Exact):
    """A signature over the statement of a decision (`docs/reference/signatures.md`)."""

    key: KeyId
    nonce: str = Field(pattern=r"^[0-9a-f]{32}$", description="Fresh: nothing is decided twice by one signature.")
    signature: Signature

    def signed(self) -> Signed:
        """Return it as the rules take it."""
        return Signed(self.key, self.nonce, self.signature)


SIGNED: Any = Field(default=None, description="Needed of whoever has a confirmed key, or where all must sign.")


def signed_of(body: SignedBody | None) -> Signed | None:
    """Return the signature of a request, if it has one."""
    return None if body is None else body.signed()


def ink_body(ink: Ink) -> InkBody:
    """Return what is signed, as it is sent."""
    return InkBody(original=ink.original, page=ink.page, field=ink.field)


class NewKey(Exact):
    """A key to enrol."""

    public: str = Field(pattern=r"^[0-9a-f]{64}$", description="The public half.")
    proof: Signature = Field(description="Over the statement of a key, with the key itself.")


class KeyBody(Exact):
    """A key of a person."""

    id: str = Field(description="What is compared on both screens before it is confirmed.")
    public: str
    made_at: datetime
    confirmed_at: datetime | None = Field(description="Null while it waits; until then it signs nothing that counts.")
    countersigned: bool = Field(description="Whether it was confirmed with the key of an administrator.")
    revoked_at: datetime | None


class KeyList(Exact):
    """The keys of a person, the newest first."""

    person: str = Field(description="The person's pseudonym in the log, which every statement names.")
    must_sign: bool = Field(description="Whether the person's decisions count with a signature alone.")
    keys: list[KeyBody]


class Countersigned(Exact):
    """The confirmation of a key, signed with the administrator's own."""

    key: KeyId
    signature: Signature


class ConfirmationBody(Exact):
    """A confirmation: both have compared the id."""

    present: Present = None
    countersigned: Countersigned | None = Field(
        default=None, description="Needed of an administrator who has a confirmed key."
    )

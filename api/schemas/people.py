"""What is sent and answered about people."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from api.people.actor import Proof
from api.people.passwords import MAX_LENGTH, MIN_LENGTH
from api.people.roles import Permission, Role
from api.people.tokens import DEFAULT_DAYS, MAX_DAYS
from api.regions.codes import NATION
from api.schemas.common import Exact

Line = StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$")
Name = Annotated[str, Line, Field(min_length=1, max_length=64, examples=["siti"])]


def _is_text(secret: SecretStr) -> SecretStr:
    """Refuse half of a character, which JSON can escape and no keyboard types; other texts are checked by pydantic."""
    try:
        secret.get_secret_value().encode()
    except UnicodeEncodeError:
        raise ValueError("it is no text: half of a surrogate pair") from None
    return secret


Secret = Annotated[SecretStr, AfterValidator(_is_text)]
Password = Annotated[Secret, Field(max_length=MAX_LENGTH, examples=["lima kata yang mudah diingat"])]
NewPassword = Annotated[Secret, Field(min_length=MIN_LENGTH, max_length=MAX_LENGTH)]
Scope = Annotated[str, Field(pattern=r"^(0|[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{10}|[0-9]{13})$", examples=["3171"])]
Roles = Annotated[list[Role], Field(min_length=1, max_length=len(Role), examples=[["reviewer"]])]
Subject = Annotated[str, Line, Field(min_length=1, max_length=255)]


Present = Annotated[
    Password | None,
    Field(description="Your own password, once more; without one, the institution's login of the last 10 minutes."),
]


class LoginBody(Exact):
    """Name and password."""

    name: Name
    password: Password


class SessionBody(Exact):
    """Who you are."""

    person: str
    name: str
    roles: list[Role]
    permissions: list[Permission]
    scope: str = Field(description="The region that you work in; `0` is the nation.")
    proof: Proof = Field(description="How this request shows who you are; `local`: nobody has an account yet.")
    csrf: str | None = Field(description="Send it as `X-CSRF-Token` with every unsafe request of this session.")


class NewPerson(Exact):
    """A person to add."""

    name: Name
    roles: Roles
    scope: Scope = NATION
    password: NewPassword | None = Field(default=None, description="None: only through the institution's login.")
    subject: Subject | None = Field(default=None, description="What the institution's login calls this person.")
    present: Present = None


class PersonChange(Exact):
    """What is to be different; what is left out stays."""

    roles: Roles | None = None
    scope: Scope | None = None
    active: bool | None = Field(default=None, description="`false` ends every session and token at once.")
    subject: Subject | None = None
    present: Present = None


class PersonBody(Exact):
    """A person."""

    id: str
    name: str
    roles: list[str]
    scope: str
    active: bool
    password: bool = Field(description="Whether there is one.")
    subject: bool = Field(description="Whether the institution's login is connected.")
    created_at: datetime


class PersonList(Exact):
    """People, by name."""

    people: list[PersonBody]
    next: str | None = Field(description="Cursor of the next page; null on the last.")


class PasswordBody(Exact):
    """A new password."""

    new: NewPassword
    present: Present = None
    end_tokens: bool = Field(default=False, description="End all tokens of the person too.")


class NewToken(Exact):
    """A token to make."""

    label: Annotated[str, Line, Field(min_length=1, max_length=80, examples=["rekap kota"])]
    days: int = Field(default=DEFAULT_DAYS, ge=1, le=MAX_DAYS)
    roles: list[Role] = Field(default=[], max_length=len(Role), description="Some of your roles; none: all of them.")


class TokenBody(Exact):
    """A token, without its key."""

    id: str
    label: str
    roles: list[str]
    scope: str | None = Field(description="The region that it was made for; null: of an older program, as its person.")
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class MadeToken(TokenBody):
    """A new token with its key, which is shown this once."""

    key: str


class TokenList(Exact):
    """Your tokens, the newest first."""

    tokens: list[TokenBody]
    next: str | None = Field(description="Cursor of the next page; null on the last.")

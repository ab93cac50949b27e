"""`/api/v1/tokens`: your own keys for programs."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from sqlalchemy import ColumnElement, and_, or_, select

from api.db.tables import Person, Token
from api.db.types import now
from api.http.auth.current import AuthenticatorDep, CurrentPerson, LoggedIn, guarded
from api.http.paging import Cursor, Limit, first_page, read_cursor, write_cursor
from api.people.actor import Actor, Proof
from api.people.tokens import create_token, revoke_token
from api.schemas.people import MadeToken, NewToken, TokenBody, TokenList
from pipeline.errors import MissingError, UsageError

router = APIRouter(prefix="/tokens", tags=["people"])

TokenId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="`id` of a token.")]


@router.get("", responses=guarded((422, "cursor_invalid"), (422, "request_invalid")))
def list_tokens(people: AuthenticatorDep, actor: CurrentPerson, limit: Limit = 50, cursor: Cursor = None) -> TokenList:
    """List your tokens, the newest first; the ended ones too. Their keys are nowhere. A token sees itself alone."""
    chosen = select(Token).where(*_own(actor)).order_by(Token.created_at.desc(), Token.id.desc())
    after = read_cursor(cursor, keys=2)
    if after is not None:
        at = _moment(after[0])
        chosen = chosen.where(or_(Token.created_at < at, and_(Token.created_at == at, Token.id < after[1])))
    with people.database.reading() as session:
        found = session.scalars(chosen.limit(limit + 1)).all()
    shown, last = first_page(found, limit)
    following = None if last is None else write_cursor(last.created_at.isoformat(), last.id)
    return TokenList(tokens=[TokenBody(**_members(token)) for token in shown], next=following)


@router.post(
    "",
    status_code=201,
    responses=guarded((403, "session_needed"), (409, "account_needed"), (422, "token_roles"), (422, "request_invalid")),
)
def make(people: AuthenticatorDep, actor: LoggedIn, body: NewToken) -> MadeToken:
    """Make a token for yourself. Its key is in this answer and never again. A token cannot make another."""
    with people.database.writing() as session:
        person = session.get_one(Person, actor.id)
        token, key = create_token(session, actor.id, person, body.label, body.days, body.roles, now())
    return MadeToken(**_members(token), key=key)


@router.delete(
    "/{token}",
    status_code=204,
    responses=guarded((404, "token_unknown"), (422, "request_invalid")),
)
def end(token: TokenId, people: AuthenticatorDep, actor: CurrentPerson) -> None:
    """End one of your tokens now; a token may end itself, and no other."""
    with people.database.writing() as session:
        found = session.scalars(select(Token).where(Token.id == token, *_own(actor))).first()
        if found is None:
            raise MissingError("token_unknown")
        revoke_token(session, actor.id, found, now())


def _own(actor: Actor) -> list[ColumnElement[bool]]:
    """Return the conditions that a token is for its sender to see: all of a person's, or the one that asks."""
    mine = [Token.person_id == actor.id]
    return [*mine, Token.id == actor.key] if actor.proof is Proof.TOKEN else mine


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        at = at.astimezone(UTC) if at.tzinfo is not None else at
    except (ValueError, OverflowError) as error:  # the year 1 east of Greenwich lies before all years
        raise UsageError("cursor_invalid") from error
    if at.tzinfo is None or not 1970 <= at.year < 3000:
        raise UsageError("cursor_invalid")
    return at


def _members(token: Token) -> dict[str, Any]:
    names = ("id", "label", "roles", "scope", "created_at", "expires_at", "revoked_at")
    return {name: getattr(token, name) for name in names}

"""`/.well-known/security.txt`: whom to tell of a weakness (RFC 9116)."""

from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from api.db.types import now
from api.http.dependencies import SettingsDep
from api.http.errors import documented
from pipeline.errors import MissingError

router = APIRouter(tags=["service"])

VALID = timedelta(days=90)
"""How long an answer may be relied on; RFC 9116 recommends less than a year."""


@router.get(
    "/.well-known/security.txt",
    response_class=PlainTextResponse,
    responses=documented((404, "security_contact_unset")),
)
def security_contact(settings: SettingsDep) -> PlainTextResponse:
    """Answer in the form of RFC 9116, where the operator has said whom to tell."""
    if settings.security_contact is None:
        raise MissingError("security_contact_unset")
    expires = (now() + VALID).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = [f"Contact: {settings.security_contact}", f"Expires: {expires}", "Preferred-Languages: id, en"]
    return PlainTextResponse("".join(f"{line}\n" for line in lines))

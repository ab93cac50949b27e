"""Passwords: argon2id with the library's parameters, and which ones are refused."""

import secrets
from functools import cache

from pwdlib import PasswordHash

from pipeline.errors import UsageError

MIN_LENGTH = 12
MAX_LENGTH = 1024


def hash_password(password: str, name: str) -> str:
    """Return the hash of a new password.

    Raises:
        UsageError: `password_short`, `password_long` or `password_is_name`.

    """
    if len(password) < MIN_LENGTH:
        raise UsageError("password_short", limit=MIN_LENGTH)
    if len(password) > MAX_LENGTH:
        raise UsageError("password_long", limit=MAX_LENGTH)
    if password.casefold().strip() == name.casefold():
        raise UsageError("password_is_name")
    return _argon2().hash(password)


def verify_password(password: str, stored: str | None) -> bool:
    """Return whether a password is the stored one. It takes as long where there is none to compare with."""
    if len(password) > MAX_LENGTH:
        return False
    same = _argon2().verify(password, stored or _nobody())
    return same and stored is not None


@cache
def _argon2() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _nobody() -> str:
    """Return the hash of a password that nobody has."""
    return _argon2().hash(secrets.token_urlsafe(32))

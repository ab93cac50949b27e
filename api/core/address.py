"""Where the service is found: every address that it gives away is made here.

Beneath a path of another site (`CHASIL_BASE_PATH`) everything begins with that path. Who asks is answered with
addresses of the service that they asked: the path belongs to the request and not to the process.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

API = "/api/v1"
"""What every address of the API begins with, beneath the base path."""

_BASE = ContextVar("base path", default="")


def base_path() -> str:
    """Return the path that the service lies beneath, without a slash at its end; empty where it has a host's root."""
    return _BASE.get()


def address_of(path: str) -> str:
    """Return the address of a path of the service, such as `/results`, on its host."""
    return f"{_BASE.get()}{path}"


def path_of(address: str) -> str:
    """Return the path of the service that an address on its host leads to."""
    return address.removeprefix(_BASE.get())


@contextmanager
def beneath(base: str) -> Iterator[None]:
    """Make the addresses within begin with a base path."""
    token = _BASE.set(base)
    try:
        yield
    finally:
        _BASE.reset(token)

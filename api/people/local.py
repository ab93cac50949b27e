"""Local mode: one laptop works without any login, and nothing but that laptop.

While nobody has an account, whoever sits at the machine may do everything. The first account ends it for good. A
request shows that it comes from there by the machine's token (`api.people.machine`). It must also go to a service that
listens on this machine alone, come from this machine, name it as its host, and not have been passed on by a proxy; but
none of that proves anything, and without the token it is worth nothing.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.people.accounts import any_person
from pipeline.errors import UsageError

_HOST = re.compile(r"(?:\[(?P<address>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::[0-9]{1,5})?")

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
PASSED_ON = frozenset({"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"})
"""Headers that proxies add."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from, as far as the connection tells.

    Attributes:
        peer: Address of the other end.
        headers: Of the request, by small letters.

    """

    peer: str
    headers: Mapping[str, str]

    @property
    def from_this_machine(self) -> bool:
        """Whether the other end is this machine itself and speaks for nobody else."""
        return is_loopback(self.peer) and PASSED_ON.isdisjoint(self.headers)


def is_local(origin: Origin, listens_on: str, *, anyone: bool) -> bool:
    """Return whether a request acts in local mode.

    Args:
        origin: Where it comes from.
        listens_on: The address that the service listens on.
        anyone: Whether anyone has an account.

    """
    host = host_name(origin.headers.get("host", ""))
    return not anyone and is_loopback(listens_on) and origin.from_this_machine and host in LOOPBACK_NAMES


def require_people(session: Session, listens_on: str) -> None:
    """Refuse to listen where others can reach the service while nobody can log in.

    Raises:
        UsageError: `serve_without_people`.

    """
    if not is_loopback(listens_on) and not any_person(session):
        raise UsageError("serve_without_people", host=listens_on)


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_name(header: str) -> str:
    """Return the name in a Host header, in small letters, without port and brackets; "" where it is none (RFC 9110)."""
    found = _HOST.fullmatch(header.strip().lower())
    return "" if found is None else found["address"] or found["name"]

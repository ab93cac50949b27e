"""Which addresses may be asked, and to which machine one may connect.

Only http and https, no names or passwords in the address, and no machine that is not on the public network: neither
this one nor any beside it, whatever the name says. The numbers that a name stands for are looked up once, checked, and
connected to as they are, so that a name cannot stand for something else a moment later.
"""

import ipaddress
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

SCHEMES = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")
_SET_ASIDE = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))
"""Beside what Python knows: protocol assignments, relays of 6to4, and numbers for documentation (RFC 6890, 9637)."""

_KEPT = "/%:@!$&'()*+,;=~-._"

Machine = ipaddress.IPv4Address | ipaddress.IPv6Address


class RefusedError(Exception):
    """An address is not asked, or has not given what it should; never leaves this package.

    Args:
        code: Stable: `address_faulty`, `address_scheme`, `address_private`, `name_unknown`, `redirects`, `too_large`,
            `too_slow`, `encoded`, `connection`, `status_404` and the like.
        wait: Seconds that the host asks to wait, where it does.

    """

    def __init__(self, code: str, wait: float | None = None) -> None:
        super().__init__(code)
        self.code, self.wait = code, wait


@dataclass(frozen=True, slots=True)
class Target:
    """An address, taken apart.

    Attributes:
        scheme, host, port: Whom to ask.
        path: For what, with the query, as it is sent.

    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def place(self) -> str:
        """Host and port, as they are allowed by name and kept apart from others."""
        return f"{self.host}:{self.port}"


def target_of(address: str) -> Target:
    """Return an address taken apart.

    Raises:
        RefusedError: `address_faulty` or `address_scheme`.

    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise RefusedError("address_faulty") from error
    if parts.scheme not in SCHEMES:
        raise RefusedError("address_scheme")
    # Whoever sends a name and a password along gives them to whom the file says.
    if not host or parts.username is not None or parts.password is not None or not host.isprintable() or " " in host:
        raise RefusedError("address_faulty")
    path = quote(parts.path or "/", safe=_KEPT) + (f"?{quote(parts.query, safe=_KEPT + '?')}" if parts.query else "")
    return Target(parts.scheme, host, port or SCHEMES[parts.scheme], path)


def machine_of(target: Target, allowed: frozenset[str]) -> str:
    """Return the number of the machine to connect to.

    Args:
        target: Whom to ask.
        allowed: Places, `host:port`, that may be on a private network: one's own mirror.

    Raises:
        RefusedError: `name_unknown`, or `address_private`: one of the numbers that the name stands for is not public.

    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise RefusedError("name_unknown") from error
    numbers = [str(one[4][0]) for one in found]
    if not numbers:
        raise RefusedError("name_unknown")
    if target.place not in allowed and not all(is_public(number) for number in numbers):
        raise RefusedError("address_private")
    return numbers[0]


def is_public(number: str) -> bool:
    """Return whether a machine's number is one of the public network, and carries none that is not."""
    try:
        return all(_is_public(one) for one in _carried(ipaddress.ip_address(number)))
    except ValueError:
        return False


def _is_public(number: Machine) -> bool:
    """Return whether a number is one of the public network.

    Of the newer ones only global unicast has ever been given out (RFC 4291); what lies outside of it may lead anywhere:
    site-local numbers, translators of one's own network, and the older forms that carry an older number.
    """
    if number.version == 6 and number not in _UNICAST:
        return False
    return number.is_global and not number.is_multicast and not any(number in one for one in _SET_ASIDE)


def _carried(number: Machine) -> Iterator[Machine]:
    """Yield a number and those that it carries: an older number within a newer one leads to the same machine."""
    if isinstance(number, ipaddress.IPv4Address):
        yield number
        return
    inner = [number.ipv4_mapped, number.sixtofour, *(number.teredo or ())]
    if number in _NAT64:
        inner.append(ipaddress.IPv4Address(int(number) & 0xFFFFFFFF))
    carried = [one for one in inner if one is not None]
    yield from carried or [number]

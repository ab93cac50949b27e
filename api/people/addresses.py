"""What of an address one sender can hardly change."""

import ipaddress


def network(address: str) -> str:
    """Return an address of IPv4 as it is, and of IPv6 its network of 64 bits: one line has all addresses of that.

    Anything else, such as the name of a socket, is returned as it is.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)

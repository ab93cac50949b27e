"""Allow-list of Host names against DNS rebinding; requests for other names are answered 421."""

import ipaddress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.core.settings import Settings
from api.http.errors import problem_response
from api.people.local import LOOPBACK_NAMES, host_name
from pipeline.reasons import Reason

ANY = "*"
"""In `allowed_hosts`: every name."""


class AllowedHosts:
    """Answers 421 to requests for another name."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._allowed = allowed_names(settings)
        self._everywhere = settings.host in ("0.0.0.0", "::")  # noqa: S104  compared, not bound

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 421."""
        if scope["type"] == "http" and not self._knows(host_name(Headers(scope=scope).get("host", ""))):
            await problem_response(421, Reason("host_unknown"))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _knows(self, name: str) -> bool:
        # Where it listens everywhere, a bare address is fine: only names can be bent.
        if not name:
            return False
        return name in self._allowed or ANY in self._allowed or (self._everywhere and _is_address(name))


def allowed_names(settings: Settings) -> frozenset[str]:
    """Return the names that are answered: those of this machine, the one listened on, and those of the setting."""
    return (
        LOOPBACK_NAMES
        | {settings.host.lower()}
        | {name if name == ANY else host_name(name) for name in settings.allowed_hosts}
    )


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True

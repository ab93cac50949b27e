"""What proxies say of a request is believed of those that are trusted, and said in the log of all others."""

import logging
from collections.abc import Sequence
from time import monotonic

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

FORWARDED = ("x-forwarded-for", "x-forwarded-proto")
WARN_EVERY_SECONDS = 60.0

_log = logging.getLogger(__name__)


class TrustedProxies:
    """Takes the sender's address and scheme from `X-Forwarded-For` and `X-Forwarded-Proto` of trusted proxies.

    Must lie outside of whatever asks for either.

    Args:
        app: What comes after.
        trusted: Addresses and networks of proxies; "*" is every address.

    """

    def __init__(self, app: ASGIApp, trusted: Sequence[str]) -> None:
        self._app = app
        self._believing = ProxyHeadersMiddleware(app, list(trusted))  # type: ignore[arg-type]
        self._warned_at = -WARN_EVERY_SECONDS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        peer = (scope.get("client") or ("", 0))[0]
        if scope["type"] != "http" or peer in self._believing.trusted_hosts:
            await self._believing(scope, receive, send)  # type: ignore[arg-type]
            return
        if (
            any(name in Headers(scope=scope) for name in FORWARDED)
            and monotonic() - self._warned_at >= WARN_EVERY_SECONDS
        ):
            self._warned_at = monotonic()
            _log.warning(
                "%r sends X-Forwarded-*, and is no trusted proxy: its visitors count as one, cookies are not Secure; "
                "name it in CHASIL_TRUSTED_PROXIES if it is yours",
                peer[:64],
            )
        await self._app(scope, receive, send)

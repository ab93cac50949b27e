"""Security headers of every answer, and refusal of unsafe requests from other sites."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.address import path_of
from api.http.errors import problem_response
from api.http.methods import SAFE_METHODS
from pipeline.reasons import Reason

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

TLS_SECONDS = 365 * 24 * 3600
"""For how long a browser that came by TLS comes by nothing else."""


class SecurityHeaders:
    """Puts the security headers on every answer. Must be the outermost of all."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Pictures of forms must not stay in a cache; the page's own files may, once the browser has asked again.
        caching = "no-cache" if path_of(scope["path"]).startswith("/static/") else "no-store"

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", caching)
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = f"max-age={TLS_SECONDS}"
            await send(message)

        await self._app(scope, receive, with_headers)


class SameSiteOnly:
    """Refuses what a browser sends here in the name of another site. Programs that are no browsers say no origin."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            headers = Headers(scope=scope)
            if crosses_sites(headers):
                origin = headers.get("origin", "?")
                await problem_response(403, Reason("request_cross_site", {"origin": origin}))(scope, receive, send)
                return
        await self._app(scope, receive, send)


def crosses_sites(headers: Mapping[str, str]) -> bool:
    """Return whether a browser sent this from a page of another origin.

    `Sec-Fetch-Site` is the browser's own word and cannot be set by a page. Browsers leave it out over plain HTTP, so
    there the host of `Origin` must be the one that was asked; the scheme may differ behind a proxy.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()

"""Problems as pages, for whoever asks for a page: what no route of pages has answered itself.

An unknown address, a method that there is not, a database that is away, a defect of the program: all of them are
answered as problems for programs. Where a browser asked for HTML outside the API, the same problem becomes a page.
"""

import json
from dataclasses import replace
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.address import API, path_of
from api.core.language import Language
from api.http.errors import MEDIA_TYPE
from api.http.pages.frame import LANGUAGE, bare_frame
from api.http.pages.renderer import page_of


class ProblemPages:
    """Turns `application/problem+json` into a page, with the same status, headers, code and words.

    Args:
        app: What comes after; also what answers 500.
        language: Language of the page where the address names none.
        public: Whether everyone sees results: then the page leads to them, and to the log.

    """

    def __init__(self, app: ASGIApp, language: Language, *, public: bool) -> None:
        self._app, self._language, self._public = app, language, public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or not wants_page(scope):
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        body = b""

        async def send_page(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and Headers(scope=message).get("content-type") == MEDIA_TYPE:
                start = message
            elif start is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body"):
                    await self._page(scope, start, json.loads(body))(scope, receive, send)

        await self._app(scope, receive, send_page)

    def _page(self, scope: Scope, start: Message, problem: dict[str, Any]) -> HTMLResponse:
        """Return the page. It names nobody: who asks may not be known, or not be told by a database that is away."""
        request = Request(scope)
        visitor = bare_frame(request, request.query_params.get(LANGUAGE), self._language)
        frame = replace(visitor, sees_results=self._public)
        texts = {"en": problem["detail"], **problem["translations"]}
        headers = MutableHeaders(scope=start)
        for name in ("content-type", "content-length"):
            del headers[name]
        headers.add_vary_header("Accept")
        status, again = start["status"], request.method == "GET"
        text = page_of(request).problem(frame, status, problem["code"], texts, again=again, known=False)
        return HTMLResponse(text, status, dict(headers))


def wants_page(scope: Scope) -> bool:
    """Return whether a browser asks for a page: HTML, outside the API."""
    path = path_of(scope["path"])
    return "text/html" in Headers(scope=scope).get("accept", "") and not (path == API or path.startswith(f"{API}/"))

"""Routes that answer with pages, also where a page cannot be shown."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.core.language import Language
from api.http.errors import headers_of
from api.http.pages.frame import frame_of_failure
from api.http.pages.renderer import page_of
from pipeline.errors import ChasilError
from pipeline.reasons import Reason


class PageRoute(APIRoute):
    """A route that answers people: a browser that must log in is led there, other problems become pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the route, with its problems turned into pages."""
        handler = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await handler(request)
            except ChasilError as error:
                return await run_in_threadpool(_answer, request, error.status, error.reason, headers_of(error))
            except RequestValidationError:
                reason = Reason("not_found", {"path": request.url.path})
                return await run_in_threadpool(_answer, request, HTTPStatus.NOT_FOUND, reason, None)

        return shown


def _answer(request: Request, status: int, reason: Reason, headers: Any) -> Response:
    frame = frame_of_failure(request)
    if status == HTTPStatus.UNAUTHORIZED and "text/html" in request.headers.get("accept", ""):
        return RedirectResponse(frame.to("/login", to=frame.here()), HTTPStatus.SEE_OTHER)
    texts = {language.value: reason.text(language.value) for language in Language}
    text = page_of(request).problem(frame, status, reason.code, texts, again=request.method == "GET")
    return HTMLResponse(text, status, headers)

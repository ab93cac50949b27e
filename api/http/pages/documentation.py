"""`/docs` and `/api`: the documentation that comes with the program, and what the API answers to; for everyone."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.core.address import API, address_of
from api.http.openapi import operation_key
from api.http.pages.answers import PageRoute
from api.http.pages.frame import FrameDep
from api.http.pages.renderer import page_of
from api.rendering.markdown import as_html
from pipeline.errors import MissingError
from pipeline.texts import texts

FOLDER = Path(__file__).resolve().parents[3] / "docs"
FIRST = "/docs/README.md"

router = APIRouter(include_in_schema=False, route_class=PageRoute, default_response_class=HTMLResponse)


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that the API does, and what that is by language."""

    method: str
    path: str
    summary: Mapping[str, str]


@router.get("/docs")
def begin(frame: FrameDep) -> Response:
    """Lead to the first page of the documentation; its links are relative to where it lies."""
    return RedirectResponse(frame.to(FIRST), 303)


@router.get("/docs/{path:path}")
def documentation(request: Request, path: str, frame: FrameDep) -> HTMLResponse:
    """Show a page of the documentation."""
    pages = _pages()
    if path not in pages:
        raise MissingError("not_found", path=address_of(f"/docs/{path[:200]}"))
    text = pages[path].read_text(encoding="utf-8")

    def leading(address: str) -> str | None:
        name = posixpath.normpath(posixpath.join(posixpath.dirname(path), address))
        return frame.to(f"/docs/{name}") if name in pages else None

    body = as_html(text, leading)
    title = text.split("\n", 1)[0].lstrip("# ")
    return HTMLResponse(page_of(request).show("docs.html", frame, "docs", title=title, body=body))


@router.get("/api")
def operations(request: Request, frame: FrameDep) -> HTMLResponse:
    """Show what the API answers to, out of its own description."""
    groups = _by_tag(request.app.openapi())
    return HTMLResponse(
        page_of(request).show("api.html", frame, "api", groups=groups, description=address_of(f"{API}/openapi.json"))
    )


@cache
def _pages() -> Mapping[str, Path]:
    """Return the files of the pages by name: what a stranger asks for is looked up, and never made a path of."""
    return {file.relative_to(FOLDER).as_posix(): file for file in FOLDER.rglob("*.md")}


def _by_tag(described: Mapping[str, Any]) -> dict[str, list[Operation]]:
    """Return the operations by subject; what each does is said by the catalogue."""
    summaries, groups = texts("operations"), dict[str, list[Operation]]()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            found = Operation(method.upper(), path, summaries[operation_key(method, path)])
            groups.setdefault(operation["tags"][0], []).append(found)
    return groups

"""The addresses of the editor."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from api.core.language import Language
from api.editing.access import TokenAccess
from api.editing.check import Fault, Meaning
from api.editing.session import Editing
from api.http.errors import Failures, handle_problems
from api.http.middleware.body_limit import BodySizeLimit
from api.http.middleware.security import SameSiteOnly, SecurityHeaders
from api.http.pages.frame import bare_frame
from api.http.pages.renderer import FOLDER, Page
from models.strict import Strict
from pipeline.documents.limits import MIB
from pipeline.errors import MissingError

MAX_TEMPLATE_BYTES = 4 * MIB
"""A template of a hundred pages has less."""


class Given(Strict):
    """A working copy."""

    content: dict[str, Any]


BODY_SECONDS = 30.0
"""How long what the editor sends may take to arrive."""


def create_editor(
    editing: Editing, pictures: Mapping[int, bytes], token: str, language: Language = Language.INDONESIAN
) -> FastAPI:
    """Return the application that edits one template.

    Args:
        editing: The template.
        pictures: PNG of the blank by page number; pages without one are drawn from the template.
        token: Secret of the address that is opened.
        language: Of the page where its address names none.

    """
    app = FastAPI(
        title="chasil forms edit",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(Failures),
            Middleware(SameSiteOnly),
            Middleware(TokenAccess, token),
            Middleware(BodySizeLimit, MAX_TEMPLATE_BYTES, BODY_SECONDS, ()),
        ],
    )
    handle_problems(app)
    app.include_router(_router(editing, pictures, Page(), language))
    app.mount("/static", StaticFiles(directory=Path(FOLDER) / "static"), name="static")
    return app


def _router(editing: Editing, pictures: Mapping[int, bytes], page: Page, language: Language) -> APIRouter:
    router = APIRouter()

    @router.get("/")
    def show(request: Request, lang: Annotated[str | None, Query()] = None) -> HTMLResponse:
        frame = bare_frame(request, lang, language)
        script = page.words("forms-edit-script", frame.language)
        return HTMLResponse(
            page.show("forms-edit.html", frame, "forms-edit", file=editing.path.name, script_words=script)
        )

    @router.get("/form")
    def form() -> dict[str, Any]:
        return {
            "content": editing.content,
            "pictures": sorted(pictures),
            **_state(editing, *editing.keep(editing.content)),
        }

    @router.put("/form")
    def keep(given: Given) -> dict[str, Any]:
        return _state(editing, *editing.keep(given.content))

    @router.post("/save")
    def save(given: Given) -> dict[str, Any]:
        state = editing.keep(given.content)
        editing.save()
        return _state(editing, *state)

    @router.get("/picture/{number}")
    def picture(number: int) -> Response:
        if number not in pictures:
            raise MissingError("not_found", path=f"/picture/{number}")
        return Response(pictures[number], media_type="image/png")

    return router


def _state(editing: Editing, faults: list[Fault], rules: list[Meaning | None]) -> dict[str, Any]:
    return {
        "faults": [{"place": fault.place, "id": fault.indonesian, "en": fault.english} for fault in faults],
        "rules": [rule and {"id": rule.indonesian, "en": rule.english} for rule in rules],
        "saved": editing.saved,
    }

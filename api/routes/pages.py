"""`/`: the web page."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from api.dependencies import ReadingsDep
from api.language import Language
from api.web.page import Page

STATIC_FOLDER = Path(__file__).resolve().parents[1] / "web" / "static"

router = APIRouter(include_in_schema=False)


@router.get("/", response_class=HTMLResponse)
async def home(request: Request, readings: ReadingsDep, lang: Annotated[str | None, Query()] = None) -> HTMLResponse:
    """Show the page, in the language of `?lang=`; an unknown one is no reason to show nothing."""
    page: Page = request.state.page
    language = Language(lang) if lang in set(Language) else readings.settings.language
    return HTMLResponse(page.render(language, readings.settings))

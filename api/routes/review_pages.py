"""`/review`: the pages of the review desk. What they do goes through `/api/v1/review`."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from api.dependencies import RecordsDep
from api.people.actor import not_permitted
from api.people.current import CHALLENGE
from api.people.roles import Permission
from api.problems import Problem
from api.review.schemas import FilterBody
from api.web.answers import PageRoute
from api.web.frame import Frame, FrameDep
from api.web.page import page_of

router = APIRouter(
    prefix="/review", include_in_schema=False, route_class=PageRoute, default_response_class=HTMLResponse
)

REASONS = (
    "number_unsure",
    "witnesses_disagree",
    "rule_broken",
    "number_struck",
    "number_disordered",
    "number_empty",
    "number_overexposed",
    "photographs_disagree",
    "box_flagged",
)
"""Codes of reasons that one may ask for, the commonest first."""

Asked = Annotated[str | None, Query(max_length=64, pattern=r"^[a-z0-9_-]*$")]


@router.get("")
def desk(
    request: Request,
    frame: FrameDep,
    records: RecordsDep,
    region: Asked = None,
    form: Asked = None,
    reason: Asked = None,
    field: Asked = None,
) -> HTMLResponse:
    """Show the desk; its script takes the items."""
    _let_in(frame)
    page, language = page_of(request), frame.language
    filters = FilterBody(region=region or "0", form=form or None, reason=reason or None, field=field or None)
    forms = [(one.id, getattr(one.title, language.value)) for one in records.forms.values()]
    return HTMLResponse(
        page.show(
            "review.html",
            frame,
            "review",
            script_words=page.words("review_script", language),
            filters=filters.model_dump(),
            filtered=filters != FilterBody(),
            forms=forms,
            reasons=REASONS,
        )
    )


def _let_in(frame: Frame) -> None:
    """Lead to the login who must log in, and refuse who may not decide."""
    if frame.actor is None:
        raise Problem(401, "login_required", headers=CHALLENGE)
    if not frame.may(Permission.DECIDE):
        raise not_permitted(Permission.DECIDE)

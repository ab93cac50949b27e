"""`/metrics` for Prometheus: with the token of the machine, or one that may read it."""

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from api.http.auth.current import AuthenticatorDep, Identified, bearer_of, origin_of
from api.http.made_at_start import made_at_start
from api.http.metrics import Metrics
from api.people.actor import Actor
from api.people.roles import Permission
from api.regions.codes import NATION
from pipeline.errors import LoginError

router = APIRouter(include_in_schema=False)

metrics_of = made_at_start("metrics", Metrics)


@router.get("/metrics", response_class=Response)
def metrics(request: Request, people: AuthenticatorDep, actor: Identified) -> Response:
    """Return the numbers of this process."""
    if not (origin_of(request).from_this_machine and people.machine.is_key(bearer_of(request))):
        _check(actor)
    return Response(generate_latest(metrics_of(request).registry), media_type=CONTENT_TYPE_LATEST)


def _check(actor: Actor | None) -> None:
    if actor is None:
        raise LoginError("login_required")
    actor.require(Permission.READ_METRICS, NATION)

"""`/health` and `/ready`, for whatever watches over the service."""

from fastapi import APIRouter

from api.http.dependencies import ReadingsDep
from api.http.errors import documented
from api.http.reading_pool import RETRY_SECONDS
from api.schemas.common import Status
from pipeline.errors import UnavailableError

router = APIRouter(tags=["service"])


@router.get("/health", summary="Whether the process lives")
async def health() -> Status:
    """Answer as long as the process can answer at all."""
    return Status(status="ok")


@router.get("/ready", summary="Whether uploads are taken", responses=documented((503, "service_busy")))
async def ready(readings: ReadingsDep) -> Status:
    """Answer 200 once the models are loaded and while there is a place for an upload."""
    if readings.full:
        limit = readings.settings.max_requests
        raise UnavailableError("service_busy", limit=limit, seconds=RETRY_SECONDS)
    return Status(status="ready")

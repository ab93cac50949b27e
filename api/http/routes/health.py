"""`/health` and `/ready`, for whatever watches over the service."""

from datetime import timedelta

from fastapi import APIRouter

from api.documents.progress import stalled_for
from api.http.dependencies import ReadingsDep, RecordsDep, WorkersDep
from api.http.errors import documented
from api.http.places import RETRY_SECONDS
from api.schemas.common import Status
from pipeline.errors import UnavailableError

router = APIRouter(tags=["service"])


@router.get("/health")
async def health() -> Status:
    """Answer as long as the process can answer at all."""
    return Status(status="ok")


@router.get(
    "/ready",
    responses=documented((503, "service_busy"), (503, "workers_missing"), (503, "reading_stalled")),
)
def ready(readings: ReadingsDep, records: RecordsDep, workers: WorkersDep) -> Status:
    """Answer 200 while there is a place for an upload, all workers of this machine run, and pages are being read."""
    if readings.uploads.full:
        raise UnavailableError("service_busy", limit=readings.uploads.limit, seconds=RETRY_SECONDS)
    if workers.alive < workers.wanted:
        raise UnavailableError("workers_missing", seen=workers.alive, limit=workers.wanted, seconds=RETRY_SECONDS)
    limit = timedelta(seconds=readings.settings.stalled_seconds)
    if (waited := stalled_for(records.database, limit)) is not None:
        raise UnavailableError("reading_stalled", minutes=round(waited.total_seconds() / 60), seconds=RETRY_SECONDS)
    return Status(status="ready")

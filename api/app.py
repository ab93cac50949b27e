"""The HTTP face: `create_app` puts together what the modules beside it hold.

    settings    what the service takes on          security    headers, other sites
    uploads     bytes in, within limits            problems    errors as problem+json
    readings    documents read and forgotten       routes/     the addresses
    records     what is remembered                 people/     who may do what
    intake/     uploads and their places           recording/  readings and decisions put on record
    jobs/       the workers that read              counting/   the sums of regions
    audit/      the chain of events                db/         tables and migrations
    schemas     the JSON contract as types         web/        the pages

It keeps no global state.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import TypedDict

import cv2
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from api.jobs.crew import Crew
from api.openapi import DESCRIPTION, describe
from api.people.house import People
from api.problems import Failures, documented, handle_problems
from api.readings import DocumentReader, Readings
from api.records import Records, open_records
from api.routes import documents, forms, health, pages, pictures, progress
from api.routes import readings as read_only
from api.security import SameSiteOnly, SecurityHeaders
from api.settings import Settings, load_settings
from api.web.page import Page
from pipeline.reader import Reader

API = "/api/v1"


class State(TypedDict):
    """What lives as long as the service, and reaches routes as `request.state`."""

    readings: Readings
    records: Records
    people: People
    page: Page


def create_app(reader: DocumentReader | None = None, settings: Settings | None = None) -> FastAPI:
    """Return the application. Models are loaded when it starts.

    Args:
        reader: What reads documents; by default a `Reader` of the champion model.
        settings: What it takes on; by default from the environment.

    Raises:
        UsageError: A setting in the environment is unknown or cannot be used.

    """
    app = FastAPI(
        title="chasil",
        version=_version(),
        description=DESCRIPTION,
        lifespan=_lifespan(reader, settings or load_settings()),
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        # In this order from the outside in: a failure must carry the security headers too.
        middleware=[Middleware(SecurityHeaders), Middleware(Failures), Middleware(SameSiteOnly)],
        responses=documented((500, "service_failed")),
    )
    handle_problems(app)
    describe(app)
    for router in (documents.router, pictures.router, progress.router, read_only.router):
        app.include_router(router, prefix=API)
    app.include_router(forms.router, prefix=API)
    app.include_router(health.router)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=pages.STATIC_FOLDER), name="static")
    return app


def _lifespan(
    reader: DocumentReader | None, settings: Settings
) -> Callable[[FastAPI], AbstractAsyncContextManager[State]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
        # Documents are read side by side; threads inside each would only get in each other's way.
        cv2.setNumThreads(1)
        readings = Readings(reader or Reader(settings.form), settings)
        records = open_records(settings, prepare=True)
        crew = Crew(records, settings)
        crew.start()
        try:
            people = People(records.database, settings)
            yield {"readings": readings, "records": records, "people": people, "page": Page()}
        finally:
            crew.stop()
            readings.close()
            records.close()

    return lifespan


def _version() -> str:
    try:
        return version("chasil")
    except PackageNotFoundError:  # run from the source tree without an installation
        return "0"

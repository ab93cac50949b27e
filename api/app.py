"""The HTTP face: `create_app` puts together what the modules beside it hold.

    settings    what the service takes on          security    headers, other sites
    uploads     bytes in, within limits            problems    errors as problem+json
    readings    documents read and forgotten       routes/     the addresses
    records     what is remembered                 people/     who may do what
    intake/     uploads and their places           recording/  readings and decisions put on record
    jobs/       the workers that read              counting/   the sums of regions
    audit/      the chain of events                db/         tables and migrations
    review/     what people decide                 results/    what anyone may see of the count
    administration/  people, templates, models, failures
    address     where programs find it             figures     numbers as people write them
    hosts       which names it answers to          bodies      how large a request may be
    heaps       how threads share memory
    watching    log and metrics                    paging      long lists in pages
    schemas     the JSON contract as types         web/        the pages

It keeps no global state.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypedDict

import cv2
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from api.bodies import BodyLimit
from api.core.address import API
from api.core.context import Records, open_records
from api.core.forms import installed_forms
from api.core.settings import Settings, load_settings
from api.core.version import program_version
from api.documents.progress import Counted, counted
from api.hosts import KnownHosts
from api.openapi import DESCRIPTION, describe
from api.people.authenticator import People
from api.people.current import Limited
from api.problems import Failures, documented, handle_problems
from api.readings import DocumentReader, Readings
from api.results.gallery import Gallery
from api.routes import (
    admin,
    admin_people,
    desk,
    documents,
    entrance,
    exports,
    forms,
    health,
    institution,
    pages,
    people,
    pictures,
    progress,
    results,
    review_pages,
    session,
    tallies,
    tokens,
    uploads,
)
from api.routes import metrics as metrics_route
from api.routes import readings as read_only
from api.security import SameSiteOnly, SecurityHeaders
from api.watching import Metrics, Watch
from api.web.page import Page
from api.workers.pool import Crew
from pipeline.reader import Reader

UPLOADS = (f"{API}/documents", f"{API}/readings", f"{API}/uploads", f"{API}/uploads/")
"""Where requests may be large; these addresses limit what they take themselves."""

SUBJECTS = (
    documents, pictures, progress, tallies, exports, read_only, forms, session, people, tokens, uploads, desk,
)  # fmt: skip
"""What is under `API`."""

PAGES = (pages, results, entrance, institution, review_pages, admin, admin_people)
"""What people see."""


class State(TypedDict):
    """What lives as long as the service, and reaches routes as `request.state`."""

    readings: Readings
    records: Records
    counted: Counted
    people: People
    metrics: Metrics
    page: Page
    gallery: Gallery


def create_app(reader: DocumentReader | None = None, settings: Settings | None = None) -> FastAPI:
    """Return the application. Models are loaded when it starts.

    Args:
        reader: What reads documents; by default a `Reader` of the champion model.
        settings: What it takes on; by default from the environment.

    Raises:
        UsageError: A setting in the environment is unknown or cannot be used.

    """
    told, metrics = settings or load_settings(), Metrics()
    app = FastAPI(
        title="chasil",
        version=program_version(),
        description=DESCRIPTION,
        lifespan=_lifespan(reader, told, metrics),
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        # In this order from the outside in: a failure must carry the security headers too.
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(Watch, metrics),
            Middleware(Failures),
            Middleware(KnownHosts, told),
            Middleware(SameSiteOnly),
            Middleware(BodyLimit, told.max_body_bytes, UPLOADS),
        ],
        responses=documented(
            (400, "request_refused"),
            (413, "body_too_large"),
            (421, "host_unknown"),
            (429, "too_many_requests"),
            (500, "service_failed"),
            (503, "database_unavailable"),
            (503, "storage_unavailable"),
        ),
    )
    handle_problems(app)
    describe(app)
    for subject in SUBJECTS:
        app.include_router(subject.router, prefix=API, dependencies=[Limited])
    for page in PAGES:
        app.include_router(page.router, dependencies=[Limited])
    for service in (health, metrics_route):
        app.include_router(service.router)
    app.mount("/static", StaticFiles(directory=pages.STATIC_FOLDER), name="static")
    return app


def _lifespan(
    reader: DocumentReader | None, settings: Settings, metrics: Metrics
) -> Callable[[FastAPI], AbstractAsyncContextManager[State]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
        # Documents are read side by side; threads inside each would only get in each other's way.
        cv2.setNumThreads(1)
        readings = Readings(reader or Reader(settings.form, forms=installed_forms(settings.forms)), settings)
        records = open_records(settings, prepare=True)
        crew = Crew(records, settings)
        crew.start()
        try:
            yield {
                "readings": readings,
                "records": records,
                "counted": counted(records.database),
                "people": People(records.database, settings),
                "metrics": metrics,
                "page": Page(),
                "gallery": Gallery(records),
            }
        finally:
            crew.stop()
            readings.close()
            records.close()

    return lifespan

"""The HTTP application: `create_app` puts together what the packages below and beside it hold. No global state."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from typing import TypedDict

import cv2
from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from api.core.address import API
from api.core.context import Records, open_records
from api.core.forms import installed_forms
from api.core.settings import Settings, load_settings
from api.core.version import program_version
from api.documents.progress import Counted, counted
from api.documents.signed_count import SignedCounter
from api.http.auth.current import Limited
from api.http.errors import Failures, documented, handle_problems
from api.http.metrics import Metrics
from api.http.middleware.base_path import BasePath, refuse_own
from api.http.middleware.body_limit import BodySizeLimit
from api.http.middleware.head import HeadOfGet
from api.http.middleware.hosts import AllowedHosts
from api.http.middleware.local_token import LocalToken
from api.http.middleware.problem_pages import ProblemPages
from api.http.middleware.proxies import TrustedProxies
from api.http.middleware.request_log import RequestLog
from api.http.middleware.security import SameSiteOnly, SecurityHeaders
from api.http.openapi import DESCRIPTION, describe
from api.http.pages import (
    account,
    admin,
    differences,
    documentation,
    evening,
    login,
    offline,
    oidc,
    published,
    regions,
    results,
    start,
)
from api.http.pages import desk as desk_pages
from api.http.pages import log as log_page
from api.http.pages import people as people_pages
from api.http.pages.renderer import Page
from api.http.plain_text import PlainAddresses, plain_body
from api.http.reading_pool import DocumentReader, Readings
from api.http.routes import (
    conflicts,
    desk,
    documents,
    exports,
    forms,
    health,
    keys,
    log,
    people,
    pictures,
    progress,
    security_contact,
    session,
    stations,
    tallies,
    tokens,
    uploads,
)
from api.http.routes import differences as differences_route
from api.http.routes import evening as evening_route
from api.http.routes import metrics as metrics_route
from api.http.routes import readings as read_only
from api.people.authenticator import Authenticator
from api.people.machine import MachineToken
from api.people.personal_keys import record_signing
from api.publication.keeper import VerdictKeeper
from api.results.gallery import Gallery
from api.workers.log_keeper import LogKeeper
from api.workers.pool import WorkerPool
from pipeline.reader import Reader

UPLOADS = (
    f"{API}/documents", f"{API}/readings", f"{API}/uploads", f"{API}/uploads/", "/admin/published", "/admin/regions",
)  # fmt: skip
"""Where requests may be large; these addresses limit what they take themselves."""

SUBJECTS = (
    documents, pictures, progress, tallies, exports, read_only, forms, session, people, keys, tokens, uploads, desk,
    stations, conflicts, log, differences_route, evening_route,
)  # fmt: skip
"""What is under `API`."""

PAGES = (
    start, documentation, offline, differences, results, log_page, login, oidc, account, desk_pages, published,
    regions, admin, evening, people_pages,
)  # fmt: skip
"""What people see."""


class State(TypedDict):
    """What lives as long as the service, and reaches routes as `request.state`."""

    readings: Readings
    records: Records
    counted: Counted
    signed: SignedCounter
    workers: WorkerPool
    people: Authenticator
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
    settings, metrics = settings or load_settings(), Metrics()
    app = FastAPI(
        title="chasil",
        version=program_version(),
        description=DESCRIPTION,
        lifespan=_lifespan(reader, settings, metrics),
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        # In this order from the outside in: a failure must carry the security headers too.
        middleware=[
            Middleware(BasePath, settings.base_path),
            Middleware(TrustedProxies, settings.trusted_proxies),
            Middleware(SecurityHeaders),
            Middleware(RequestLog, metrics),
            Middleware(HeadOfGet),
            Middleware(ProblemPages, settings.language, public=settings.public),
            Middleware(Failures),
            Middleware(PlainAddresses),
            Middleware(AllowedHosts, settings),
            Middleware(LocalToken, MachineToken(settings.home)),
            Middleware(SameSiteOnly),
            Middleware(BodySizeLimit, settings.max_body_bytes, settings.upload_grace, UPLOADS),
        ],
        routes=_routes().routes,
    )
    refuse_own(settings.base_path, app.routes)
    app.state.home = settings.home
    handle_problems(app)
    describe(app)
    return app


@cache
def _routes() -> APIRouter:
    """Return what the service answers to, made once in a process: nothing of it belongs to one service.

    What a route needs of its service lives in `State`.
    """
    all_routes = APIRouter(
        responses=documented(
            (400, "request_refused"),
            (408, "body_too_slow"),
            (413, "body_too_large"),
            (421, "host_unknown"),
            (429, "too_many_requests"),
            (500, "service_failed"),
            (503, "database_unavailable"),
            (503, "storage_unavailable"),
        ),
    )
    for subject in SUBJECTS:
        all_routes.include_router(subject.router, prefix=API, dependencies=[Limited, Depends(plain_body)])
    for page in PAGES:
        all_routes.include_router(page.router, dependencies=[Limited, Depends(plain_body)])
    all_routes.include_router(log.tiles, dependencies=[Limited])
    for service in (health, metrics_route, security_contact):
        all_routes.include_router(service.router)
    all_routes.mount("/static", StaticFiles(directory=start.STATIC_FOLDER), name="static")
    return all_routes


def _lifespan(
    reader: DocumentReader | None, settings: Settings, metrics: Metrics
) -> Callable[[FastAPI], AbstractAsyncContextManager[State]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
        # Documents are read side by side; threads inside each would only get in each other's way.
        cv2.setNumThreads(1)
        readings = Readings(reader or Reader(settings.form, forms=installed_forms(settings.forms)), settings)
        records = open_records(settings, prepare=True)
        record_signing(records.database, settings)
        workers = WorkerPool(records, settings)
        workers.start()
        keeper = LogKeeper(records, settings)
        keeper.start()
        verdicts = VerdictKeeper(records)
        verdicts.start()
        try:
            yield {
                "readings": readings,
                "records": records,
                "counted": counted(records.database),
                "signed": SignedCounter(records.database),
                "workers": workers,
                "people": Authenticator(records.database, settings),
                "metrics": metrics,
                "page": Page(),
                "gallery": Gallery(records),
            }
        finally:
            workers.stop()
            verdicts.stop()
            keeper.stop()
            readings.close()
            records.close()

    return lifespan

"""A worker on procrastinate: woken at once when a page waits, on any machine that reaches the same PostgreSQL.

It takes, reads and records a page in the same steps as every other worker (`api.workers.read_page`), under the same
lease. So a job that comes twice, or late, or for a page that another worker has, does nothing.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from api.core.context import Records
from api.core.notifications import PAGES, READ_PAGE, Queue
from api.db import Database
from api.db.tables import Page
from api.workers.claims import takeable
from api.workers.read_page import read_next
from pipeline.reader import Reader

if TYPE_CHECKING:
    import procrastinate

SWEEP = "* * * * * */10"
"""When pages that nobody was told of are looked for: every ten seconds (the last field), on one of the workers."""

SWEEP_AT_ONCE = 1000
TROUBLED_SECONDS = 2.0
STALLED_SECONDS = 30.0
"""After how long without a sign of life a worker's job is given up."""

_log = logging.getLogger(__name__)


class ClusterWorker:
    """Reads the pages that the queue names.

    Args:
        records: What the service remembers, with its queue.
        reader: Reads pages.
        owner: Name of this worker; no other has the same.

    """

    def __init__(self, records: Records, reader: Reader, owner: str) -> None:
        assert records.queue is not None
        self._records, self._reader, self._owner = records, reader, owner
        self._queue: Queue = records.queue
        self._stopped = threading.Event()
        self._end: Callable[[], object] = lambda: None

    def run(self) -> None:
        """Work until `stop` or a signal; a page that is being read is finished first."""
        while not self._stopped.is_set():
            try:
                asyncio.run(self._work())
            except Exception as error:  # every way in which a database can go away
                _log.warning("the queue does not answer (%s); trying again", type(error).__name__)
                self._stopped.wait(TROUBLED_SECONDS)

    def stop(self) -> None:
        """Read no further page."""
        self._stopped.set()
        with contextlib.suppress(RuntimeError):  # it has ended already
            self._end()

    async def _work(self) -> None:
        app, loop = self._app(), asyncio.get_running_loop()
        async with app.open_async():
            working = app.run_worker_async(
                queues=[PAGES], name=self._owner, delete_jobs="successful", install_signal_handlers=False
            )
            task = asyncio.create_task(working)
            # Only this is cancelled, never the connections around it: they would not end.
            self._end = lambda: loop.call_soon_threadsafe(task.cancel)
            if self._stopped.is_set():
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def _app(self) -> "procrastinate.App":
        """Return procrastinate's app with the two tasks."""
        import procrastinate  # noqa: PLC0415

        app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo(self._records.database)))

        @app.task(name=READ_PAGE, queue=PAGES)
        def read_page(page: str) -> None:
            read_next(self._records, self._reader, self._owner, page)

        @app.periodic(cron=SWEEP)
        @app.task(name="sweep", queue=PAGES, queueing_lock="sweep", priority=10)
        async def sweep(timestamp: int) -> None:  # noqa: ARG001  procrastinate gives it
            await asyncio.to_thread(self._sweep)
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
                await app.job_manager.finish_job(job, procrastinate.jobs.Status.FAILED, delete_job=True)

        return app

    def _sweep(self) -> None:
        """Add jobs for pages that could be taken and have none: put back, abandoned, or forgotten."""
        try:
            with self._records.database.writing() as session:
                for condition in takeable():
                    found = select(Page.id).where(condition).order_by(Page.ready_at).limit(SWEEP_AT_ONCE)
                    self._queue.announce(session, session.scalars(found).all())
        except DBAPIError as error:
            _log.warning("no sweep: %s", type(error).__name__)


def conninfo(database: Database) -> str:
    """Return the database's URL as PostgreSQL's own library writes it."""
    return database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

"""Notify workers on many machines at once that pages wait: procrastinate's queue, in the same PostgreSQL.

A job in the queue is a hint: which pages are to be read says the table of pages alone. A job is added in the
transaction that lets its page wait, so that both are there or neither; a sweep adds again what is lost all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from api.db import Database
from api.db.transactions import take_lock
from pipeline.errors import UsageError

if TYPE_CHECKING:
    import procrastinate
    from procrastinate.jobs import Job

READ_PAGE = "read_page"
PAGES = "pages"
"""Name of the task, and of the queue that it waits in."""

_WAITING = text("SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo' AND queueing_lock = ANY(:locks)")


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue of one database."""

    app: "procrastinate.App"

    def announce(self, session: Session, pages: Sequence[str]) -> int:
        """Add a job for every page that has none waiting, in the session's transaction; return how many."""
        from procrastinate.exceptions import AlreadyEnqueued  # noqa: PLC0415

        session.flush()
        waiting = set(session.scalars(_WAITING, {"locks": [_lock(page) for page in pages]}))
        jobs = [_job(page) for page in pages if _lock(page) not in waiting]
        if not jobs:
            return 0
        try:
            with session.begin_nested():
                connection = session.connection().connection.driver_connection
                self.app.job_manager.batch_defer_jobs(jobs, connection=connection)
        except AlreadyEnqueued:  # someone else has just added one of them; the sweep brings the others
            return 0
        return len(jobs)


def open_queue(database: Database, wanted: str, *, prepare: bool) -> Queue | None:
    """Return the queue; None where workers look into the table of pages by themselves.

    Args:
        database: Where pages are.
        wanted: table, procrastinate, or auto: procrastinate where the database is PostgreSQL and it is installed.
        prepare: Make what it needs in the database.

    Raises:
        UsageError: `cluster_extra_missing`, `queue_needs_postgresql`, or `database_outdated`: `chasil init` is missing.

    """
    if wanted == "table" or (wanted == "auto" and (database.embedded or not _installed())):
        return None
    if database.embedded:
        raise UsageError("queue_needs_postgresql")
    if not _installed():
        raise UsageError("cluster_extra_missing")
    if not inspect(database.engine).has_table("procrastinate_jobs"):
        if not prepare and wanted == "auto":
            return None
        if not prepare:
            raise UsageError("database_outdated")
        _install(database)
    return Queue(_app())


def _installed() -> bool:
    from importlib.util import find_spec  # noqa: PLC0415

    return find_spec("procrastinate") is not None


def _install(database: Database) -> None:
    """Make procrastinate's tables; of two that try, one waits and finds them."""
    from procrastinate.schema import SchemaManager  # noqa: PLC0415

    with database.engine.begin() as connection:
        take_lock(connection, "chasil queue")
        if not inspect(connection).has_table("procrastinate_jobs"):
            cursor = connection.connection.cursor()
            cursor.execute(SchemaManager.get_schema())
            cursor.close()


def _app() -> "procrastinate.App":
    import procrastinate  # noqa: PLC0415

    return procrastinate.App(connector=procrastinate.SyncPsycopgConnector())  # works on connections of ours alone


def _job(page: str) -> "Job":
    from procrastinate.jobs import Job  # noqa: PLC0415

    return Job(
        id=None, queue=PAGES, lock=None, queueing_lock=_lock(page), task_name=READ_PAGE, task_kwargs={"page": page}
    )


def _lock(page: str) -> str:
    """Return what lets a page have one waiting job at most."""
    return f"page:{page}"

"""The lease of a page that is being read is renewed for as long as its worker lives.

So a page may take longer than its lease without being read by others at the same time, and a worker that dies is still
missed within one lease. A thread of its own does it: what reads may be busy for minutes in code that is not ours.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from sqlalchemy import update

from api.core.context import Records
from api.core.machine_failures import MACHINE_FAILURES
from api.db.states import PageState
from api.db.tables import Page
from api.db.types import now

LONGEST_SECONDS = 15 * 60.0
"""For how long a lease is renewed at most: a worker that hangs must not keep its page for good."""

_log = logging.getLogger(__name__)


@contextmanager
def kept_alive(records: Records, page_id: str, owner: str) -> Iterator[None]:
    """Renew the lease of a page three times in its length, until the block ends."""
    ended = threading.Event()
    thread = threading.Thread(target=_beat, args=(records, page_id, owner, ended), name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _beat(records: Records, page_id: str, owner: str, ended: threading.Event) -> None:
    begun, pause = monotonic(), records.lease.total_seconds() / 3
    while not ended.wait(pause) and monotonic() - begun < LONGEST_SECONDS:
        try:
            if not renew(records, page_id, owner):
                return
        except MACHINE_FAILURES as error:  # it is away; the lease may run out meanwhile
            _log.warning("the lease of page %s is not renewed: %s", page_id, type(error).__name__)


def renew(records: Records, page_id: str, owner: str) -> bool:
    """Let a lease begin anew; tell whether it was still this worker's."""
    held = (Page.id == page_id, Page.state == PageState.READING, Page.lease_owner == owner)
    with records.database.writing() as session:
        renewed = update(Page).where(*held).values(lease_until=now() + records.lease).returning(Page.id)
        return session.scalar(renewed) is not None

"""Keep the verdicts of a service up to date: a thread of `chasil serve` that judges what has changed.

It asks again after a pause that grows with what asking costs, so that it takes a twentieth of one core at most while
nothing is to be done.
"""

import logging
import threading
import time

from api.core.context import Records
from api.publication.refreshing import refresh_verdicts

PAUSE_SECONDS, TROUBLED_SECONDS, LONGEST_SECONDS = 1.0, 5.0, 60.0
SHARE = 20
"""How much longer than asking the pause after it is."""

_log = logging.getLogger(__name__)


class VerdictKeeper:
    """Judges what has changed while the service runs.

    Args:
        records: Whose published figures.

    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="verdicts", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the stations that are being judged."""
        self._stopped.set()
        self._thread.join(TROUBLED_SECONDS)

    def _run(self) -> None:
        while not self._stopped.is_set():
            begun = time.monotonic()
            try:
                done = refresh_verdicts(self._records)
            except Exception as error:  # the database is away, another process was quicker: the next turn tries again
                _log.warning("published figures wait to be compared: %s", type(error).__name__)
                self._stopped.wait(TROUBLED_SECONDS)
                continue
            took = time.monotonic() - begun
            if not done:
                self._stopped.wait(min(LONGEST_SECONDS, max(PAUSE_SECONDS, SHARE * took)))

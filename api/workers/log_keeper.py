"""Keep the log of a service going: what was committed is in the tree, signed, within a second.

It runs as a thread of `chasil serve`; where several services share a database, whoever comes first does the next batch.
"""

import logging
import threading
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from api.core.context import Records
from api.core.settings import Settings
from api.files.atomic import whole_file
from api.ledger.log import newest_checkpoint
from api.ledger.sequencer import BATCH, Signer, open_signer, sequence
from pipeline.errors import UsageError

EVERY_SECONDS = 0.5
TROUBLED_SECONDS = 5.0
"""How long it waits when the database or the key does not answer."""

NOTED = "log-checkpoint"
"""File in the home that has the newest checkpoint, so that a database that lost its end is found."""

_log = logging.getLogger(__name__)


class LogKeeper:
    """Puts events into the log while the service runs.

    Args:
        records: Whose log.
        settings: Where its key lies, and its name.

    """

    def __init__(self, records: Records, settings: Settings) -> None:
        self._records, self._settings = records, settings
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._noted = 0

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Put in what waits, and end."""
        self._stopped.set()
        self._thread.join(TROUBLED_SECONDS)

    def _run(self) -> None:
        signer: Signer | None = None
        while True:
            last = self._stopped.is_set()
            pause = EVERY_SECONDS
            try:
                signer = signer or self._signer()
                if sequence(self._records.database, signer) == BATCH and not last:
                    continue
                self._note()
            except (SQLAlchemyError, OSError, UsageError) as error:  # every way in which database or key can go away
                problem = error if isinstance(error, UsageError) else type(error).__name__
                _log.warning("events wait for the log: %s", problem)
                pause, signer = TROUBLED_SECONDS, None
            if last:
                return
            self._stopped.wait(pause)

    def _signer(self) -> Signer:
        return open_signer(self._records.database, self._settings.log_key_file, self._settings.log_name)

    def _note(self) -> None:
        """Keep the newest checkpoint beside the database."""
        with self._records.database.reading() as session:
            newest = newest_checkpoint(session)
        if newest is not None and newest.size > self._noted:
            with whole_file(str(noted_file(self._settings))) as file:
                file.write(newest.note)
            self._noted = newest.size


def noted_file(settings: Settings) -> Path:
    """Return the file that the newest checkpoint is kept in beside the database."""
    return settings.home / NOTED

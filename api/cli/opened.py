"""What the service remembers, open for as long as a command runs."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.core.address import beneath
from api.core.context import Records, open_records
from api.core.settings import load_settings
from api.files.private import private


@contextmanager
def opened(*, prepare: bool = False) -> Iterator["Records"]:
    """Open what the settings of this process name, and close it again, whatever happens.

    Args:
        prepare: As for `api.core.context.open_records`, whose errors it raises.

    """
    settings = load_settings()
    with private():  # what is made there first: the database, the folder of originals
        records = open_records(settings, prepare=prepare)
    try:
        with beneath(settings.base_path):
            yield records
    finally:
        records.close()

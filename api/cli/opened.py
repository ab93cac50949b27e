"""What the service remembers, open for as long as a command runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.core.context import Records


@contextmanager
def opened(*, prepare: bool = False) -> Iterator["Records"]:
    """Open what the settings of this process name, and close it again, whatever happens.

    Args:
        prepare: As for `api.core.context.open_records`, whose errors it raises.

    """
    from api.core.context import open_records  # noqa: PLC0415  heavy, and only commands of the service need it
    from api.core.private_files import private  # noqa: PLC0415
    from api.core.settings import load_settings  # noqa: PLC0415

    settings = load_settings()
    with private():  # what is made there first: the database, the folder of originals
        records = open_records(settings, prepare=prepare)
    try:
        yield records
    finally:
        records.close()

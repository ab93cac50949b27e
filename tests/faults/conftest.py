"""The same service and databases as in the tests of the service."""

from tests.service.conftest import (  # noqa: F401
    database,
    database_url,
    empty_postgresql,
    empty_sqlite,
    originals,
    records,
)
from tests.service.people.conftest import scene  # noqa: F401

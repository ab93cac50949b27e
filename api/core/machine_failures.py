"""What goes wrong with the machine, not with what it is given: database, store or disk do not answer, and may again."""

from obstore.exceptions import BaseError as StoreError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

MACHINE_FAILURES: tuple[type[Exception], ...] = (DBAPIError, PoolTimeoutError, StoreError, OSError)
"""To be caught where the same work is tried again; no page, file or person is to blame."""

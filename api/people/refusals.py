"""What the rules about people refuse, as answers of the HTTP face."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.problems import Problem
from pipeline.errors import UsageError

_STATUSES = {"person_exists": 409, "subject_taken": 409, "last_admin": 409, "person_unknown": 404}


@contextmanager
def refusals() -> Iterator[None]:
    """Turn a refusal into a problem: 404, 409, else 422."""
    try:
        yield
    except UsageError as error:
        raise Problem(_STATUSES.get(error.code, 422), error.code, **error.reason.values) from error

"""The errors that the program raises on purpose: what kind of failure each is, and the HTTP status that answers it.

ChasilError                 422  every expected failure; carries a `Reason` with a stable code
├── ConflictError           409  something has changed or ended meanwhile, or stands in the way
├── DeniedError             403  whoever asks may not do this
├── DocumentError           422  a file or a page of it cannot be opened (becomes a rejected page, never ends a batch)
├── FormError               422  a form template is missing or faulty
├── LockedError             423  somebody else is writing to it at this moment
├── LoginError              401  whoever asks has not shown who they are
├── MissingError            404  what is asked for is not there
├── ModelError              500  a model package is missing, damaged or made for another contract
├── OriginalError           410  a stored original is missing, or is not what was stored
├── ProtocolError           any  the HTTP request itself is at fault: a header, a body, an address
├── RegionListError         422  a list of regions has faults, of which it carries the first
├── TooManyError            429  more than is allowed, or sooner
├── UnavailableError        503  it cannot be done now, though it can be later
└── UsageError              422  the request itself makes no sense (wrong option, nothing to read)

A code has one status, whoever raises it; only of a `ProtocolError` it is given beside the code. The command line ends
with exit code 2 for each of them. A page that was opened but cannot be read is no error: it is a reading with the
outcome "rejected".
"""

from typing import Any

from pipeline.reasons import Reason


class ChasilError(Exception):
    """An expected failure with a stable code and a text that says what was seen and what to do.

    Args:
        code: A key of `data/messages.yaml`.
        **values: What the text quotes; `seconds`, where it is worth trying again after so many.

    """

    status: int = 422
    """The HTTP status that answers it."""

    def __init__(self, code: str, **values: Any) -> None:
        self.reason = Reason(code, values)
        super().__init__(f"{code}: {self.reason.text()}")

    @property
    def code(self) -> str:
        """The stable code."""
        return self.reason.code


class ConflictError(ChasilError):
    """Something has changed or ended meanwhile, or stands in the way."""

    status = 409


class DeniedError(ChasilError):
    """Whoever asks may not do this."""

    status = 403


class DocumentError(ChasilError):
    """A file, or one page of it, cannot be opened."""


class FormError(ChasilError):
    """A form template is missing or faulty."""


class LockedError(ChasilError):
    """Somebody else is writing to it at this moment."""

    status = 423


class LoginError(ChasilError):
    """Whoever asks has not shown who they are."""

    status = 401


class MissingError(ChasilError):
    """What is asked for is not there."""

    status = 404


class ModelError(ChasilError):
    """A model package is missing, damaged or made for another contract."""

    status = 500


class TooManyError(ChasilError):
    """More than is allowed, or sooner."""

    status = 429


class UnavailableError(ChasilError):
    """It cannot be done now, though it can be later."""

    status = 503


class UsageError(ChasilError):
    """The request makes no sense as it stands."""

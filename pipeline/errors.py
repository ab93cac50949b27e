"""The errors that the program raises on purpose.

ChasilError                 every expected failure; carries a `Reason` with a stable code
├── DocumentError           a file or a page of it cannot be opened (becomes a rejected page, never ends a batch)
├── FormError               a form template is missing or faulty
├── ModelError              a model package is missing, damaged or made for another contract
└── UsageError              the request itself makes no sense (wrong option, nothing to read)

A page that was opened but cannot be read is no error: it is a reading with the outcome "rejected".
"""

from typing import Any

from pipeline.reasons import Reason


class ChasilError(Exception):
    """An expected failure with a stable code and a text that says what was seen and what to do.

    Args:
        code: A key of `data/messages.yaml`.
        **values: What the text quotes.

    """

    def __init__(self, code: str, **values: Any) -> None:
        self.reason = Reason(code, values)
        super().__init__(f"{code}: {self.reason.text()}")

    @property
    def code(self) -> str:
        """The stable code."""
        return self.reason.code


class DocumentError(ChasilError):
    """A file, or one page of it, cannot be opened."""


class FormError(ChasilError):
    """A form template is missing or faulty."""


class ModelError(ChasilError):
    """A model package is missing, damaged or made for another contract."""


class UsageError(ChasilError):
    """The request makes no sense as it stands."""

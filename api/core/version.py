"""Which program this is."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache  # it does not change while the program runs, and looking it up reads a file
def program_version() -> str:
    """Return the version of the program; "0" where it runs from the source tree without an installation."""
    try:
        return version("chasil")
    except PackageNotFoundError:
        return "0"

"""Which program this is."""

from importlib.metadata import PackageNotFoundError, version


def program_version() -> str:
    """Return the version of the program; "0" where it runs from the source tree without an installation."""
    try:
        return version("chasil")
    except PackageNotFoundError:
        return "0"

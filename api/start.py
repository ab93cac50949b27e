"""Where the command `chasil` begins: what must be settled before the first library is fetched."""

import os


def keep_to_one_core() -> None:
    """Have equations solved by one thread in this process and those it starts, unless the environment says otherwise.

    Pages are read side by side, and equations of a hundred unknowns gain nothing from threads; where cores are busy,
    threads that wait for each other cost ten times the work. NumPy asks when it is fetched, and never again.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def main() -> None:
    """Run the command line."""
    keep_to_one_core()
    from api.cli.main import main as run  # noqa: PLC0415

    run()

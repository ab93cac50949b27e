"""One number of a reading, held against what is written."""

from pipeline.reading import FieldReading, Outcome


def right_and_accepted(read: FieldReading | None, value: int) -> tuple[bool, bool]:
    """Return whether a number was read as `value`, and whether it was accepted; neither where it was not read."""
    if read is None:
        return False, False
    return read.value == value, read.outcome is Outcome.ACCEPTED

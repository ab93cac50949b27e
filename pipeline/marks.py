"""What the marks in the boxes of one number mean, when a person types them."""

from pipeline.errors import UsageError

LEADS = "X-_"
DIGITS = "0123456789"


def value_of(boxes: str) -> int | None:
    """Return the number that marks make: leads (X, dash, empty) before digits; leads alone with an X or dash are zero.

    Args:
        boxes: One character a printed box, as in the contract.

    Returns:
        The value; None where nothing is written, or a box is struck out or unreadable.

    Raises:
        UsageError: `boxes_invalid`: another character, or a lead after a digit.

    """
    if not boxes or set(boxes) - set(DIGITS + LEADS + "#"):
        raise UsageError("boxes_invalid", seen=boxes[:20])
    if "#" in boxes or set(boxes) == {"_"}:
        return None
    digits = boxes.lstrip(LEADS)
    if set(digits) & set(LEADS):
        raise UsageError("boxes_invalid", seen=boxes[:20])
    return int(digits or "0")

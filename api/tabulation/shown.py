"""What may be said of a number outside the review desk: one answer for pages, the API and exports.

While people still decide a number, nothing that anybody or the machine reads in it is said to the public, nor to who
may be asked to read it: whoever reads it a second time must not be led, and what is doubtful is no news.
"""

from dataclasses import dataclass
from typing import Protocol

from api.db.states import NumberState
from api.tabulation import contribution

IN_REVIEW = NumberState.REVIEW


class Standing(contribution.Standing, Protocol):
    """A number as it stands, with what is read in it."""

    @property
    def final_boxes(self) -> str:
        """The same, box by box."""

    @property
    def value(self) -> int | None:
        """What the machine reads."""

    @property
    def boxes(self) -> str:
        """The same, box by box."""

    @property
    def confidence(self) -> float:
        """How sure it is."""

    @property
    def outcome(self) -> str:
        """What it makes of that."""


@dataclass(frozen=True, slots=True)
class ShownValues:
    """What may be said of a number.

    Attributes:
        value: What counts; None where nothing does.
        counts: Whether it counts.
        boxes: What is written, one character a printed box; "" while people still decide.
        confidence: How sure the machine is of what it reads; None while people still decide, as are the next three.
        machine_value: What the machine reads.
        machine_boxes: The same, box by box.
        machine_outcome: What the machine made of it.

    """

    value: int | None = None
    counts: bool = False
    boxes: str = ""
    confidence: float | None = None
    machine_value: int | None = None
    machine_boxes: str | None = None
    machine_outcome: str | None = None


WITHHELD = ShownValues()
"""Of a number that people still decide."""


def shown_values(number: Standing, *, insider: bool = False) -> ShownValues:
    """Return what may be said of a number.

    Args:
        number: The number.
        insider: Whether it is for people of the service who read nothing blind: they are told what the machine reads in
            a number that waits, and never what a first reader says.

    """
    waits = number.state == IN_REVIEW
    if waits and not insider:
        return WITHHELD
    counts = contribution.counts(number)
    return ShownValues(
        value=number.final if counts else None,
        counts=counts,
        boxes=number.boxes if waits else number.final_boxes,
        confidence=number.confidence,
        machine_value=number.value,
        machine_boxes=number.boxes,
        machine_outcome=number.outcome,
    )

"""What a person says of a number: one value from the body of a request to the rows that keep it."""

from dataclasses import dataclass, replace

from api.db.states import AnswerKind
from api.db.tables import Number
from api.ledger.statements import Signed
from pipeline.errors import UsageError
from pipeline.marks import value_of

_OF_BOXES = (AnswerKind.CONFIRM, AnswerKind.CORRECT)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says of a number.

    Attributes:
        kind: What the person did; of confirm and correct `boxes` are what the ink says.
        version: The version of the number that the person saw.
        boxes: One character a printed box; "" but for confirm, correct and unreadable.
        comment: In the person's words.
        seconds: How long the person looked, in s.
        signed: The person's own signature, if they sign.

    """

    kind: AnswerKind
    version: int
    boxes: str = ""
    comment: str = ""
    seconds: float | None = None
    signed: Signed | None = None

    @property
    def value(self) -> int | None:
        """The number that the boxes make; None where nothing is written, or nobody can tell."""
        return value_of(self.boxes) if self.kind in _OF_BOXES else None

    def about(self, number: Number) -> "Answer":
        """Return the same answer as it is kept: what the machine has read is confirmed, anything else corrects it.

        Raises:
            UsageError: `boxes_invalid`: the boxes make no number of this form.

        """
        if self.kind == AnswerKind.UNREADABLE:
            fits = len(self.boxes) == len(number.boxes)
            return replace(self, boxes=self.boxes if fits else "#" * len(number.boxes))
        if self.kind not in _OF_BOXES:
            return replace(self, boxes="")
        if len(self.boxes) != len(number.boxes) or "#" in self.boxes:
            raise UsageError("boxes_invalid", seen=self.boxes[:20])
        return replace(self, kind=AnswerKind.CONFIRM if self.value == number.value else AnswerKind.CORRECT)

    def agrees(self, kind: AnswerKind, value: int | None) -> bool:
        """Return whether another answer says the same."""
        return (self.kind == AnswerKind.UNREADABLE) == (kind == AnswerKind.UNREADABLE) and self.value == value

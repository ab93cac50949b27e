"""The witnesses of a number beside its boxes: bubbles, tally strokes and the sums of tally rows, read page by page."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.package import ModelPackage, default_package, load_package
from pipeline.bubbles import BubbleEvidence, BubbleReader
from pipeline.digits import DigitReader
from pipeline.evidence import Statement
from pipeline.forms import NumberField
from pipeline.registration.geometry import Grey
from pipeline.registration.sheet import SheetMap
from pipeline.row_sums import RowSumEvidence, read_row_sums
from pipeline.tallies import TallyEvidence, TallyReader


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What the page says of one number beside its boxes; None where the form has no such place for it."""

    bubbles: BubbleEvidence | None = None
    tally: TallyEvidence | None = None
    row_sums: RowSumEvidence | None = None

    def statements(self) -> tuple[Statement, ...]:
        """Return what every witness states, as the decision takes it."""
        found = (self.bubbles, self.tally, self.row_sums)
        return tuple(witness.statement() for witness in found if witness is not None)


class WitnessReader:
    """Reads all witnesses of a page. Made once; safe to share between threads.

    Args:
        digits: The digit reader, for row sums.
        bubbles: Package of the kind "bubbles"; by default the champion.
        tallies: Package of the kind "tallies"; by default the champion.

    Raises:
        ModelError: A package is missing, damaged, or made for another program.

    """

    def __init__(
        self, digits: DigitReader, bubbles: ModelPackage | None = None, tallies: ModelPackage | None = None
    ) -> None:
        self._digits = digits
        self._bubbles = BubbleReader(bubbles or load_package(default_package("bubbles")))
        self._tallies = TallyReader(tallies or load_package(default_package("tallies")))

    def read(self, grey: Grey, sheet: SheetMap, fields: Sequence[NumberField]) -> dict[str, Witnesses]:
        """Return the witnesses of every number that has any, by name.

        Args:
            grey: The picture (height, width), uint8.
            sheet: Where the sheet lies in it.
            fields: The numbers of the page.

        """
        bubbles = self._bubbles.read(grey, sheet, fields)
        tallies = self._tallies.read(grey, sheet, fields)
        sums = read_row_sums(grey, self._digits, fields, tallies)
        return {
            field.name: Witnesses(
                bubbles.get(field.name),
                tallies[field.name].evidence if field.name in tallies else None,
                sums.get(field.name),
            )
            for field in fields
            if field.name in bubbles or field.name in tallies
        }

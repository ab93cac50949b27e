"""The witnesses of a number beside its boxes, page by page: bubbles, tally strokes, sums of tally rows, and words."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.package import ModelPackage, default_package, load_package
from pipeline.evidence import Statement
from pipeline.forms import NumberField
from pipeline.recognition.bubbles import BubbleEvidence, BubbleReader
from pipeline.recognition.digits import DigitReader
from pipeline.recognition.row_sums import RowSumEvidence, read_row_sums
from pipeline.recognition.tallies import TallyEvidence, TallyReader
from pipeline.recognition.trust import softened, trusts
from pipeline.recognition.words import WordsEvidence, WordsReader
from pipeline.registration.geometry import Grey
from pipeline.registration.sheet import SheetMap


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What the page says of one number beside its boxes; None where the form has no such place for it."""

    bubbles: BubbleEvidence | None = None
    tally: TallyEvidence | None = None
    row_sums: RowSumEvidence | None = None
    words: WordsEvidence | None = None

    def statements(self) -> tuple[Statement, ...]:
        """Return what every witness states, as far as it is believed: as the decision takes it."""
        return tuple(softened(statement, trusts()[statement.witness]) for statement in self.raw_statements())

    def raw_statements(self) -> tuple[Statement, ...]:
        """Return what every witness states by its own account."""
        found = (self.bubbles, self.tally, self.row_sums, self.words)
        return tuple(witness.statement() for witness in found if witness is not None)


class WitnessReader:
    """Reads all witnesses of a page. Made once; safe to share between threads.

    Args:
        digits: The digit reader, for row sums.
        bubbles: Package of the kind "bubbles"; by default the champion.
        tallies: Package of the kind "tallies"; by default the champion.
        words: Package of the kind "words"; by default the champion.

    Raises:
        ModelError: A package is missing, damaged, or made for another program.

    """

    def __init__(
        self,
        digits: DigitReader,
        bubbles: ModelPackage | None = None,
        tallies: ModelPackage | None = None,
        words: ModelPackage | None = None,
    ) -> None:
        self._digits = digits
        self._bubbles = BubbleReader(bubbles or load_package(default_package("bubbles")))
        self._tallies = TallyReader(tallies or load_package(default_package("tallies")))
        self._words = WordsReader(words or load_package(default_package("words")))

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
        words = self._words.read(grey, sheet, fields)
        shown = _shown(grey, sheet, fields)
        return {
            field.name: Witnesses(
                bubbles.get(field.name) if (field.name, "bubbles") in shown else None,
                tallies[field.name].evidence if (field.name, "tally") in shown else None,
                sums.get(field.name) if (field.name, "row_sums") in shown else None,
                words.get(field.name),
            )
            for field in fields
            if field.name in bubbles or field.name in tallies or field.name in words
        }


def _shown(grey: Grey, sheet: SheetMap, fields: Sequence[NumberField]) -> set[tuple[str, str]]:
    """Return which numbers have which places that lie in the picture as a whole: of half a tally nothing is known."""
    places = [
        (field.name, kind, place.bounds)
        for field in fields
        for kind, place in (("bubbles", field.bubbles), ("tally", field.tally), ("row_sums", field.row_sums))
        if place is not None
    ]
    whole = sheet.shown(grey, [bounds for *_, bounds in places], [None] * len(places))
    return {(name, kind) for (name, kind, _), is_whole in zip(places, whole, strict=True) if is_whole}

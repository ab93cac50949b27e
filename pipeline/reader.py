"""The reader: pages through all stages, documents through the decision."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.package import ModelPackage, default_package, load_package
from pipeline.clock import Clock
from pipeline.decision import decide_document, decide_numbers, weigh_numbers
from pipeline.documents import Document, Limits, Page, RejectedPage, open_documents
from pipeline.documents.limits import DEFAULT_LIMITS
from pipeline.documents.names import file_name
from pipeline.errors import DocumentError
from pipeline.extraction.cells import NumberCut, cut_numbers, draw_cuts
from pipeline.extraction.close_up import close_ups, combined
from pipeline.forms import FormTemplate, TaggedPage, chosen, load_forms
from pipeline.reading import (
    DocumentReading,
    FieldReading,
    ModelReading,
    Outcome,
    PageReading,
    Quadrilateral,
    RegistrationReading,
    worst,
)
from pipeline.reasons import ADVICE, Reason
from pipeline.recognition.digits import DigitReader
from pipeline.recognition.witnesses import WitnessReader
from pipeline.registration import Registration, SheetFinder
from pipeline.search import seek
from pipeline.trace import OFF, Trace

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MarkedSheet:
    """Where a person says that a sheet lies.

    Attributes:
        form, page: Which form, and which printed page of it.
        outline: The sheet's corners in the upright picture at full size, px, clockwise from its own upper left one.

    """

    form: str
    page: int
    outline: Quadrilateral


class Reader:
    """Reads documents. Made once; safe to share between threads.

    Args:
        form: Read only as this form, or as any form of this family; by default any installed form is recognised.
        forms: Templates by id; by default those in `data/forms`.
        package: The digit model; by default the champion.
        limits: What one file may ask of the machine.
        threshold: Posterior from which a number is accepted; by default the one stored with the model.

    Raises:
        FormError: `form_unknown`, or a template is faulty.
        ModelError: The model package is missing, damaged or made for another program.

    """

    def __init__(
        self,
        form: str | None = None,
        *,
        forms: Mapping[str, FormTemplate] | None = None,
        package: ModelPackage | None = None,
        limits: Limits = DEFAULT_LIMITS,
        threshold: float | None = None,
    ) -> None:
        installed = load_forms() if forms is None else forms
        self.forms = installed if form is None else chosen(installed, form)
        self.limits = limits
        self._digits = DigitReader(package or load_package(default_package("digits")))
        self._witnesses = WitnessReader(self._digits)
        stored = self._digits.package.description.thresholds.number
        self.threshold = stored if threshold is None else threshold
        self._sheets = SheetFinder(self.forms)

    def read(self, source: str | Path | bytes, name: str = "upload") -> list[DocumentReading]:
        """Read a file, folder or ZIP, or the bytes of one file called `name`; return its documents."""
        given = (name, source) if isinstance(source, bytes) else Path(source)
        return [self.read_document(document) for document in open_documents([given], self.limits)]

    def read_document(self, document: Document, debug: Path | None = None) -> DocumentReading:
        """Read every page of a document, then decide it as a whole.

        Args:
            document: The document.
            debug: A folder for pictures of what each stage saw, a folder a page; none are kept without it.

        """
        pages = [self.read_page(page, trace=_trace(debug, page, index)) for index, page in enumerate(document.pages, 1)]
        return decide_document(document.name, pages, self.forms, self.threshold)

    def read_page(
        self, page: Page | RejectedPage, by_hand: MarkedSheet | None = None, trace: Trace = OFF
    ) -> PageReading:
        """Read one page; whatever is wrong with it is in the reading, nothing is raised.

        Args:
            page: The page.
            by_hand: Where a person says that its sheet lies; otherwise it is looked for.
            trace: Keeps what each stage saw.

        """
        if isinstance(page, RejectedPage):
            return _rejected(page, page.reason)
        try:
            return self._read_page(page, by_hand, trace)
        except DocumentError as error:
            return _rejected(page, error.reason)
        except Exception as error:  # the boundary of a page: a defect must not cost the rest of the batch
            _log.exception("page %s of %s failed", page.source.page, page.source.name)
            return _rejected(page, Reason("page_failed", {"error": type(error).__name__}))

    def _register(
        self, grey: NDArray[np.uint8], reduction: int, *, whole: bool, by_hand: MarkedSheet | None, trace: Trace
    ) -> Registration | Reason:
        """Find the sheet, or take it where a person says that it lies."""
        if by_hand is None:
            return self._sheets.find(grey, trace, stretched=whole)
        form = self.forms.get(by_hand.form)
        if form is None or by_hand.page not in [page.number for page in form.pages]:
            return Reason("form_page_unknown", {"form": by_hand.form, "page": by_hand.page})
        # Pixel centres: x px at full size is (x + 0.5) / reduction - 0.5 px of the smaller picture.
        outline = (np.array(by_hand.outline, np.float64) + 0.5) / reduction - 0.5
        return self._sheets.find_by_hand(grey, TaggedPage(form, form.page(by_hand.page)), outline, trace)

    def _read_page(self, page: Page, by_hand: MarkedSheet | None, trace: Trace) -> PageReading:
        """Decode, register, cut, read, decide."""
        clock = Clock()
        register = partial(self._register, by_hand=by_hand, trace=trace)
        seen = seek(page, register, clock, anywhere=by_hand is None)
        if isinstance(seen, Reason):
            return _rejected(page, seen, clock.milliseconds)
        grey, found, reduction = seen.grey, seen.found, seen.reduction
        with clock.stage("cut"):
            cuts = cut_numbers(grey, found.sheet, found.target.page.numbers)
            enlarged = close_ups(grey, found.sheet, cuts)
        trace.saw("cuts", lambda: draw_cuts(cuts))
        with clock.stage("read"):
            probabilities = self._read_boxes(cuts, enlarged)
            witnesses = self._witnesses.read(grey, found.sheet, found.target.page.numbers)
        with clock.stage("decide"):
            statements = {name: said.statements() for name, said in witnesses.items()}
            evidence = weigh_numbers(cuts, probabilities, statements, found.doubts(), found.places)
            fields = decide_numbers(cuts, evidence, self.threshold, reduction)
        return PageReading(
            document=page.document,
            source=page.source,
            outcome=worst([*_of_numbers(fields, found.target.form.optional), *_of_page(found.reasons)]),
            form=found.target.form.id,
            form_page=found.target.page.number,
            reasons=found.reasons,
            registration=_described(found, reduction),
            fields=fields,
            model=ModelReading(self._digits.package.id, self._digits.package.sha256),
            timing_ms=clock.milliseconds,
            evidence=evidence,
        )

    def _read_boxes(
        self, cuts: Sequence[NumberCut], enlarged: Sequence[NDArray[np.uint8] | None]
    ) -> NDArray[np.float64]:
        """Read all boxes of a page in one batch, and those again that have a close-up."""
        crops = [crop for cut in cuts for crop in cut.crops]
        again = {place: crop for place, crop in enumerate(enlarged) if crop is not None}
        read = self._digits.read([*crops, *again.values()])
        probabilities, places = read[: len(crops)], list(again)
        probabilities[places] = combined(probabilities[places], read[len(crops) :])
        return probabilities


def _trace(folder: Path | None, page: Page | RejectedPage, index: int) -> Trace:
    return OFF if folder is None else Trace(folder / f"{file_name(page.document)}-{index}")


def _rejected(page: Page | RejectedPage, reason: Reason, timing: Mapping[str, float] | None = None) -> PageReading:
    return PageReading(page.document, page.source, Outcome.REJECTED, reasons=(reason,), timing_ms=timing or {})


def _of_numbers(fields: Mapping[str, FieldReading], optional: frozenset[str]) -> list[Outcome]:
    """Return the outcomes of the numbers on which that of their page hangs."""
    return [field.outcome for name, field in fields.items() if name not in optional]


def _of_page(reasons: Sequence[Reason]) -> list[Outcome]:
    """Return review where something other than advice is to be said of a page."""
    return [Outcome.REVIEW for reason in reasons if reason.code not in ADVICE]


def _described(found: Registration, reduction: int) -> RegistrationReading:
    first, second, third, fourth = ((float(x), float(y)) for x, y in (found.outline() + 0.5) * reduction - 0.5)
    outline: Quadrilateral = (first, second, third, fourth)
    return RegistrationReading(
        method=found.method,
        rotation=found.rotation,
        error_mm=found.error_mm,
        sharpness=found.edge_width_mm,
        pixels_per_mm=found.pixels_per_mm * reduction,
        outline=outline,
        score=found.score,
    )

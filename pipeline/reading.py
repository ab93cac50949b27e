"""What a reading says: fields, pages and documents, as frozen values with the JSON form of the contract.

Coordinates are pixels of the upright picture at full size, x right, y down. Probabilities are calibrated.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from pipeline.documents import Source
from pipeline.evidence import NumberEvidence
from pipeline.reasons import Reason

Corner = tuple[float, float]
Quadrilateral = tuple[Corner, Corner, Corner, Corner]


class Outcome(StrEnum):
    """What becomes of a number, a page or a document."""

    ACCEPTED = "accepted"
    REVIEW = "review"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one witness says of a number: its likeliest value (None: nothing can be read), and how likely that is.

    `text` is what was read, of witnesses that are words; None of others.
    """

    value: int | None
    probability: float
    text: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return `{"value", "probability"}`, with `"text"` before them where there is one."""
        text = {} if self.text is None else {"text": self.text}
        return {**text, "value": self.value, "probability": shown(self.probability)}


@dataclass(frozen=True, slots=True)
class FieldReading:
    """One number.

    Attributes:
        value: What the boxes say; None where nothing is written or it cannot be read.
        boxes: One character a printed box: a digit, X, - (dash), _ (empty), # (struck out or unreadable).
        confidence: Posterior probability that `value` is what was written.
        outcome: Accepted or review.
        reasons: Why it is in review, weightiest first.
        evidence: What each witness says, by witness: digits, bubbles, tally, row_sums, words.
        region: The number's place in the picture, clockwise from its upper left corner.
        box_regions: The same for every box.

    """

    value: int | None
    boxes: str
    confidence: float
    outcome: Outcome
    reasons: tuple[Reason, ...] = ()
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    region: Quadrilateral | None = None
    box_regions: tuple[Quadrilateral, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the field as on a page line of the contract."""
        return {
            "value": self.value,
            "boxes": self.boxes,
            "confidence": shown(self.confidence),
            "outcome": self.outcome.value,
            "reasons": [reason.to_json() for reason in self.reasons],
            "evidence": {witness: evidence.to_json() for witness, evidence in self.evidence.items()},
            "region": None if self.region is None else _rounded(self.region),
        }

    def to_document_json(self) -> dict[str, Any]:
        """Return the field as on a document line: the decision without the place."""
        whole = self.to_json()
        return {key: whole[key] for key in ("value", "boxes", "confidence", "outcome", "reasons")}


@dataclass(frozen=True, slots=True)
class RegistrationReading:
    """How the sheet was found.

    Attributes:
        method: tag, lines, print, corners (marked by a person) or corners_and_print (and proved by the print).
        rotation: Degrees clockwise that the sheet lies turned in the picture: 0, 90, 180 or 270.
        error_mm: Root mean square distance between the printed lines found and where they were expected, in mm.
        sharpness: Width of a printed edge in mm; small is sharp.
        pixels_per_mm: Resolution where numbers are read.
        outline: The sheet in the picture, clockwise from its upper left corner.
        score: Share of the evidence for it that agrees, 0 to 1; None in readings of earlier programs.

    """

    method: str
    rotation: int
    error_mm: float
    sharpness: float
    pixels_per_mm: float
    outline: Quadrilateral
    score: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the registration as the contract states it, with score, sharpness, resolution and outline."""
        return {
            "method": self.method,
            "score": None if self.score is None else round(self.score, 3),
            "rotation": self.rotation,
            "error_mm": round(self.error_mm, 3),
            "sharpness_mm": round(self.sharpness, 3),
            "pixels_per_mm": round(self.pixels_per_mm, 3),
            "outline": _rounded(self.outline),
        }


@dataclass(frozen=True, slots=True)
class ModelReading:
    """The model package that read the digits."""

    id: str
    sha256: str

    def to_json(self) -> dict[str, Any]:
        """Return `{"id", "sha256"}`."""
        return {"id": self.id, "sha256": self.sha256}


@dataclass(frozen=True, slots=True)
class PageReading:
    """One page: what it is, what it says and how sure that is.

    Attributes:
        document: Name of the document that it belongs to.
        source: Where it comes from.
        form, form_page: The form and its page, None where they are unknown.
        outcome: Rejected pages have no fields.
        reasons: Why the page is rejected or in review, and every fallback that was taken.
        registration: How the sheet was found.
        fields: By name.
        model: Who read the digits.
        timing_ms: Milliseconds by stage.
        evidence: The distributions behind the fields, for the decision over the whole document; not in the JSON.

    """

    document: str
    source: Source
    outcome: Outcome
    form: str | None = None
    form_page: int | None = None
    reasons: tuple[Reason, ...] = ()
    registration: RegistrationReading | None = None
    fields: Mapping[str, FieldReading] = field(default_factory=dict)
    model: ModelReading | None = None
    timing_ms: Mapping[str, float] = field(default_factory=dict)
    evidence: Mapping[str, NumberEvidence] = field(default_factory=dict, repr=False, compare=False)

    def to_json(self) -> dict[str, Any]:
        """Return the page line of the contract."""
        return {
            "kind": "page",
            "document": self.document,
            "source": asdict(self.source),
            "form": self.form,
            "form_page": self.form_page,
            "outcome": self.outcome.value,
            "reasons": [reason.to_json() for reason in self.reasons],
            "registration": None if self.registration is None else self.registration.to_json(),
            "fields": {name: reading.to_json() for name, reading in self.fields.items()},
            "model": None if self.model is None else self.model.to_json(),
            "timing_ms": {stage: round(milliseconds, 2) for stage, milliseconds in self.timing_ms.items()},
        }


@dataclass(frozen=True, slots=True)
class RuleReading:
    """Whether one rule holds; None where a number that it needs is missing or unread."""

    id: str
    holds: bool | None
    severity: str = "hard"

    def to_json(self) -> dict[str, Any]:
        """Return the rule as the contract states it."""
        return {"id": self.id, "holds": self.holds, "severity": self.severity}


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """The pages of one form of one polling station, read together.

    Attributes:
        document: Its name.
        form: The form, None where no page was recognised.
        pages: The readings of its pages, in the order of the files.
        missing_pages: Printed page numbers of the form that no readable page shows.
        fields: Every number of every page, decided over the whole document.
        rules: Every rule of the form.
        outcome, reasons: What becomes of it, and why.

    """

    document: str
    form: str | None
    pages: tuple[PageReading, ...]
    missing_pages: tuple[int, ...]
    fields: Mapping[str, FieldReading]
    rules: tuple[RuleReading, ...]
    outcome: Outcome
    reasons: tuple[Reason, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the document line of the contract."""
        found = sorted({page.form_page for page in self.pages if page.form_page and page.outcome != Outcome.REJECTED})
        return {
            "kind": "document",
            "document": self.document,
            "form": self.form,
            "pages": found,
            "missing_pages": list(self.missing_pages),
            "fields": {name: reading.to_document_json() for name, reading in self.fields.items()},
            "rules": [rule.to_json() for rule in self.rules],
            "outcome": self.outcome.value,
            "reasons": [reason.to_json() for reason in self.reasons],
        }


def shown(probability: float) -> float:
    """Return a probability with six decimals, never rounded up: no reading is certain."""
    return min(math.floor(probability * 1e6), 999_999) / 1e6


def worst(outcomes: Any) -> Outcome:
    """Return rejected if any is, else review if any is, else accepted."""
    seen = set(outcomes)
    return next((o for o in (Outcome.REJECTED, Outcome.REVIEW) if o in seen), Outcome.ACCEPTED)


def _rounded(corners: Quadrilateral) -> list[list[float]]:
    return [[round(x, 1), round(y, 1)] for x, y in corners]

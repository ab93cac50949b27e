"""The JSON contract as types: what clients may rely on, and what `/api/v1/openapi.json` says.

Readings are sent as `pipeline.reading` writes them; the types here describe those lines, and the tests hold the two
together.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field

from models.strict import Strict
from pipeline.reading import Outcome


def _in_utc(moment: datetime) -> datetime:
    """Return a moment in UTC; at either end of time there is none."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a moment that has no time in UTC") from error


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment that somebody tells."""

Probability = Annotated[float, Field(ge=0, le=1)]
Corners = Annotated[list[tuple[float, float]], Field(min_length=4, max_length=4, description="Clockwise, in pixels.")]
Boxes = Annotated[str, Field(description="A character a box: digit, X, - dash, _ empty, # struck or unreadable.")]


class Exact(Strict):
    """A part of the contract: it has these members and no others."""


class Text(Exact):
    """A text for people."""

    id: str
    en: str


class ReasonLine(Exact):
    """Why something is not simply accepted."""

    code: str = Field(description="Stable; programs match on it.")
    message: str
    translations: dict[str, str]


class EvidenceLine(Exact):
    """What one witness says of a number."""

    value: int | None
    probability: Probability
    text: Annotated[
        str | None, Field(exclude_if=lambda text: text is None, description="What was read, of a number in words.")
    ] = None


class Decision(Exact):
    """A number as it was decided."""

    value: int | None
    boxes: Boxes
    confidence: Probability
    outcome: Outcome
    reasons: list[ReasonLine]


class FieldLine(Decision):
    """A number on its page."""

    evidence: dict[str, EvidenceLine]
    region: Corners | None


class SourceLine(Exact):
    """Where a page comes from."""

    name: str
    page: int
    sha256: str
    width: int
    height: int


class RegistrationLine(Exact):
    """How the sheet was found in the picture."""

    method: str
    rotation: Literal[0, 90, 180, 270]
    error_mm: float
    score: Annotated[
        float | None, Field(ge=0, le=1, description="Share of the evidence for it that agrees; null where unknown.")
    ] = None
    sharpness_mm: float
    pixels_per_mm: float
    outline: Corners


class ModelLine(Exact):
    """Which model read the digits."""

    id: str
    sha256: str


class CloseCall(Exact):
    """A box that could be misread: what was read, and the next likely digit."""

    field: str
    box: int = Field(ge=0, description="Which box of the number, from 0.")
    mark: str
    rival: int = Field(ge=0, le=9)
    probability: Probability
    rival_probability: Probability
    region: Corners


class Tree(Exact):
    """One side of a rule: a `name` of a number, a `number`, or an `op` (+, -, *, ceil, abs) of `args`."""

    name: str | None = None
    number: float | int | None = None
    op: Literal["+", "-", "*", "ceil", "abs"] | None = None
    args: list["Tree"] | None = None


class SumBody(Exact):
    """A rule to evaluate: `left comparison right`. `factors` and `constant` are those of left - right, if linear."""

    id: str
    label: Text
    severity: Literal["hard", "soft"]
    expression: str
    comparison: Literal["==", "<=", ">=", "<", ">"]
    left: Tree
    right: Tree
    factors: dict[str, int] | None
    constant: int | None


class PageLine(Exact):
    """One page."""

    kind: Literal["page"]
    document: str
    source: SourceLine
    form: str | None
    form_page: int | None
    outcome: Outcome
    reasons: list[ReasonLine]
    registration: RegistrationLine | None
    fields: dict[str, FieldLine]
    model: ModelLine | None
    timing_ms: dict[str, float]
    overlay: str | None = Field(
        default=None, description="Only with `overlay=true`: a JPEG data URI, null where the page has no picture."
    )
    close_calls: list[CloseCall] | None = Field(default=None, description="Only with `explain=true`: closest first.")


class RuleLine(Exact):
    """Whether a rule of the form holds; null where a number is missing."""

    id: str
    holds: bool | None
    severity: Literal["hard", "soft"]


class DocumentLine(Exact):
    """The pages of one form of one polling station, decided together. Follows its pages."""

    kind: Literal["document"]
    document: str
    form: str | None
    pages: list[int]
    missing_pages: list[int]
    fields: dict[str, Decision]
    rules: list[RuleLine]
    outcome: Outcome
    reasons: list[ReasonLine]
    broken_sums: list[SumBody] | None = Field(default=None, description="Only with `explain=true`.")


class ReadingsBody(Exact):
    """Every page, and after the pages of a document the document."""

    readings: list[Annotated[PageLine | DocumentLine, Field(discriminator="kind")]]


class FormSummary(Exact):
    """A form that can be read."""

    id: str
    family: str = Field(description="What the variants of one form have in common; its own id where it has none.")
    parameters: dict[str, bool | int] = Field(description="What this variant sets, such as `pairs`.")
    title: Text
    confirmed: bool = Field(description="Whether the layout was checked against the official file.")
    pages: int


class FormList(Exact):
    """Every form that can be read."""

    forms: list[FormSummary]


class NumberInfo(Exact):
    """A number of a form."""

    name: str
    label: Text
    boxes: int = Field(description="How many boxes it is written in.")
    required: bool


class FormPage(Exact):
    """A page of a form."""

    number: int
    numbers: list[NumberInfo]


class RuleInfo(Exact):
    """A rule between numbers of a form."""

    id: str
    expression: str
    severity: Literal["hard", "soft"]
    label: Text


class FormDetail(Exact):
    """A form with its numbers and rules."""

    id: str
    title: Text
    confirmed: bool
    pages: list[FormPage]
    rules: list[RuleInfo]


class Status(Exact):
    """That the service is there."""

    status: Literal["ok", "ready"]

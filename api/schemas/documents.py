"""What the service says of uploads, documents and pages: the types of its answers."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from api.schemas.common import DocumentLine, EvidenceLine, Exact, PageLine, Probability, ReasonLine, RuleLine
from api.schemas.keys import SIGNED, InkBody, SignedBody

NumberWord = Literal["accepted", "review", "reviewed", "unreadable"]
DocumentWord = Literal["empty", "waiting", "accepted", "review", "rejected", "moved"]
PageWord = Literal["waiting", "reading", "read", "rejected", "set_aside"]


class ReceiptBody(Exact):
    """What became of one uploaded file."""

    name: str
    outcome: Literal["stored", "known", "conflict", "refused"] = Field(
        description="known: the same bytes were there already, which is a success. conflict: they were, for another "
        "polling station; a senior settles whose they are, and nothing of them counts for yours before that."
    )
    sha256: str
    document: str | None
    station: str | None = Field(description="The polling station it is filed under; null while left to assign.")
    pages: list[str]
    reasons: list[ReasonLine]
    proof: str | None = Field(
        default=None,
        description="Where the proof lies that this delivery is in the log: a text to keep and check offline. It is "
        "there a second later; null where nothing was kept.",
    )


class NumberBody(Exact):
    """A number as it stands: what counts, and what the machine says of it."""

    field: str
    state: NumberWord
    final: int | None = Field(description="What counts, where the state is accepted or reviewed.")
    final_boxes: str
    value: int | None = Field(description="What the machine reads.")
    boxes: str
    confidence: Probability
    evidence: dict[str, EvidenceLine]
    reasons: list[ReasonLine]
    region: list[tuple[float, float]] | None
    page: str | None
    reading: str | None
    version: int = Field(description="Send it back with a decision.")
    links: dict[str, str]


class PageBody(Exact):
    """A page of a document."""

    id: str
    file_name: str
    number: int = Field(description="The page inside its file, from 1.")
    state: PageWord
    form_page: int | None
    reasons: list[ReasonLine]
    attempts: int
    sha256: str
    uploaded_at: datetime
    links: dict[str, str]


class DocumentRule(RuleLine):
    """Whether a rule of the form holds by what counts, or was read of numbers that wait."""

    counts: bool | None = Field(
        default=None, description="Whether every number of it counts; where it is false, nothing is said of the paper."
    )


class FeedbackBody(Exact):
    """What the uploader can still mend while the sheet is on the wall."""

    retake: list[ReasonLine] = Field(description="Why another photograph would help, also of pages that were read.")
    notices: list[ReasonLine] = Field(
        description="What else to know: its election is not counted here, or a file was brought for two stations."
    )
    missing_pages: list[int]
    sums: list[ReasonLine] = Field(description="Sums that do not fit what was read so far, of numbers by their labels.")


class DocumentSummary(Exact):
    """A document in a list."""

    id: str
    name: str
    state: DocumentWord
    election: str | None
    station: str | None
    form: str | None
    created_at: datetime
    version: int
    links: dict[str, str]


class DocumentBody(DocumentSummary):
    """A document with its pages and numbers."""

    pages: list[PageBody]
    pages_found: list[int]
    missing_pages: list[int]
    rules: list[DocumentRule]
    reasons: list[ReasonLine]
    numbers: list[NumberBody]
    feedback: FeedbackBody
    moved_to: str | None
    proposed_station: str | None = Field(
        description="Of a document without a station: what its name says, to be confirmed by whoever brought it."
    )


class DocumentList(Exact):
    """Documents, newest first."""

    documents: list[DocumentSummary]
    next: str | None = Field(description="Give it as `after` to go on; null at the end.")


class UploadBody(Exact):
    """What became of an upload. `readings` are the lines of `chasil read --json`, as far as they are there."""

    receipts: list[ReceiptBody]
    documents: list[DocumentBody]
    readings: list[PageLine | DocumentLine]


class DecisionBody(Exact):
    """A decision in the history of a number."""

    id: str
    at: datetime
    person: str
    kind: Literal["confirm", "correct", "unreadable", "reopen", "withdraw", "restore", "flag"]
    old: dict[str, Any]
    new: dict[str, Any]
    reason: str
    seconds: float | None
    signed: bool = Field(description="Whether the person has signed it with their own key.")


class ReadingSummary(Exact):
    """A reading in the history of a number."""

    id: str
    page: str
    at: datetime
    model: str | None
    program: str
    value: int | None
    boxes: str
    confidence: Probability


class NumberHistory(NumberBody):
    """A number with everything that was ever read and decided of it."""

    document: str
    ink: InkBody = Field(description="What whoever decides the number signs that it is about.")
    decisions: list[DecisionBody]
    readings: list[ReadingSummary]


class VerdictBody(Exact):
    """A person's decision."""

    kind: Literal["confirm", "correct", "unreadable", "reopen"]
    version: int = Field(ge=0, description="The version of the number that you saw.")
    boxes: str = Field(default="", max_length=16, examples=["X24"])
    reason: str = Field(default="", max_length=2000)
    seconds: float | None = Field(default=None, ge=0, le=86_400)
    signed: SignedBody | None = SIGNED


class MoveBody(Exact):
    """Where a document belongs."""

    station: str = Field(pattern=r"^[0-9]{13}$", examples=["0024010001002"])
    election: str | None = Field(default=None, max_length=64)
    reason: str = Field(min_length=1, max_length=2000, examples=["filed under the wrong station"])


class ProgressBody(Exact):
    """How far the work is."""

    pages: dict[PageWord, int]
    documents: dict[DocumentWord, int]
    oldest_waiting_seconds: float | None


class RetryBody(Exact):
    """How many pages will be read again."""

    pages: int

"""What is sent and answered about audits, reviewers, alarms and the threshold."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from api.schemas.common import Exact, Probability, Text

Region = Annotated[str, Field(pattern=r"^(0|[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{10}|[0-9]{13})$", examples=["3171"])]
Per = Annotated[float, Field(ge=0, le=10_000, description="Of 10,000.")]


class AuditOrder(Exact):
    """A sample to be drawn."""

    region: Region = "0"
    size: int = Field(default=300, ge=1, le=100_000)
    target: float = Field(default=1e-4, gt=0, lt=1, description="Share of wrong numbers that is allowed.")
    confidence: float = Field(default=0.95, ge=0.5, lt=1)
    seed: int | None = Field(
        default=None,
        ge=0,
        lt=2**53,
        description="Made in public (dice, a beacon); by default by the service's own chance.",
    )
    checkpoint: int | None = Field(
        default=None,
        ge=1,
        lt=2**53,
        description="Size of the log's checkpoint after which `seed` was made: what was decided since is not drawn.",
    )

    @model_validator(mode="after")
    def _seed_after_a_checkpoint(self) -> Self:
        """A seed that could have been chosen to suit is none."""
        if (self.seed is None) != (self.checkpoint is None):
            raise ValueError("seed and checkpoint go together: the seed is made after the checkpoint")
        return self


class StratumBody(Exact):
    """A region below the audit's: its accepted numbers, and what was found among those drawn."""

    region: str
    population: int
    drawn: int
    read: int
    wrong: int
    at_most: Per


class AuditSummary(Exact):
    """An audit in a list."""

    id: str
    at: datetime
    person: str
    region: str
    seed: int
    population: int = Field(description="Accepted numbers that were there when it was drawn.")
    drawn: int
    target: Per
    confidence: Probability
    links: dict[str, str]


class AuditBody(AuditSummary):
    """What an audit says: with `confidence`, at most `at_most` of 10,000 accepted numbers are wrong."""

    read: int
    wrong: int = Field(description="Also disagreements that nobody has settled yet.")
    open: int
    lost: int = Field(description="Their pages have moved; they are left out.")
    at_most: Per
    at_least: Per
    verdict: Literal["passed", "failed", "open"]
    complete: bool
    needed: int = Field(description="Further numbers to read for the target, if no more are wrong than now.")
    needed_if_none: int = Field(description="The sample that shows the target with none wrong.")
    statement: Text
    strata: list[StratumBody]


class AuditList(Exact):
    """Audits, newest first."""

    audits: list[AuditSummary]


class ShareBody(Exact):
    """So many of so many, with the 95 % interval of the share (Wilson)."""

    of: int
    right: int
    low: Probability
    high: Probability


class ReviewerBody(Exact):
    """How a reviewer does."""

    person: str
    name: str
    answers: int
    corrections: int
    unreadable: int
    escalated: int
    undone: int
    seconds: float | None = Field(description="On average, for one number.")
    tests: ShareBody = Field(description="Hidden tests.")
    agreement: ShareBody = Field(description="With others who read the same number blind, or were read so.")


class ReviewerList(Exact):
    """Everybody who has answered anything, by name."""

    reviewers: list[ReviewerBody]


class AlarmBody(Exact):
    """Something to look at."""

    id: str
    code: str
    message: str
    translations: dict[str, str]
    subject: str
    region: str = Field(description="What it is about; `0` is the nation.")
    raised_at: datetime
    cleared_at: datetime | None
    cleared_by: str | None


class AlarmList(Exact):
    """Alarms, newest first."""

    alarms: list[AlarmBody]


class ThresholdOrder(Exact):
    """A higher threshold."""

    threshold: float = Field(gt=0, lt=1, examples=[0.9999])


class ThresholdBody(Exact):
    """The posterior from which a number is accepted."""

    threshold: Probability
    model: Probability = Field(description="What came with the model.")
    documents: int = Field(description="Documents that still hold a number which was accepted below it.")

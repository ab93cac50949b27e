"""The configurations of runs that train the readers of bubbles and of tally cells; unknown keys are errors."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from models.strict import Strict
from training.witnesses.samples import FORM, LEVELS

MOST_PAGES = 10_000
"""Of one kind of drawn pages: so far apart are the numbers of two kinds."""


class DrawnPages(Strict):
    """Pages that are drawn for a run.

    Attributes:
        seed: Of these pages.
        count: How many.
        practice: Whether they are practice pages, or pages as officers fill them.
        levels: Difficulties, one after the other.
        form: Id of the form.

    """

    seed: int
    count: int = Field(ge=1, le=MOST_PAGES)
    practice: bool = True
    levels: tuple[str, ...] = LEVELS
    form: str = FORM


class Pages(Strict):
    """Simulated pages: drawn for the run, and of folders that `chasil simulate` wrote."""

    drawn: tuple[DrawnPages, ...] = Field(default=(), max_length=10)
    folders: tuple[Path, ...] = ()

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return bool(self.drawn or self.folders)


class Learning(Strict):
    """How long and how fast a network learns single windows."""

    steps: int = Field(default=2500, ge=1)
    batch: int = Field(default=256, ge=1)
    rate: float = Field(default=3e-3, gt=0)
    weight_decay: float = Field(default=0.02, ge=0)
    smoothing: float = Field(default=0.003, ge=0, lt=0.5)


class TallyLearning(Learning):
    """The same of tally cells, which are then looked at beside the others of their page."""

    beside_steps: int = Field(default=1500, ge=1)


class RealLearning(Strict):
    """How a tally network learns on from real pages, a real page and one of practice a step.

    Attributes:
        seed: All chance comes from it and the step.
        steps, rate, smoothing: Of the training.
        practice_share: What a practice page counts beside a real one.
        planted: Empty cells of a real page into which strokes are drawn, at most.
        borrowed: Empty cells of a real page into which strokes of other real pages are copied, at most.
        cancelled: Share of these beside which a cancelling line of the page begins.
        degraded: Share of pages, real and of practice, that are seen as coarse pictures and screens show them.
        practice: The practice pages.
        calibration: Drawn pages that set the probabilities, beside the real ones of the calibrate part.

    """

    seed: int = 1
    steps: int = Field(default=1200, ge=1)
    rate: float = Field(default=6e-4, gt=0)
    smoothing: float = Field(default=0.003, ge=0, lt=0.5)
    practice_share: float = Field(default=0.5, ge=0)
    planted: int = Field(default=0, ge=0)
    borrowed: int = Field(default=0, ge=0)
    cancelled: float = Field(default=0.0, ge=0, le=1)
    degraded: float = Field(default=0.0, ge=0, le=1)
    practice: Pages
    calibration: Pages


class WitnessConfig(Strict):
    """One run.

    Attributes:
        name: Of the run and the package.
        seed: All chance comes from it and the step.
        start: Package whose weights are taken as they are, in place of learning from `pages`.
        pages: What is learnt from.
        calibration: What sets the probabilities; of other seeds than `pages`.
        learning: How long and how fast.
        check_every: Steps between checkpoints.
        threads: Of torch.
        jobs: Processes that draw and cut pages.

    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    seed: int = 1
    start: Path | None = None
    pages: Pages = Pages()
    calibration: Pages = Pages()
    learning: Learning = Learning()
    check_every: int = Field(default=250, ge=1)
    threads: int = Field(default=1, ge=1)
    jobs: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _learns_or_takes(self) -> Self:
        if bool(self.pages) == bool(self.start):
            raise ValueError("either pages to learn from, or a start whose weights are taken")
        return self


class RealBubbles(Strict):
    """That half of every batch is of real pages of the train part; `covered` unmarked bubbles lie under fluid."""

    covered: float = Field(default=0.15, ge=0, le=1)


class BubblesConfig(WitnessConfig):
    """One run; with `real` real pages teach and calibrate beside the drawn ones."""

    real: RealBubbles | None = None

    @model_validator(mode="after")
    def _calibrates(self) -> Self:
        if not self.calibration:
            raise ValueError("without calibration there are no probabilities")
        if self.real and self.start:
            raise ValueError("what learns from real pages begins anew, not from a start")
        return self


class TalliesConfig(WitnessConfig):
    """One run, in two steps: on drawn pages, or from the package `start`, and then with `real` on real pages."""

    learning: TallyLearning = TallyLearning()
    real: RealLearning | None = None

    @model_validator(mode="after")
    def _calibrates(self) -> Self:
        if not self.calibration and not (self.start and self.real):
            raise ValueError("without calibration there are no probabilities")
        return self

"""The configuration of a run that trains the reader of words: a YAML file in which unknown keys are errors."""

from pathlib import Path

from pydantic import Field

from models.strict import Strict
from training.runs.settings import read_settings


class WordsConfig(Strict):
    """One run.

    Attributes:
        name: Of the run and the package.
        seed: All chance comes from it and the step.
        width: Channels of the first layer.
        dropout: Share of features dropped.
        start: Folder of an earlier run of the same network, whose averaged weights it begins with.
        simulated: How many lines are drawn.
        simulated_share, real_share, spliced_share, blank_share: Of a batch. Blank are real places without words, on
            which something was found all the same. Spliced lines are real words put together anew; where words lie in
            the real lines, the network of `start` tells.
        strength: Of the disturbance of lines.
        steps, batch, rate, warmup, weight_decay, ema: Of the training.
        check_every: Steps between checkpoints.
        threads: Of torch.

    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    seed: int = 1
    width: int = Field(default=16, ge=4, le=32)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    start: Path | None = None
    simulated: int = Field(default=15_000, ge=0)
    simulated_share: float = Field(default=1.0, ge=0)
    real_share: float = Field(default=0.0, ge=0)
    spliced_share: float = Field(default=0.0, ge=0)
    blank_share: float = Field(default=0.0, ge=0)
    strength: float = Field(default=1.0, ge=0, le=2)
    steps: int = Field(default=3000, ge=1)
    batch: int = Field(default=32, ge=1)
    rate: float = Field(default=3e-3, gt=0)
    warmup: int = Field(default=100, ge=0)
    weight_decay: float = Field(default=0.02, ge=0)
    ema: float = Field(default=0.998, ge=0, lt=1)
    check_every: int = Field(default=250, ge=1)
    threads: int = Field(default=1, ge=1)


def load_words_config(file: Path) -> WordsConfig:
    """Read a configuration.

    Raises:
        UsageError: `file_missing`, or `training_config` where a key is unknown or a value out of range.

    """
    return read_settings(file, WordsConfig)

"""The configuration of a training run: a YAML file in which unknown keys are errors."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from models.strict import Strict
from training.datasets.page_boxes import PageBoxes
from training.datasets.real_boxes import RealBoxes
from training.datasets.sets import Cells, CropFolder, Dataset, Mnist, Simulated, Split, Writers
from training.digits.inputs import Input
from training.runs.settings import read_settings


class NetworkConfig(Strict):
    """Which network of `models.networks`, its input of `training.digits.inputs`, and the size of that in px."""

    design: Literal["plain", "residual", "depthwise"] = "residual"
    width: int = Field(default=32, ge=4, le=64)
    input: Input = "grey"
    size: int = Field(default=32, ge=28, le=48)
    dropout: float = Field(default=0.1, ge=0, lt=1)


class DataConfig(Strict):
    """Where the data lies below the folder given by --data, and the share of each source in a batch.

    A source with share 0 is left out. `corrections` are folders in the layout of the crops; they join the crops.
    `pages` are folders made by `chasil simulate`, whose boxes are cut by the reader itself. `real` is the folder that
    holds the sets of real pages (`training.evaluation.truths`). `cells` are cells of older forms, drawn and scanned.
    `crop_splits` names the splits of the crops that are trained on: `select` may join once all choices are made.
    """

    crops: str = "digits-2024"
    mnist: str = "mnist"
    writers: str = "numbers-21-writers.npz"
    corrections: tuple[Path, ...] = ()
    pages: tuple[Path, ...] = ()
    real: str = ".."
    crop_splits: tuple[Split, ...] = ("train",)
    crops_share: float = Field(default=0.27, ge=0)
    mnist_share: float = Field(default=0.22, ge=0)
    writers_share: float = Field(default=0.16, ge=0)
    simulated_share: float = Field(default=0.20, ge=0)
    pages_share: float = Field(default=0.0, ge=0)
    real_share: float = Field(default=0.0, ge=0)
    outliers_share: float = Field(default=0.15, ge=0)
    cells_share: float = Field(default=0.0, ge=0)
    simulated_count: int = Field(default=20_000, ge=0)
    cells_count: int = Field(default=12_000, ge=1)


class TrainConfig(Strict):
    """One run.

    `start` is the folder of an earlier run of the same network, whose averaged weights it begins with, or several, with
    the mean of whose weights it begins (Wortsman et al. 2022, arXiv:2203.05482); or that of one model package.
    `teachers` are folders of earlier runs or packages with the same input; what their averaged networks say is
    `teacher_share` of the target.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    seed: int = 1
    network: NetworkConfig = NetworkConfig()
    start: Path | tuple[Path, ...] | None = None
    data: DataConfig = DataConfig()
    teachers: tuple[Path, ...] = ()
    teacher_share: float = Field(default=0.5, ge=0, le=1)
    strength: float = Field(default=1.0, ge=0, le=2, description="strength of the augmentation")
    paper_strength: float = Field(default=0.6, ge=0, le=2, description="the same for digits on bare paper")
    elastic: float = Field(default=0.0, ge=0, le=2, description="strength of bending digits on bare paper")
    as_is: float = Field(default=0.0, ge=0, le=1, description="share of digits on bare paper that nothing is done to")
    scans: float = Field(default=0.0, ge=0, le=1, description="share of boxes other than cells that are scanned, too")
    steps: int = Field(default=6000, ge=0, description="0 takes the mean of the weights of `start` as it is")
    batch: int = Field(default=256, ge=1)
    rate: float = Field(default=3e-3, gt=0)
    weight_decay: float = Field(default=0.05, ge=0)
    warmup: int = Field(default=200, ge=0)
    smoothing: float = Field(default=0.01, ge=0, lt=0.5)
    ema: float = Field(default=0.999, ge=0, lt=1)
    precision: Literal["fp32", "bf16"] = "bf16"
    threads: int = Field(default=1, ge=1)
    workers: int = Field(default=1, ge=0)
    check_every: int = Field(default=500, ge=1)

    @model_validator(mode="after")
    def _learns_or_takes(self) -> "TrainConfig":
        if not self.steps and not self.start:
            raise ValueError("without steps there must be a start to take the weights of")
        return self

    @property
    def starts(self) -> tuple[Path, ...]:
        """The runs it begins with the weights of; none where it begins anew."""
        return (self.start,) if isinstance(self.start, Path) else self.start or ()


def load_config(file: Path) -> TrainConfig:
    """Read a configuration.

    Raises:
        UsageError: `file_missing`, or `training_config` where a key is unknown or a value out of range.

    """
    return read_settings(file, TrainConfig)


def crop_folders(config: DataConfig, root: Path) -> list[CropFolder]:
    """Return the crops of the forms and every folder of corrections."""
    folders = [CropFolder(root / config.crops)] if config.crops_share else []
    return folders + [CropFolder(path, f"corrections-{path.name}", corrections=True) for path in config.corrections]


def datasets_of(config: DataConfig, root: Path, seed: int) -> Sequence[Dataset]:
    """Return every data set with a share, for the manifest."""
    found: list[Dataset] = [*crop_folders(config, root)]
    if config.mnist_share:
        found.append(Mnist(root / config.mnist))
    if config.writers_share:
        found.append(Writers(root / config.writers))
    if config.simulated_share:
        found.append(Simulated(config.simulated_count, seed))
    if config.cells_share:
        found.append(Cells(config.cells_count, seed))
    if config.real_share:
        found.append(real_folder(config, root))
    return [*found, *page_folders(config)]


def real_folder(config: DataConfig, root: Path) -> RealBoxes:
    """Return the real pages."""
    return RealBoxes(root / config.real)


def page_folders(config: DataConfig) -> list[PageBoxes]:
    """Return the folders of simulated pages, if they have a share."""
    return [PageBoxes(path, f"pages-{path.name}") for path in config.pages] if config.pages_share else []

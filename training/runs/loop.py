"""What every training loop does alike: the rate of a step, the moving average, and a checkpoint that is whole.

The whole state of a run is its checkpoint: weights, their moving average, the optimiser and the step.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from pydantic import BaseModel
from torch import nn

from pipeline.errors import UsageError


class Schedule(Protocol):
    """How long and how fast a run learns."""

    @property
    def steps(self) -> int:
        """Steps of the whole run."""

    @property
    def rate(self) -> float:
        """Highest learning rate."""

    @property
    def warmup(self) -> int:
        """Steps until it is reached."""


def rate_at(step: int, schedule: Schedule) -> float:
    """Return the learning rate of a step: a linear warm-up, then half a cosine down to a hundredth."""
    if step < schedule.warmup:
        return schedule.rate * (step + 1) / schedule.warmup
    progress = (step - schedule.warmup) / max(1, schedule.steps - schedule.warmup)
    return schedule.rate * (0.01 + 0.99 * 0.5 * (1.0 + float(np.cos(np.pi * progress))))


@torch.no_grad()
def follow(average: nn.Module, network: nn.Module, step: int, most: float) -> None:
    """Move the average towards the network after a step: ever less, but by 1 - `most` at least."""
    keep = min(most, (1 + step) / (10 + step))
    for slow, fast in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
        if slow.dtype.is_floating_point:
            slow.lerp_(fast, 1.0 - keep)
        else:
            slow.copy_(fast)


class Stateful(Protocol):
    """A network, an optimiser or a schedule: what has a state to keep."""

    def state_dict(self) -> Any:
        """Return the state."""

    def load_state_dict(self, state_dict: Any, /) -> object:
        """Take a state over."""


def save(file: Path, config: BaseModel, step: int, parts: Mapping[str, Stateful]) -> None:
    """Write the checkpoint whole: to a temporary file, which then takes its place."""
    state: dict[str, Any] = {"config": config.model_dump(mode="json"), "step": step}
    scratch = file.with_suffix(".tmp")
    torch.save(state | {name: part.state_dict() for name, part in parts.items()}, scratch)
    os.replace(scratch, file)  # noqa: PTH105  the one call that replaces on every system


def restore(file: Path, config: BaseModel, parts: Mapping[str, Stateful]) -> int:
    """Load the checkpoint, if there is one, into the parts, and return the step to go on from.

    Raises:
        UsageError: `training_cannot_resume` where it is of another configuration.

    """
    if not file.is_file():
        return 0
    state = torch.load(file, weights_only=True)
    if state["config"] != config.model_dump(mode="json"):
        raise UsageError("training_cannot_resume", path=str(file.parent), why="it was started with other settings")
    for name, part in parts.items():
        part.load_state_dict(state[name])
    return int(state["step"])

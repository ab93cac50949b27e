"""One stretch of a network's learning: from the first step to the last, or on from where it was stopped.

The whole state is the checkpoint: weights, optimiser, schedule and the step. All chance comes from the seed and the
step, so a stretch that was stopped and resumed equals one that was not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import BaseModel
from torch import Tensor, nn

from training.runs.loop import Stateful, restore, save

Log = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Stretch:
    """How long and how fast.

    Attributes:
        name: For people, and of the checkpoint.
        seed: With the step the source of all chance.
        steps: Of the whole stretch.
        rate: Highest learning rate, of one cycle.
        weight_decay: Of AdamW.
        clip: Largest norm of the gradients; None leaves them.

    """

    name: str
    seed: int
    steps: int
    rate: float
    weight_decay: float = 0.02
    clip: float | None = None


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where a run keeps its checkpoints, under which settings, and after how many steps each."""

    folder: Path
    settings: BaseModel
    every: int = 250


def learn(
    network: nn.Module,
    learning: nn.Module,
    stretch: Stretch,
    loss_of: Callable[[int], Tensor],
    keeping: Keeping | None = None,
    log: Log = print,
) -> None:
    """Train a part of a network in place.

    Args:
        network: The whole, which is kept.
        learning: The part whose weights change.
        stretch: How long and how fast.
        loss_of: Gives the loss () of a step, by its number.
        keeping: Where checkpoints lie; what is there is gone on from.
        log: Takes a line of progress.

    Raises:
        UsageError: `training_cannot_resume` where the checkpoint is of another configuration.

    """
    optimiser = torch.optim.AdamW(learning.parameters(), lr=stretch.rate, weight_decay=stretch.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, stretch.rate, total_steps=stretch.steps)
    parts: dict[str, Stateful] = {"network": network, "optimiser": optimiser, "schedule": schedule}
    file = keeping.folder / f"{stretch.name}.pt" if keeping else None
    first = restore(file, keeping.settings, parts) if file and keeping else 0
    every, seen = keeping.every if keeping else 250, 0.0
    for step in range(first, stretch.steps):
        torch.manual_seed(stretch.seed * 1_000_003 + step)  # dropout, too, depends on seed and step alone
        loss = loss_of(step)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        if stretch.clip is not None:
            nn.utils.clip_grad_norm_(learning.parameters(), stretch.clip)
        optimiser.step()
        schedule.step()
        seen += loss.item() / every
        done = step + 1
        if done % every == 0 or done == stretch.steps:
            if file and keeping:
                save(file, keeping.settings, done, parts)
            log(f"{stretch.name}: step {done}/{stretch.steps} loss {seen:.4f}")
            seen = 0.0

"""Train the line reader: one loop, from the first step to the last.

The whole state of a run is the checkpoint: weights, their moving average, the optimiser and the step. All chance comes
from the seed and the step, so a run that was stopped and resumed equals one that was not.
"""

import copy
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models.lines import LineNetwork, line_network
from pipeline.errors import UsageError
from pipeline.recognition.words.lines import HEIGHT
from pipeline.recognition.words.reader import frames_of, side_by_side
from pipeline.recognition.words.scoring import WORD_CLASSES
from training.runs.loop import Stateful, follow, rate_at, restore, save
from training.words.batches import Batch, Source, draw
from training.words.config import WordsConfig

Log = Callable[[str], None]
Sources = Mapping[str, tuple[Source, float]]


def run(config: WordsConfig, sources: Sources, out: Path, *, resume: bool = False, log: Log = print) -> LineNetwork:
    """Train on given sources and return the moving average of the weights, in evaluation mode.

    Args:
        config: The run.
        sources: Lines and their shares of a batch, by name.
        out: Folder of the run: config.json, checkpoint.pt.
        resume: Go on from checkpoint.pt where there is one.
        log: Takes a line of progress.

    Raises:
        UsageError: `training_cannot_resume` where the checkpoint is of another configuration.

    """
    cv2.setNumThreads(1)
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    out.mkdir(parents=True, exist_ok=True)
    (out / "config.json").write_text(json.dumps(config.model_dump(mode="json"), indent=1) + "\n", encoding="utf-8")
    network = line_network(len(WORD_CLASSES), config.width, config.dropout)
    if config.start is not None:
        network.load_state_dict(load_run(config.start).state_dict())
    network = network.to(memory_format=torch.channels_last)
    average = copy.deepcopy(network).eval()
    optimiser = torch.optim.AdamW(network.parameters(), lr=config.rate, weight_decay=config.weight_decay)
    parts: dict[str, Stateful] = {"network": network, "average": average, "optimiser": optimiser}
    first = restore(out / "checkpoint.pt", config, parts) if resume else 0
    started, seen = time.monotonic(), 0.0
    network.train()
    for step in range(first, config.steps):
        torch.manual_seed(config.seed * 1_000_003 + step)
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, config)
        batch = draw(sources, config.batch, np.random.default_rng((config.seed, step)), config.strength)
        loss = _loss(network, batch)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        follow(average, network, step, config.ema)
        seen += loss.item()
        done = step + 1
        if done % config.check_every == 0 or done == config.steps:
            save(out / "checkpoint.pt", config, done, parts)
            log(f"step {done}/{config.steps} loss {seen / config.check_every:.4f} ({time.monotonic() - started:.0f} s)")
            seen = 0.0
    return average


def predict(network: nn.Module, strips: Sequence[NDArray[np.float32]], batch: int = 32) -> list[NDArray[np.float64]]:
    """Return the logits (frames, classes) of strips (HEIGHT, width), each of its own frames."""
    found: list[NDArray[np.float64]] = [np.zeros((0, len(WORD_CLASSES)))] * len(strips)
    order = sorted((i for i in range(len(strips)) if strips[i].shape[1]), key=lambda i: strips[i].shape[1])
    with torch.no_grad():
        for start in range(0, len(order), batch):
            some = order[start : start + batch]
            logits = network(torch.from_numpy(side_by_side([strips[i] for i in some])[:, None])).double().numpy()
            for row, i in zip(logits, some, strict=True):
                found[i] = row[: frames_of(strips[i])]
    return found


def load_run(folder: Path) -> LineNetwork:
    """Return the averaged network of a run, in evaluation mode.

    Raises:
        UsageError: `file_missing` where there is no checkpoint.

    """
    file = folder / "checkpoint.pt"
    if not file.is_file():
        raise UsageError("file_missing", path=str(file))
    kept = torch.load(file, map_location="cpu", weights_only=True)
    config = WordsConfig.model_validate(kept["config"])
    network = line_network(len(WORD_CLASSES), config.width, config.dropout)
    network.load_state_dict(kept["average"])
    return network.eval()


def _loss(network: nn.Module, batch: Batch) -> torch.Tensor:
    """Return the mean loss a letter of a batch; lines that have fewer frames than letters need count nothing."""
    logits = network(torch.from_numpy(batch.ink[:, None]))  # (n, frames, classes)
    losses = nn.functional.ctc_loss(
        logits.log_softmax(2).movedim(1, 0),
        torch.from_numpy(batch.labels),
        torch.from_numpy(batch.frames),
        torch.from_numpy(batch.lengths),
        reduction="none",
        zero_infinity=True,
    )
    return (losses / torch.from_numpy(np.maximum(batch.lengths, 3))).mean()


assert HEIGHT == 32, "models.lines ends in one row for this height"

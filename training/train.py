"""Train a digit network: one loop, from the first step to the last.

The whole state of a run is the checkpoint: weights, their moving average, the optimiser and the step. All chance
comes from the seed and the step, so a run that was stopped and resumed equals one that was not, bit for bit on a CPU.
"""

import copy
import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader

from models.networks import build
from models.package import CLASSES
from pipeline.errors import UsageError
from training.batches import Batches, Sources
from training.config import NetworkConfig, TrainConfig, crop_folders, datasets_of, page_folders, real_folder
from training.datasets import Boxes, CropFolder, Mnist, Split, Writers, join
from training.distil import soft_targets
from training.inputs import prepare_as
from training.manifest import make_manifest
from training.packaged import is_package, load_packaged, normalise
from training.pool import cell_boxes, scanned_boxes, simulated_boxes

Say = Callable[[str], None]

NORMALISED_ON = 8
"""Batches on which the normalisation of a network that comes from a package is set."""


def train(config: TrainConfig, root: Path, out: Path, *, resume: bool = False, say: Say = print) -> nn.Module:
    """Train a network and return its moving average, ready to be calibrated and exported.

    Args:
        config: The run.
        root: Folder of the data sets.
        out: Folder of the run: config.json, manifest.json, checkpoint.pt, tb/.
        resume: Continue from checkpoint.pt where there is one.
        say: Takes a line of progress.

    Raises:
        UsageError: `training_cannot_resume` where the checkpoint is of another configuration.

    """
    # A pool of OpenCV's own threads would not survive the fork into the loader's workers: they would wait for ever.
    cv2.setNumThreads(1)
    torch.set_num_threads(config.threads)
    out.mkdir(parents=True, exist_ok=True)
    sources, checks = load_sources(config, root) if config.steps else (Sources.of({}), {})
    _write_json(out / "manifest.json", make_manifest(datasets_of(config.data, root, config.seed)))
    _write_json(out / "config.json", config.model_dump(mode="json"))
    return run(config, sources, checks, out, resume=resume, say=say)


def run(
    config: TrainConfig, sources: Sources, checks: dict[str, Boxes], out: Path, *, resume: bool, say: Say = print
) -> nn.Module:
    """Run the loop over given boxes; see `train`."""
    from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415  slow to import, and only the loop needs it

    cv2.setNumThreads(1)
    torch.manual_seed(config.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network = build(config.network.design, config.network.width, len(CLASSES), config.network.dropout)
    network = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    if config.starts:
        network.load_state_dict(_starting_weights(config, sources))
    teachers = [teacher.to(device) for teacher in load_teachers(config)]
    average: nn.Module = copy.deepcopy(network).eval()
    optimiser = torch.optim.AdamW(network.parameters(), lr=config.rate, weight_decay=config.weight_decay)
    first = _restore(out / "checkpoint.pt", config, network, average, optimiser) if resume else 0

    writer = SummaryWriter(str(out / "tb"), purge_step=first)
    started = time.monotonic()
    for step, (ink, labels) in zip(range(first, config.steps), _loader(config, sources, first), strict=False):
        torch.manual_seed(config.seed * 1_000_003 + step)  # dropout, too, depends on seed and step alone
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, config)
        x = ink.to(device, memory_format=torch.channels_last)  # (batch, 1, size, size)
        with torch.autocast(device.type, torch.bfloat16, enabled=config.precision == "bf16"):
            logits = network(x)  # (batch, 14)
            targets = soft_targets(teachers, x, labels.to(device), config.teacher_share)  # (batch, 14)
        loss = nn.functional.cross_entropy(logits.float(), targets, label_smoothing=config.smoothing)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimiser.step()
        _follow(average, network, min(config.ema, (1 + step) / (10 + step)))

        done = step + 1
        if done % 50 == 0:
            writer.add_scalar("loss", loss.item(), done)
        if done % config.check_every == 0 or done == config.steps:
            _save(out / "checkpoint.pt", config, network, average, optimiser, done)
            wrong = {name: count_wrong(average, boxes, config.network) for name, boxes in checks.items()}
            for name, errors in wrong.items():
                writer.add_scalar(f"errors/{name}", errors, done)
            seen = " ".join(f"{name} {errors}/{len(checks[name])}" for name, errors in wrong.items())
            say(f"step {done}/{config.steps} loss {loss.item():.4f} wrong: {seen} ({time.monotonic() - started:.0f} s)")
    if not config.steps:
        _save(out / "checkpoint.pt", config, network, average, optimiser, 0)
    writer.close()
    average.to("cpu")
    return average


def load_sources(config: TrainConfig, root: Path) -> tuple[Sources, dict[str, Boxes]]:
    """Return what is trained on, and the boxes of the split `select` that are looked at on the way."""
    data = config.data
    parts: dict[str, Boxes] = {}
    folders = crop_folders(data, root)
    if folders:
        parts["crops"] = join([folder.boxes(split) for folder in folders for split in data.crop_splits])
    if data.mnist_share:
        parts["mnist"] = Mnist(root / data.mnist).boxes("train")
    if data.writers_share:
        parts["writers"] = Writers(root / data.writers).boxes("train")
    if data.simulated_share:
        parts["simulated"] = simulated_boxes(data.simulated_count, config.seed, "train")
    if data.pages_share:
        parts["pages"] = join([folder.boxes("train") for folder in page_folders(data)])
    if data.real_share:
        parts["real"] = real_folder(data, root).boxes("train")
    if data.cells_share:
        parts["cells"] = cell_boxes(data.cells_count, config.seed, "train")
    return Sources.of(parts), check_boxes(config, root, "select")


def check_boxes(config: TrainConfig, root: Path, split: Split, simulated: int = 2000) -> dict[str, Boxes]:
    """Return the boxes of a split by data set, whether the run learns from it or not; of pages and scans if it does."""
    data = config.data
    found = {
        "crops": CropFolder(root / data.crops).boxes(split),
        "mnist": Mnist(root / data.mnist).boxes(split),
        "writers": Writers(root / data.writers).boxes(split),
        "simulated": simulated_boxes(simulated, 1, split),
    }
    if data.cells_share:
        found["scans"] = scanned_boxes(2000, split)
    if data.real_share:
        found["real"] = real_folder(data, root).boxes(split)
    pages = [folder.boxes(split) for folder in page_folders(data)]
    return found | ({"pages": join(pages)} if pages else {})


def rate_at(step: int, config: TrainConfig) -> float:
    """Return the learning rate of a step: a linear warm-up, then half a cosine down to a hundredth."""
    if step < config.warmup:
        return config.rate * (step + 1) / config.warmup
    progress = (step - config.warmup) / max(1, config.steps - config.warmup)
    return config.rate * (0.01 + 0.99 * 0.5 * (1.0 + float(np.cos(np.pi * progress))))


@torch.no_grad()
def predict(network: nn.Module, ink: NDArray[np.float32], batch: int = 500) -> NDArray[np.float64]:
    """Return logits (n, 14) for prepared boxes (n, 1, size, size); the network must be in evaluation mode."""
    device = next(network.parameters()).device
    parts = [network(torch.from_numpy(ink[at : at + batch]).to(device)).cpu() for at in range(0, len(ink), batch)]
    return torch.cat(parts).double().numpy() if parts else np.zeros((0, len(CLASSES)))


def count_wrong(network: nn.Module, boxes: Boxes, config: NetworkConfig) -> int:
    """Return how many boxes the network reads wrongly."""
    logits = predict(network, prepare_as(config.input, boxes.pictures, config.size))
    return int((logits.argmax(axis=1) != boxes.labels).sum())


def _loader(config: TrainConfig, sources: Sources, first: int) -> DataLoader[tuple[Tensor, Tensor]]:
    """Return the batches from step `first` on, made by other processes where the configuration names workers."""
    return DataLoader(
        Batches(config, sources),
        batch_size=None,
        sampler=range(first, config.steps),
        num_workers=config.workers,
        prefetch_factor=8 if config.workers else None,
        generator=torch.Generator(),  # the loader draws a seed, which must not come out of the run's own generator
    )


@torch.no_grad()
def _follow(average: nn.Module, network: nn.Module, keep: float) -> None:
    """Move the average towards the network: average = keep * average + (1 - keep) * network."""
    for slow, fast in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
        if slow.dtype.is_floating_point:
            slow.lerp_(fast, 1.0 - keep)
        else:
            slow.copy_(fast)


def _save(
    file: Path, config: TrainConfig, network: nn.Module, average: nn.Module, optimiser: torch.optim.Optimizer, step: int
) -> None:
    """Write the checkpoint whole: to a temporary file, which then takes its place."""
    state: dict[str, Any] = {
        "config": config.model_dump(mode="json"),
        "step": step,
        "network": network.state_dict(),
        "average": average.state_dict(),
        "optimiser": optimiser.state_dict(),
    }
    scratch = file.with_suffix(".tmp")
    torch.save(state, scratch)
    os.replace(scratch, file)  # noqa: PTH105  the one call that replaces on every system


def _restore(
    file: Path, config: TrainConfig, network: nn.Module, average: nn.Module, optimiser: torch.optim.Optimizer
) -> int:
    """Load the checkpoint, if there is one, and return the step to go on from."""
    if not file.is_file():
        return 0
    state = torch.load(file, weights_only=True)
    if state["config"] != config.model_dump(mode="json"):
        raise UsageError("training_cannot_resume", path=str(file.parent), why="it was started with other settings")
    network.load_state_dict(state["network"])
    average.load_state_dict(state["average"])
    optimiser.load_state_dict(state["optimiser"])
    return int(state["step"])


def load_average(file: Path) -> tuple[TrainConfig, nn.Module]:
    """Return the configuration and the averaged network of a checkpoint."""
    state = torch.load(file, weights_only=True, map_location="cpu")
    config = TrainConfig.model_validate(state["config"])
    network = build(config.network.design, config.network.width, len(CLASSES), config.network.dropout)
    network.load_state_dict(state["average"])
    return config, network.eval()


def mean_weights(networks: Sequence[nn.Module]) -> dict[str, Tensor]:
    """Return the mean of the weights of networks of one design, and the whole numbers of the first."""
    states = [network.state_dict() for network in networks]
    return {
        name: torch.stack([state[name] for state in states]).mean(dim=0) if value.dtype.is_floating_point else value
        for name, value in states[0].items()
    }


def _starting_weights(config: TrainConfig, sources: Sources) -> dict[str, Tensor]:
    """Return the weights to begin with: the mean of those of earlier runs, or those of a package."""
    if not is_package(config.starts[0]):
        return mean_weights([load_average(run / "checkpoint.pt")[1] for run in config.starts])
    network = load_packaged(config.starts[0])
    if config.steps:
        batches = Batches(config, sources)
        normalise(network, np.concatenate([batches[step][0].numpy() for step in range(NORMALISED_ON)]))
    return network.state_dict()


def load_teachers(config: TrainConfig) -> list[nn.Module]:
    """Return the averaged networks that a run learns from.

    Raises:
        UsageError: `training_config` where a teacher takes another input than the run.

    """
    teachers = []
    for folder in config.teachers:
        if is_package(folder):
            teachers.append(load_packaged(folder))
            continue
        taught, network = load_average(folder / "checkpoint.pt")
        if (taught.network.input, taught.network.size) != (config.network.input, config.network.size):
            raise UsageError("training_config", path=str(folder), detail="this teacher takes another input")
        teachers.append(network)
    return teachers


def _write_json(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", encoding="utf-8")

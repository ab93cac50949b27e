"""Train a digit network: one loop, from the first step to the last.

The whole state of a run is the checkpoint: weights, their moving average, the optimiser and the step. All chance
comes from the seed and the step, so a run that was stopped and resumed equals one that was not, bit for bit on a CPU.
"""

import copy
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader

from models.networks import build
from models.package import CLASSES, load_package
from pipeline.errors import UsageError
from training.datasets.drawn_boxes import cell_boxes, scanned_boxes, simulated_boxes
from training.datasets.manifest import make_manifest
from training.datasets.sets import Boxes, CropFolder, Mnist, Split, Writers, join
from training.digits.batches import Batches, Sources
from training.digits.config import NetworkConfig, TrainConfig, crop_folders, datasets_of, page_folders, real_folder
from training.digits.distil import soft_targets
from training.digits.inputs import input_name, prepare_as
from training.digits.packaged import is_package, load_packaged, normalise
from training.runs.loop import Stateful, follow, rate_at, restore, save

Log = Callable[[str], None]

NORMALISED_ON = 8
"""Batches on which the normalisation of a network that comes from a package is set."""


def train(config: TrainConfig, root: Path, out: Path, *, resume: bool = False, log: Log = print) -> nn.Module:
    """Train a network and return its moving average, ready to be calibrated and exported.

    Args:
        config: The run.
        root: Folder of the data sets.
        out: Folder of the run: config.json, manifest.json, checkpoint.pt, tb/.
        resume: Continue from checkpoint.pt where there is one.
        log: Takes a line of progress.

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
    return run(config, sources, checks, out, resume=resume, log=log)


def run(
    config: TrainConfig, sources: Sources, checks: dict[str, Boxes], out: Path, *, resume: bool, log: Log = print
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
    parts: dict[str, Stateful] = {"network": network, "average": average, "optimiser": optimiser}
    first = restore(out / "checkpoint.pt", config, parts) if resume else 0

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
        _descend(network, optimiser, loss)
        follow(average, network, step, config.ema)

        done = step + 1
        if done % 50 == 0:
            writer.add_scalar("loss", loss.item(), done)
        if done % config.check_every == 0 or done == config.steps:
            save(out / "checkpoint.pt", config, done, parts)
            wrong = {name: count_wrong(average, boxes, config.network) for name, boxes in checks.items()}
            for name, errors in wrong.items():
                writer.add_scalar(f"errors/{name}", errors, done)
            seen = " ".join(f"{name} {errors}/{len(checks[name])}" for name, errors in wrong.items())
            log(f"step {done}/{config.steps} loss {loss.item():.4f} wrong: {seen} ({time.monotonic() - started:.0f} s)")
    if not config.steps:
        save(out / "checkpoint.pt", config, 0, parts)
    writer.close()
    average.to("cpu")
    return average


def _descend(network: nn.Module, optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
    """Take one step down the gradient of a loss."""
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(network.parameters(), 2.0)
    optimiser.step()


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


def load_average(file: Path) -> tuple[TrainConfig, nn.Module]:
    """Return the configuration and the averaged network of a checkpoint."""
    state = torch.load(file, weights_only=True, map_location="cpu")
    config = TrainConfig.model_validate(state["config"])
    network = build(config.network.design, config.network.width, len(CLASSES), config.network.dropout)
    network.load_state_dict(state["average"])
    return config, network.eval()


def load_start(folder: Path) -> tuple[tuple[str, int], nn.Module]:
    """Return the input, its name and size, and the network of an earlier run or of a package."""
    if is_package(folder):
        contract = load_package(folder).description.input
        return (contract.preprocessing, contract.size), load_packaged(folder)
    config, network = load_average(folder / "checkpoint.pt")
    return (input_name(config.network.input), config.network.size), network


def mean_weights(networks: Sequence[nn.Module]) -> dict[str, Tensor]:
    """Return the mean of the weights of networks of one design, and the whole numbers of the first."""
    states = [network.state_dict() for network in networks]
    return {
        name: torch.stack([state[name] for state in states]).mean(dim=0) if value.dtype.is_floating_point else value
        for name, value in states[0].items()
    }


def _starting_weights(config: TrainConfig, sources: Sources) -> dict[str, Tensor]:
    """Return the weights to begin with: the mean of those of earlier runs, or of packages."""
    networks = [load_start(folder)[1] for folder in config.starts]
    mean = mean_weights(networks)
    if not (config.steps and any(is_package(folder) for folder in config.starts)):
        return mean
    first, batches = networks[0], Batches(config, sources)
    first.load_state_dict(mean)
    normalise(first, np.concatenate([batches[step][0].numpy() for step in range(NORMALISED_ON)]))
    return first.state_dict()


def load_teachers(config: TrainConfig) -> list[nn.Module]:
    """Return the averaged networks that a run learns from.

    Raises:
        UsageError: `training_config` where a teacher takes another input than the run.

    """
    teachers = []
    for folder in config.teachers:
        taken, network = load_start(folder)
        if taken != (input_name(config.network.input), config.network.size):
            raise UsageError("training_config", path=str(folder), detail="this teacher takes another input")
        teachers.append(network)
    return teachers


def _write_json(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", encoding="utf-8")

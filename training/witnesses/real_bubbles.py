"""Let the bubble network learn on from real pages: what ink, print and correction fluid look like in a photograph.

    python -m training.witnesses.real_bubbles SHARED --out models/packages/bubbles-v3

SHARED holds the sets of real pages (`training.evaluation.truths`). Half of every batch is real, of the train part, half
practice; of either, marked and unmarked windows are equally frequent. Practice knows no correction fluid: over some
unmarked bubbles a spot is laid that hides their print. The network begins anew: it is small. Pages of the calibrate
part, and drawn ones, set the probabilities. All chance comes from the seed and the step.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models.witnesses import bubble_network
from pipeline.bubbles.reader import CONTRACT
from training.evaluation.split import Part
from training.witnesses.batches import balanced, disturbed
from training.witnesses.real_samples import real_samples
from training.witnesses.samples import NumberSample, Run, digest, load, samples, save
from training.witnesses.train import Say, Settings, export
from training.witnesses.windows import Windows, windows_of


@dataclass(frozen=True, slots=True)
class Teaching:
    """How long, how fast and from what the network learns."""

    steps: int = 3000
    batch: int = 256
    rate: float = 3e-3
    smoothing: float = 0.003
    covered: float = 0.15
    seed: int = 1


def learn(real: Windows, practice: Windows, teaching: Teaching, say: Say = print) -> nn.Module:
    """Return a network that has learnt from both, half of every batch from each, in evaluation mode."""
    torch.set_num_threads(1)
    torch.manual_seed(teaching.seed)
    network = bubble_network(len(CONTRACT.classes), CONTRACT.size)
    optimiser = torch.optim.AdamW(network.parameters(), lr=teaching.rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, teaching.rate, total_steps=teaching.steps)
    seen = 0.0
    for step in range(teaching.steps):
        rng = np.random.default_rng((teaching.seed, step))
        ink, labels = _batch(real, practice, teaching, rng)
        logits = network(torch.from_numpy(ink[:, None]))
        loss = nn.functional.cross_entropy(logits, torch.from_numpy(labels), label_smoothing=teaching.smoothing)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        seen += loss.item() / 250
        if (step + 1) % 250 == 0:
            say(f"step {step + 1}/{teaching.steps} loss {seen:.4f}")
            seen = 0.0
    return network.eval()


def _batch(
    real: Windows, practice: Windows, teaching: Teaching, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the ink (batch, size, size) and the labels (batch,) of one step."""
    inks, labels = [], []
    for windows in (real, practice):
        chosen = balanced(windows, teaching.batch // 2, rng)
        ink = windows.ink[chosen].copy()
        for place in np.flatnonzero((windows.labels[chosen] == 0) & (rng.random(len(chosen)) < teaching.covered)):
            ink[place] = covered(ink[place], rng)
        inks.append(disturbed(ink, np.arange(len(chosen)), rng, flips=False))
        labels.append(windows.labels[chosen])
    return np.concatenate(inks), np.concatenate(labels)


def covered(ink: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a bubble (size, size) with correction fluid over it: a spot as light as paper or lighter, seldom all over.

    Part of the ring stays in view, an edge may cast a shadow, and the spot of a pen that was wiped off stays pale.
    """
    size = ink.shape[0]
    middle = (size - 1) / 2 + rng.normal(0.0, 1.5, 2)
    rows, columns = np.mgrid[:size, :size]
    away = np.hypot((rows - middle[0]) / rng.uniform(0.8, 1.25), columns - middle[1]) - rng.uniform(4.0, 9.0)
    spot = np.asarray(cv2.GaussianBlur(np.clip(0.5 - away, 0.0, 1.0).astype(np.float32), (0, 0), 0.8), np.float32)
    level = rng.uniform(-0.25, 0.35)
    edge = rng.uniform(0.0, 0.5) * np.exp(-((away / 1.2) ** 2))
    return np.asarray(ink * (1.0 - spot) + level * spot + edge, dtype=np.float32)


def _kept(file: Path | None, found: Sequence[NumberSample]) -> Sequence[NumberSample]:
    if file is not None:
        save(file, found)
    return found


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path, help="folder of the sets of real pages")
    parser.add_argument("--out", type=Path, required=True, help="folder of the package; its name is the id")
    parser.add_argument("--steps", type=int, default=Teaching().steps)
    parser.add_argument("--practice-pages", type=int, default=120)
    parser.add_argument("--calibration-pages", type=int, default=40, help="drawn ones, beside the real ones")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="folder in which what was cut is kept, and looked for")
    given = parser.parse_args()

    def cut(name: str) -> Sequence[NumberSample]:
        file = given.keep / f"{name}.npz" if given.keep else None
        if file is not None and file.is_file():
            return load(file)
        drawn = {"practice": (Run(1), given.practice_pages), "held": (Run(1001), given.calibration_pages)}
        if name in drawn:
            run, count = drawn[name]
            return _kept(file, list(samples(run, range(count), given.jobs)))
        return _kept(file, real_samples(given.shared, Part(name), given.jobs))

    training, practice = cut("train"), cut("practice")
    network = learn(windows_of("bubbles", training), windows_of("bubbles", practice), Teaching(given.steps))
    held = [*cut("held"), *cut("calibrate")]
    hashes = {"real": digest(training), "practice": digest(practice), "calibration": digest(held)}
    settings = Settings("bubbles", given.out.name, held="real pages and practice ones")
    package = export(settings, network, windows_of("bubbles", held), hashes, given.out)
    print(f"{package.id}: {dict(package.description.metrics)}")  # noqa: T201


if __name__ == "__main__":
    main()

"""Train the bubble network on real pages beside drawn ones: what ink, print and correction fluid look like on paper.

Half of every batch is real, of the train part, half practice; of either, marked and unmarked windows are equally
frequent. Practice knows no correction fluid: over some unmarked bubbles a spot is laid that hides their print. The
network begins anew: it is small. Pages of the calibrate part, and drawn ones, set the probabilities. All chance comes
from the seed and the step.
"""

from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models.package import ModelPackage
from training.evaluation.split import Part
from training.witnesses.batches import balanced, disturbed
from training.witnesses.config import BubblesConfig, RealBubbles
from training.witnesses.gathering import gathered, kept
from training.witnesses.learning import Keeping, Log
from training.witnesses.real_samples import real_samples
from training.witnesses.samples import digest
from training.witnesses.train import Batch, export, train_single
from training.witnesses.windows import Windows, windows_of


def real_package(
    config: BubblesConfig, real: RealBubbles, shared: Path, state: Path, target: Path, log: Log
) -> ModelPackage:
    """Train on real and on drawn pages, calibrate on both, and write the package.

    Args:
        config: The run.
        real: What it takes of real pages.
        shared: Folder of the sets of real pages (`training.evaluation.truths`).
        state: Folder in which the run keeps what it goes on from.
        target: Folder of the package.
        log: Takes a line of progress.

    """
    torch.set_num_threads(config.threads)
    training = kept(state / "real-train.npz", lambda: real_samples(shared, Part.TRAIN, config.jobs))
    practice = kept(state / "pages.npz", lambda: gathered(config.pages, config.jobs))
    windows = windows_of("bubbles", training), windows_of("bubbles", practice)
    network = train_on_both(config, real, *windows, Keeping(state, config, config.check_every), log)
    held = [
        *kept(state / "calibration.npz", lambda: gathered(config.calibration, config.jobs)),
        *kept(state / "real-calibrate.npz", lambda: real_samples(shared, Part.CALIBRATE, config.jobs)),
    ]
    hashes = {"real": digest(training), "practice": digest(practice), "calibration": digest(held)}
    held_windows = windows_of("bubbles", held)
    return export("bubbles", config.name, network, held_windows, hashes, target, "real pages and practice ones")


def train_on_both(
    config: BubblesConfig,
    real: RealBubbles,
    real_windows: Windows,
    practice: Windows,
    keeping: Keeping | None = None,
    log: Log = print,
) -> nn.Module:
    """Return a network that has learnt from both, half of every batch from each, in evaluation mode."""
    half = config.learning.batch // 2

    def batch_of(rng: np.random.Generator) -> Batch:
        inks, labels = [], []
        for windows in (real_windows, practice):
            chosen = balanced(windows, half, rng)
            ink = windows.ink[chosen].copy()
            for place in np.flatnonzero((windows.labels[chosen] == 0) & (rng.random(half) < real.covered)):
                ink[place] = covered(ink[place], rng)
            inks.append(disturbed(ink, np.arange(half), rng, flips=False))
            labels.append(windows.labels[chosen])
        return np.concatenate(inks), np.concatenate(labels)

    return train_single("bubbles", config, batch_of, keeping, log)


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

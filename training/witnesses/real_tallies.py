"""Let the tally network learn on from real pages: what a bundle, a slip and a cancelling stroke look like on paper.

Every step sees a real page of the train part beside
a practice page, so that what only practice shows is not forgotten. Normalisation stays as it is in the package. Pages
of the calibrate part, and drawn ones, set the probabilities. All chance comes from the seed and the step.
"""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.package import ModelPackage
from models.witnesses import tally_network
from pipeline.recognition.tallies.reader import CONTRACT
from training.digits.packaged import folded_weights
from training.evaluation.split import Part
from training.witnesses.batches import disturbed, page_weights
from training.witnesses.borrowed import partial_bundles, with_borrowed
from training.witnesses.config import RealLearning, TalliesConfig
from training.witnesses.degraded import degraded
from training.witnesses.gathering import gathered, kept
from training.witnesses.learning import Keeping, Log, Stretch, learn
from training.witnesses.planted import with_planted
from training.witnesses.real_samples import real_samples
from training.witnesses.samples import digest
from training.witnesses.train import export
from training.witnesses.windows import EMPTY_OR_CANCELLED, Windows, windows_of

SILENT = (CONTRACT.classes.index("0"), CONTRACT.classes.index("z"))
"""Classes of a cell without a stroke that counts."""


def real_package(
    config: TalliesConfig, real: RealLearning, start: ModelPackage, shared: Path, state: Path, target: Path, log: Log
) -> ModelPackage:
    """Let the network of a package learn on, calibrate it, and write the package of the run.

    Args:
        config: The run.
        real: Its step on real pages.
        start: The package.
        shared: Folder of the sets of real pages (`training.evaluation.truths`).
        state: Folder in which the run keeps what it goes on from.
        target: Folder of the new package.
        log: Takes a line of progress.

    """
    torch.set_num_threads(config.threads)
    training = kept(state / "real-train.npz", lambda: real_samples(shared, Part.TRAIN, config.jobs))
    practice = kept(state / "real-practice.npz", lambda: gathered(real.practice, config.jobs))
    network = load_tallies(start)
    windows = windows_of("tallies", training), windows_of("tallies", practice)
    learn_on(network, *windows, real, Keeping(state, config, config.check_every), log)
    held = [
        *kept(state / "real-drawn.npz", lambda: gathered(real.calibration, config.jobs)),
        *kept(state / "real-calibrate.npz", lambda: real_samples(shared, Part.CALIBRATE, config.jobs)),
    ]
    hashes = {"real": digest(training), "practice": digest(practice), "calibration": digest(held)}
    held_windows = windows_of("tallies", held)
    return export("tallies", config.name, network, held_windows, hashes, target, "real pages and practice ones")


def learn_on(
    network: nn.Module,
    real: Windows,
    practice: Windows,
    config: RealLearning,
    keeping: Keeping | None = None,
    log: Log = print,
) -> None:
    """Train a network on pages, in place and in evaluation mode, one real and one of practice a step."""
    bundles = partial_bundles(real) if config.borrowed else []
    sources = [(real, _pages(real), 1.0), (practice, _pages(practice), config.practice_share)]

    def loss_of(step: int) -> Tensor:
        rng = np.random.default_rng((config.seed, step))
        loss = torch.zeros(())
        for windows, pages, share in sources:
            chosen = pages[int(rng.integers(len(pages)))]
            ink, labels = windows.ink[chosen], windows.labels[chosen]
            if windows is real and config.planted:
                ink, labels = with_planted(ink, labels, config.planted, rng)
            if windows is real and config.borrowed:
                ink, labels = with_borrowed(ink, labels, config.borrowed, bundles, config.cancelled, rng)
            if rng.random() < config.degraded:
                ink = degraded(ink, rng)
            ink = disturbed(ink, np.zeros(len(chosen), np.int64), rng, flips=True)
            logits = network(torch.from_numpy(ink[:, None]))  # (n, classes)
            loss = loss + share * page_loss(logits, labels, config.smoothing)
        return loss

    network.eval()
    learn(network, network, Stretch("real", config.seed, config.steps, config.rate, clip=2.0), loss_of, keeping, log)


def page_loss(logits: Tensor, labels: NDArray[np.int64], smoothing: float) -> Tensor:
    """Return the loss of one page's cells (n, classes): every class of the page counts alike.

    Of a cell that is empty or cancelled, what is asked is that it be one of the two.
    """
    chances = logits.log_softmax(dim=1)  # (n, classes)
    silent = labels == EMPTY_OR_CANCELLED
    counted = np.where(silent, len(CONTRACT.classes), labels)
    weights = torch.from_numpy(page_weights(counted, np.zeros(len(labels), np.int64)))  # (n,)
    known = torch.from_numpy(np.maximum(labels, 0))
    exact = nn.functional.nll_loss(chances, known, reduction="none")
    exact = (1 - smoothing) * exact - smoothing * chances.mean(dim=1)
    either = -torch.logsumexp(chances[:, list(SILENT)], dim=1)
    loss: Tensor = (weights * torch.where(torch.from_numpy(silent), either, exact)).sum() / weights.sum().clamp(min=1)
    return loss


def _pages(windows: Windows) -> list[NDArray[np.intp]]:
    """Return the places of the windows of every page on which any is known."""
    places = [np.flatnonzero(windows.pages == page) for page in np.unique(windows.pages)]
    return [place for place in places if (windows.labels[place] != -1).any()]


def load_tallies(package: ModelPackage) -> nn.Module:
    """Return the network of a package in evaluation mode."""
    network = tally_network(len(CONTRACT.classes), CONTRACT.size).eval()
    folded_weights(network, package.path)
    return network

"""Let the tally network learn on from real pages: what a bundle, a slip and a cancelling stroke look like on paper.

    python -m training.witnesses.real_tallies SHARED --of models/packages/tallies-v2 --out models/packages/tallies-v3

SHARED holds the sets of real pages (`training.evaluation.truths`). Every step sees a real page of the train part beside
a practice page, so that what only practice shows is not forgotten. Normalisation stays as it is in the package. Pages
of the calibrate part, and drawn ones, set the probabilities. All chance comes from the seed and the step.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.package import ModelPackage, load_package
from models.witnesses import tally_network
from pipeline.tallies.reader import CONTRACT
from training.evaluation.split import Part
from training.packaged import folded_weights
from training.witnesses.batches import disturbed, page_weights
from training.witnesses.real_samples import real_samples
from training.witnesses.samples import NumberSample, Run, digest, load, samples, save
from training.witnesses.train import Say, Settings, export
from training.witnesses.windows import EMPTY_OR_CANCELLED, Windows, windows_of

SILENT = (CONTRACT.classes.index("0"), CONTRACT.classes.index("z"))
"""Classes of a cell without a stroke that counts."""


@dataclass(frozen=True, slots=True)
class Teaching:
    """How long, how fast and from what the network learns on."""

    steps: int = 1200
    rate: float = 6e-4
    practice_share: float = 0.5
    smoothing: float = 0.003
    seed: int = 1


def learn_on(network: nn.Module, real: Windows, practice: Windows, teaching: Teaching, say: Say = print) -> nn.Module:
    """Train a network on pages, in place, one real and one of practice a step; return it in evaluation mode."""
    torch.set_num_threads(1)
    torch.manual_seed(teaching.seed)
    optimiser = torch.optim.AdamW(network.parameters(), lr=teaching.rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, teaching.rate, total_steps=teaching.steps)
    sources = [(real, _pages(real), 1.0), (practice, _pages(practice), teaching.practice_share)]
    network.eval()
    seen = 0.0
    for step in range(teaching.steps):
        rng = np.random.default_rng((teaching.seed, step))
        loss = torch.zeros(())
        for windows, pages, share in sources:
            chosen = pages[int(rng.integers(len(pages)))]
            ink = disturbed(windows.ink[chosen], np.zeros(len(chosen), np.int64), rng, flips=True)
            loss = loss + share * page_loss(network(torch.from_numpy(ink[:, None])), windows.labels[chosen], teaching)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimiser.step()
        schedule.step()
        seen += loss.item() / 100
        if (step + 1) % 100 == 0:
            say(f"step {step + 1}/{teaching.steps} loss {seen:.4f}")
            seen = 0.0
    return network


def page_loss(logits: Tensor, labels: NDArray[np.int64], teaching: Teaching) -> Tensor:
    """Return the loss of one page's cells (n, classes): every class of the page counts alike.

    Of a cell that is empty or cancelled, what is asked is that it be one of the two.
    """
    chances = logits.log_softmax(dim=1)  # (n, classes)
    silent = labels == EMPTY_OR_CANCELLED
    counted = np.where(silent, len(CONTRACT.classes), labels)
    weights = torch.from_numpy(page_weights(counted, np.zeros(len(labels), np.int64)))  # (n,)
    known = torch.from_numpy(np.maximum(labels, 0))
    exact = nn.functional.nll_loss(chances, known, reduction="none")
    exact = (1 - teaching.smoothing) * exact - teaching.smoothing * chances.mean(dim=1)
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


def _kept(file: Path | None, found: Sequence[NumberSample]) -> Sequence[NumberSample]:
    if file is not None:
        save(file, found)
    return found


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path, help="folder of the sets of real pages")
    parser.add_argument("--of", type=Path, required=True, help="package whose network learns on")
    parser.add_argument("--out", type=Path, required=True, help="folder of the package; its name is the id")
    parser.add_argument("--steps", type=int, default=Teaching().steps)
    parser.add_argument("--practice-pages", type=int, default=160)
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
    network = load_tallies(load_package(given.of))
    learn_on(network, windows_of("tallies", training), windows_of("tallies", practice), Teaching(given.steps))
    held = [*cut("held"), *cut("calibrate")]
    hashes = {"real": digest(training), "practice": digest(practice), "calibration": digest(held)}
    settings = Settings("tallies", given.out.name, held="real pages and practice ones")
    package = export(settings, network, windows_of("tallies", held), hashes, given.out)
    print(f"{package.id}: {dict(package.description.metrics)}")  # noqa: T201


if __name__ == "__main__":
    main()

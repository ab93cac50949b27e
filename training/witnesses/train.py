"""Train the reader of bubbles or of tally cells, calibrate it, and write its model package.

    python -m training.witnesses.train tallies --out models/packages/tallies-v2 --train-pages 700 --calibration-pages 90

Pages are simulated, photographed and found as the reader finds them. Calibration pages are of another run than
training pages. All chance comes from the seed and the step.
"""

import argparse
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from torch import nn

from models.package import Calibration, Description, ModelPackage, calibrated, write_package
from models.witnesses import TallyNetwork, bubble_network, tally_network
from pipeline.bubbles.reader import CONTRACT as BUBBLES
from pipeline.network import Contract
from pipeline.tallies.reader import CONTRACT as TALLIES
from training.calibrate import fit
from training.describe import described
from training.export import UNLICENSED
from training.onnx_file import to_onnx, within_rounding
from training.witnesses.batches import balanced, disturbed
from training.witnesses.context import train_beside
from training.witnesses.folders import folder_samples
from training.witnesses.samples import NumberSample, Run, digest, load, samples
from training.witnesses.windows import Windows, windows_of

Say = Callable[[str], None]
Builder = Callable[[int, int], nn.Module]
KINDS: dict[str, tuple[Contract, Builder]] = {
    "bubbles": (BUBBLES, bubble_network),
    "tallies": (TALLIES, tally_network),
}
REAL_LIMITS = {
    "bubbles": "one design of bubble, 8 mm wide with its digit inside; pens of any colour, correction fluid",
    "tallies": "bundles of five or of ten, one or two a cell",
}
"""What networks that have seen real pages know, for their cards."""

FOLDER = 100_000
"""Pages are numbered from here on in the first folder, from twice as many in the second, and so on."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One run of training; `held` says what its probabilities are set on."""

    kind: str
    name: str
    seed: int = 1
    steps: int = 2500
    batch: int = 256
    rate: float = 3e-3
    weight_decay: float = 0.02
    smoothing: float = 0.003
    beside_steps: int = 1500
    held: str = "simulated pages"


def train(settings: Settings, windows: Windows, say: Say = print) -> nn.Module:
    """Train a network on batches in which every class is equally frequent; return it in evaluation mode."""
    torch.set_num_threads(1)
    torch.manual_seed(settings.seed)
    contract, builder = KINDS[settings.kind]
    network = builder(len(contract.classes), contract.size)
    single = network.single if isinstance(network, TallyNetwork) else network
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.rate, weight_decay=settings.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, settings.rate, total_steps=settings.steps)
    started, seen = time.monotonic(), 0.0
    for step in range(settings.steps):
        rng = np.random.default_rng((settings.seed, step))
        chosen = balanced(windows, settings.batch, rng)
        each = np.arange(settings.batch)
        ink = torch.from_numpy(disturbed(windows.ink[chosen], each, rng, flips=settings.kind == "tallies"))
        logits = single(ink[:, None])  # (batch, classes)
        labels = torch.from_numpy(windows.labels[chosen])
        loss = nn.functional.cross_entropy(logits, labels, label_smoothing=settings.smoothing)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        seen += float((logits.argmax(1) == labels).float().mean()) / 250
        if (step + 1) % 250 == 0:
            spent = time.monotonic() - started
            say(f"step {step + 1}/{settings.steps} loss {loss.item():.4f} right {seen:.4f} ({spent:.0f} s)")
            seen = 0.0
    if isinstance(network, TallyNetwork):
        # On practice pages alone: what kind of page it is would tell how often a bundle is short.
        some = windows.pages < FOLDER
        practice = Windows(windows.ink[some], windows.labels[some], windows.pages[some], windows.classes)
        steps = settings.beside_steps
        train_beside(network, practice, steps=steps, seed=settings.seed, smoothing=settings.smoothing, say=say)
    return network.eval()


def predict(network: nn.Module, windows: Windows) -> NDArray[np.float64]:
    """Return the logits (n, classes) of windows, run page by page as the reader does."""
    found = np.zeros((len(windows.labels), len(windows.classes)))
    with torch.no_grad():
        for page in np.unique(windows.pages):
            own = windows.pages == page
            found[own] = network(torch.from_numpy(windows.ink[own][:, None])).double().numpy()
    return found


def calibrate(logits: NDArray[np.float64], labels: NDArray[np.int64], classes: str, seen: str) -> Calibration:
    """Fit a temperature and a floor with equal weights for the classes: probabilities are then likelihoods.

    What a mark is worth against how often it occurs is the business of the evidence, which knows the whole grid. Only
    the second bundle's counts, which few officers ever write, weigh a tenth: else they alone would set the temperature.
    """
    counts = np.bincount(labels, minlength=len(classes))
    rare = np.array([0.1 if sign in "6789T" else 1.0 for sign in classes])
    weights = (rare / np.maximum(counts, 1))[labels]
    fitted = fit("temperature", logits, labels, weights, seen)
    # Nobody is surer than the calibration windows of one class can show.
    least = 1.0 / float(np.median(counts[counts > 0]))
    return fitted.model_copy(update={"floor": max(fitted.floor, min(least, 1e-3))})


def export(settings: Settings, network: nn.Module, windows: Windows, hashes: dict[str, str], out: Path) -> ModelPackage:
    """Calibrate on `windows`, check that onnxruntime reads as torch does, and write the package to `out`."""
    contract, _ = KINDS[settings.kind]
    logits, pages = predict(network, windows), len(np.unique(windows.pages))
    weights = to_onnx(network, contract.size)
    first = windows.pages == windows.pages[0]
    _check_parity(weights, windows.ink[first], logits[first])
    known = windows.labels >= 0
    labels = windows.labels[known]
    seen = f"{len(labels)} windows of {pages} {settings.held}"
    calibration = calibrate(logits[known], labels, windows.classes, seen)
    right = calibrated(logits[known], calibration).argmax(axis=1) == labels
    by_class = [float(right[labels == label].mean()) for label in np.unique(labels)]
    metrics = {
        "calibration_windows": float(len(right)),
        "calibration_accuracy": round(float(right.mean()), 6),
        "calibration_accuracy_mean_of_classes": round(float(np.mean(by_class)), 6),
    }
    description = described(
        contract,
        settings.name,
        network,
        weights,
        calibration,
        hashes,
        metrics,
        design=settings.kind,
        evidence="windows",
    )
    return write_package(out, description, weights, card(description))


def _check_parity(weights: bytes, ink: NDArray[np.float32], logits: NDArray[np.float64]) -> None:
    session = ort.InferenceSession(weights, providers=["CPUExecutionProvider"])
    within_rounding(session.run(None, {"ink": ink[:, None]})[0], logits)


def card(description: Description) -> str:
    """Return the model card."""
    metrics = "\n".join(f"- {name}: {value:g}" for name, value in description.metrics.items())
    data = "\n".join(f"| {name} | `{sha[:16]}` |" for name, sha in description.training_data.items())
    real = "real" in description.training_data
    limits = "trained and calibrated on simulated pages alone"
    if real:
        limits = REAL_LIMITS[description.kind]
    return f"""# {description.id}

Reads single windows of the kind `{description.kind}` cut from C.Hasil forms, classes `{description.classes}`, with
{description.parameters:,} weights on {description.input.size} x {description.input.size} px
(pre-processing `{description.input.preprocessing}`). Probabilities hold where all classes are equally frequent, so
they are likelihoods up to a factor.

- **For**: windows straightened by `pipeline`, in photographs of 1.45 px per mm or more.
- **Limits**: {limits}.
{metrics}
{UNLICENSED if real else ""}
| trained on | sha256 |
|---|---|
{data}
"""


def _samples(file: str | None, run: Run, pages: int, jobs: int) -> list[NumberSample]:
    if file:
        return [sample for part in file.split(",") for sample in load(Path(part))]
    return list(samples(run, range(pages), jobs))


def in_folders(folders: Iterable[Path]) -> list[NumberSample]:
    """Return the samples of folders that `chasil simulate` wrote, each page with a number of its own."""
    numbered = enumerate(folders, start=1)
    return [sample for place, folder in numbered for sample in folder_samples(folder, place * FOLDER)]


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("--out", type=Path, required=True, help="folder of the package; its name is the id")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--train-pages", type=int, default=200)
    parser.add_argument("--calibration-pages", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--samples", help="files that `samples.save` wrote, instead of simulating; separated by commas")
    parser.add_argument("--calibration-samples", help="the same for calibration")
    parser.add_argument("--folders", type=Path, nargs="*", default=(), help="simulated documents to train on besides")
    parser.add_argument("--calibration-folders", type=Path, nargs="*", default=(), help="the same for calibration")
    given = parser.parse_args()
    settings = Settings(given.kind, given.out.name, given.seed, given.steps)
    training = _samples(given.samples, Run(given.seed), given.train_pages, given.jobs)
    training += in_folders(given.folders)
    network = train(settings, windows_of(given.kind, training))
    held = _samples(given.calibration_samples, Run(given.seed + 1000), given.calibration_pages, given.jobs)
    held += in_folders(given.calibration_folders)
    hashes = {"simulated": digest(training), "simulated-calibration": digest(held)}
    package = export(settings, network, windows_of(given.kind, held), hashes, given.out)
    size = (package.path / "model.onnx").stat().st_size
    print(f"{package.id}: {size} bytes, {dict(package.description.metrics)}")  # noqa: T201


if __name__ == "__main__":
    main()

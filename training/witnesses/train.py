"""Train the reader of bubbles or of tally cells, calibrate it, and write its model package.

    python -m training.witnesses.train tallies --out models/packages/tallies-v1 --train-pages 200 --calibration-pages 60

Pages are simulated, photographed and found as the reader finds them. Calibration pages are of another run than
training pages. All chance comes from the seed and the step.
"""

import argparse
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.networks import count_parameters
from models.package import Calibration, Description, InputContract, ModelPackage, Thresholds, calibrated, write_package
from models.witnesses import bubble_network, tally_network
from pipeline.bubbles.reader import CONTRACT as BUBBLES
from pipeline.network import Contract
from pipeline.tallies.reader import CONTRACT as TALLIES
from training.calibrate import fit
from training.export import to_onnx
from training.manifest import code_hash
from training.witnesses.samples import NumberSample, Run, digest, load, samples
from training.witnesses.windows import Windows, windows_of

Say = Callable[[str], None]
Builder = Callable[[int, int], nn.Module]
KINDS: dict[str, tuple[Contract, Builder]] = {
    "bubbles": (BUBBLES, bubble_network),
    "tallies": (TALLIES, tally_network),
}
PARITY = 1e-3


@dataclass(frozen=True, slots=True)
class Settings:
    """One run of training."""

    kind: str
    name: str
    seed: int = 1
    steps: int = 2500
    batch: int = 256
    rate: float = 3e-3
    weight_decay: float = 0.02
    smoothing: float = 0.01


def train(settings: Settings, windows: Windows, say: Say = print) -> nn.Module:
    """Train a network on batches in which every class is equally frequent; return it in evaluation mode."""
    torch.set_num_threads(1)
    torch.manual_seed(settings.seed)
    contract, builder = KINDS[settings.kind]
    network = builder(len(contract.classes), contract.size)
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.rate, weight_decay=settings.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, settings.rate, total_steps=settings.steps)
    by_class = [np.flatnonzero(windows.labels == label) for label in range(len(windows.classes))]
    started, seen = time.monotonic(), 0.0
    for step in range(settings.steps):
        rng = np.random.default_rng((settings.seed, step))
        chosen = _balanced(by_class, settings.batch, rng)
        ink = torch.from_numpy(disturbed(windows.ink[chosen], rng, flips=settings.kind == "tallies"))
        logits = network(ink[:, None])  # (batch, classes)
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
    return network.eval()


def _balanced(by_class: list[NDArray[np.int64]], count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw windows so that every class that occurs is equally frequent."""
    present = [members for members in by_class if len(members)]
    return np.array(
        [members[rng.integers(len(members))] for members in (present[i % len(present)] for i in range(count))]
    )


def disturbed(ink: NDArray[np.float32], rng: np.random.Generator, *, flips: bool) -> NDArray[np.float32]:
    """Return windows (n, size, size) moved by up to one px, paler or darker, noisier; some mirrored."""
    changed = np.empty_like(ink)
    size = ink.shape[1]
    for index, window in enumerate(ink):
        across = rng.choice([-1, 1]) if flips else 1
        padded = np.pad(window[:, ::across], 1, mode="edge")
        row, column = rng.integers(0, 3, 2)
        changed[index] = padded[row : row + size, column : column + size]
    changed *= rng.uniform(0.75, 1.2, (len(ink), 1, 1)).astype(np.float32)
    noise = rng.standard_normal(ink.shape, dtype=np.float32)
    changed += noise * rng.uniform(0.0, 0.06, (len(ink), 1, 1)).astype(np.float32)
    return changed


def predict(network: nn.Module, ink: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the logits (n, classes) of windows (n, size, size)."""
    with torch.no_grad():
        parts: list[Tensor] = [network(torch.from_numpy(part[:, None])) for part in _batches(ink)]
    return torch.cat(parts).double().numpy()


def _batches(ink: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    return [np.ascontiguousarray(ink[start : start + 512]) for start in range(0, len(ink), 512)]


def calibrate(logits: NDArray[np.float64], windows: Windows, seen: str) -> Calibration:
    """Fit a temperature and a floor with equal weights for the classes: probabilities are then likelihoods.

    What a mark is worth against how often it occurs is the business of the evidence, which knows the whole grid. Only
    the second bundle's counts, which few officers ever write, weigh a tenth: else they alone would set the temperature.
    """
    counts = np.bincount(windows.labels, minlength=len(windows.classes))
    rare = np.array([0.1 if sign in "6789T" else 1.0 for sign in windows.classes])
    weights = (rare / np.maximum(counts, 1))[windows.labels]
    fitted = fit("temperature", logits, windows.labels, weights, seen)
    # Nobody is surer than the calibration windows of one class can show.
    least = 1.0 / float(np.median(counts[counts > 0]))
    return fitted.model_copy(update={"floor": max(fitted.floor, min(least, 1e-3))})


def export(settings: Settings, network: nn.Module, windows: Windows, hashes: dict[str, str], out: Path) -> ModelPackage:
    """Calibrate on `windows`, check that onnxruntime reads as torch does, and write the package to `out`."""
    contract, _ = KINDS[settings.kind]
    logits = predict(network, windows.ink)
    pages = len(np.unique(windows.pages))
    calibration = calibrate(logits, windows, f"{len(windows.labels)} windows of {pages} simulated practice pages")
    p = calibrated(logits, calibration)
    weights = to_onnx(network, contract.size)
    _check_parity(weights, windows.ink[:64], logits[:64])
    right = p.argmax(axis=1) == windows.labels
    by_class = [float(right[windows.labels == label].mean()) for label in np.unique(windows.labels)]
    description = Description(
        format=1,
        id=settings.name,
        kind=contract.kind,
        classes=contract.classes,
        input=InputContract(
            channels=1,
            size=contract.size,
            minimum=contract.limits[0],
            maximum=contract.limits[1],
            preprocessing=contract.preprocessing,
        ),
        calibration=calibration,
        # Single windows are never accepted by themselves.
        thresholds=Thresholds(box=1.0, number=1.0, error_budget=1e-4, chosen="not used: windows make evidence"),
        network=settings.kind,
        parameters=count_parameters(network),
        training_data=hashes,
        manifest_sha256=hashlib.sha256(repr(sorted(hashes.items())).encode()).hexdigest(),
        code_version=code_hash(Path(__file__).resolve().parents[1])[:16],
        onnx_sha256=hashlib.sha256(weights).hexdigest(),
        metrics={
            "calibration_windows": float(len(right)),
            "calibration_accuracy": round(float(right.mean()), 6),
            "calibration_accuracy_mean_of_classes": round(float(np.mean(by_class)), 6),
        },
        created=datetime.now(UTC).replace(microsecond=0),
    )
    return write_package(out, description, weights, card(description))


def _check_parity(weights: bytes, ink: NDArray[np.float32], logits: NDArray[np.float64]) -> None:
    session = ort.InferenceSession(weights, providers=["CPUExecutionProvider"])
    difference = float(np.abs(session.run(None, {"ink": ink[:, None]})[0] - logits).max())
    if difference > PARITY:
        raise ValueError(f"onnxruntime differs from torch by {difference:.2g} in a logit; up to {PARITY} is rounding")


def card(description: Description) -> str:
    """Return the model card."""
    metrics = "\n".join(f"- {name}: {value:g}" for name, value in description.metrics.items())
    data = "\n".join(f"| {name} | `{sha[:16]}` |" for name, sha in description.training_data.items())
    return f"""# {description.id}

Reads single windows of the kind `{description.kind}` cut from C.Hasil forms, classes `{description.classes}`, with
{description.parameters:,} weights on {description.input.size} x {description.input.size} px
(pre-processing `{description.input.preprocessing}`). Probabilities hold where all classes are equally frequent, so
they are likelihoods up to a factor.

- **For**: windows straightened by `pipeline`, in photographs of 1.45 px per mm or more.
- **Limits**: trained and calibrated on simulated practice pages alone.
{metrics}

| trained on | sha256 |
|---|---|
{data}
"""


def _samples(file: str | None, run: Run, pages: int, jobs: int) -> list[NumberSample]:
    if file:
        return [sample for part in file.split(",") for sample in load(Path(part))]
    return list(samples(run, range(pages), jobs))


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
    given = parser.parse_args()
    settings = Settings(given.kind, given.out.name, given.seed, given.steps)
    training = _samples(given.samples, Run(given.seed), given.train_pages, given.jobs)
    network = train(settings, windows_of(given.kind, training))
    held = _samples(given.calibration_samples, Run(given.seed + 1000), given.calibration_pages, given.jobs)
    hashes = {"simulated-practice": digest(training), "simulated-calibration": digest(held)}
    package = export(settings, network, windows_of(given.kind, held), hashes, given.out)
    size = (package.path / "model.onnx").stat().st_size
    print(f"{package.id}: {size} bytes, {dict(package.description.metrics)}")  # noqa: T201


if __name__ == "__main__":
    main()

"""Train the reader of bubbles or of tally cells on simulated pages, calibrate it, and write its model package.

Pages are simulated, photographed and found as the reader finds them. Calibration pages are of another run than
training pages. All chance comes from the seed and the step.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.package import Calibration, Description, ModelPackage, calibrated, load_package, write_package
from models.witnesses import TallyNetwork, bubble_network, tally_network
from pipeline.recognition.network import Network
from training.digits.calibrate import fit
from training.packaging.describe import described
from training.packaging.export import UNLICENSED
from training.packaging.onnx_file import to_onnx, within_rounding
from training.witnesses.batches import balanced, disturbed
from training.witnesses.config import TallyLearning, WitnessConfig
from training.witnesses.context import train_beside
from training.witnesses.gathering import FOLDER, gathered, kept
from training.witnesses.learning import Keeping, Log, Stretch, learn
from training.witnesses.samples import NumberSample, digest
from training.witnesses.windows import CONTRACTS, Windows, windows_of

Batch = tuple[NDArray[np.float32], NDArray[np.int64]]
BUILDERS: dict[str, Callable[[int, int], nn.Module]] = {"bubbles": bubble_network, "tallies": tally_network}

REAL_LIMITS = {
    "bubbles": "one design of bubble, 8 mm wide with its digit inside; pens of any colour, correction fluid",
    "tallies": "bundles of five or of ten, one or two a cell",
}
"""What networks that have seen real pages know, for their cards."""


def drawn_package(
    kind: str, config: WitnessConfig, name: str, state: Path, target: Path, log: Callable[[str], None]
) -> ModelPackage:
    """Train on drawn pages, or take the weights of `start`; calibrate, and write the package.

    Args:
        kind: "bubbles" or "tallies".
        config: The run.
        name: Id of the package.
        state: Folder in which the run keeps what it goes on from.
        target: Folder of the package.
        log: Takes a line of progress.

    """
    held = kept(state / "calibration.npz", lambda: gathered(config.calibration, config.jobs))
    if config.start is not None:
        return recalibrate(kind, load_package(config.start), held, name, target)
    training = kept(state / "pages.npz", lambda: gathered(config.pages, config.jobs))
    torch.set_num_threads(config.threads)
    network = train(kind, config, windows_of(kind, training), Keeping(state, config, config.check_every), log)
    hashes = {"simulated": digest(training), "simulated-calibration": digest(held)}
    return export(kind, name, network, windows_of(kind, held), hashes, target)


def train(
    kind: str, config: WitnessConfig, windows: Windows, keeping: Keeping | None = None, log: Log = print
) -> nn.Module:
    """Train a network on batches in which every class is equally frequent; return it in evaluation mode."""
    course = config.learning

    def batch_of(rng: np.random.Generator) -> Batch:
        chosen = balanced(windows, course.batch, rng)
        ink = disturbed(windows.ink[chosen], np.arange(course.batch), rng, flips=kind == "tallies")
        return ink, windows.labels[chosen]

    network = train_single(kind, config, batch_of, keeping, log)
    if isinstance(network, TallyNetwork) and isinstance(course, TallyLearning):
        # On practice pages alone: what kind of page it is would tell how often a bundle is short.
        some = windows.pages < FOLDER
        practice = Windows(windows.ink[some], windows.labels[some], windows.pages[some], windows.classes)
        beside = Stretch("beside", config.seed, course.beside_steps, 2e-3)
        train_beside(network, practice, beside, course.smoothing, keeping, log)
    return network.eval()


def train_single(
    kind: str,
    config: WitnessConfig,
    batch_of: Callable[[np.random.Generator], Batch],
    keeping: Keeping | None = None,
    log: Log = print,
) -> nn.Module:
    """Train a new network on single windows: the ink (n, size, size) and the labels (n,) of every step."""
    torch.manual_seed(config.seed)
    contract, course = CONTRACTS[kind], config.learning
    network = BUILDERS[kind](len(contract.classes), contract.size)
    single = network.single if isinstance(network, TallyNetwork) else network

    def loss_of(step: int) -> Tensor:
        ink, labels = batch_of(np.random.default_rng((config.seed, step)))
        logits = single(torch.from_numpy(ink[:, None]))  # (n, classes)
        return nn.functional.cross_entropy(logits, torch.from_numpy(labels), label_smoothing=course.smoothing)

    stretch = Stretch("single", config.seed, course.steps, course.rate, course.weight_decay)
    learn(network, network, stretch, loss_of, keeping, log)
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


def export(
    kind: str,
    name: str,
    network: nn.Module,
    windows: Windows,
    hashes: dict[str, str],
    out: Path,
    held: str = "simulated pages",
) -> ModelPackage:
    """Calibrate on `windows`, check that onnxruntime reads as torch does, and write the package to `out`.

    `held` says of which pages the windows are.
    """
    contract = CONTRACTS[kind]
    logits = predict(network, windows)
    weights = to_onnx(network, contract.size)
    first = windows.pages == windows.pages[0]
    _check_parity(weights, windows.ink[first], logits[first])
    calibration, metrics = calibrated_on(windows, logits, held)
    description = described(
        contract, name, network, weights, calibration, hashes, metrics, design=kind, evidence="windows"
    )
    return write_package(out, description, weights, card(description))


def recalibrate(kind: str, package: ModelPackage, held: Sequence[NumberSample], name: str, out: Path) -> ModelPackage:
    """Write the weights of `package` with a calibration fitted on the windows of `held`, as the package `name`.

    Practice pages hold every rare mark often, and a quarter of them are hard; a network calibrated on them alone is
    less sure of ordinary pages than it may be.
    """
    windows = windows_of(kind, held)
    network = Network(package, CONTRACTS[kind], batch=None)
    logits = np.zeros((len(windows.labels), len(windows.classes)))
    for page in np.unique(windows.pages):
        own = windows.pages == page
        logits[own] = network.logits(windows.ink[own])
    calibration, metrics = calibrated_on(windows, logits, "simulated pages")
    description = package.description.model_copy(
        update={
            "id": name,
            "calibration": calibration,
            "training_data": {**package.description.training_data, "simulated-calibration": digest(held)},
            "metrics": metrics,
            "created": datetime.now(UTC).replace(microsecond=0),
        }
    )
    return write_package(out, description, package.weights(), card(description))


def calibrated_on(windows: Windows, logits: NDArray[np.float64], held: str) -> tuple[Calibration, dict[str, float]]:
    """Return the calibration that fits windows whose class is known, and what it reads of them rightly."""
    known = windows.labels >= 0
    labels = windows.labels[known]
    seen = f"{len(labels)} windows of {len(np.unique(windows.pages))} {held}"
    calibration = calibrate(logits[known], labels, windows.classes, seen)
    right = calibrated(logits[known], calibration).argmax(axis=1) == labels
    by_class = [float(right[labels == label].mean()) for label in np.unique(labels)]
    return calibration, {
        "calibration_windows": float(len(right)),
        "calibration_accuracy": round(float(right.mean()), 6),
        "calibration_accuracy_mean_of_classes": round(float(np.mean(by_class)), 6),
    }


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

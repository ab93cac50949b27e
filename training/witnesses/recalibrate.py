"""Calibrate the network of a package again, on simulated documents as officers fill them, and write a new package.

    python -m training.witnesses.recalibrate bubbles --of models/packages/bubbles-v1 --out OUT DOCUMENTS...

Practice pages hold every rare mark often, and a quarter of them are hard; a network calibrated on them alone is less
sure of ordinary pages than it may be.
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.package import ModelPackage, calibrated, load_package, write_package
from pipeline.network import Network
from training.witnesses.samples import NumberSample, digest, load
from training.witnesses.train import KINDS, calibrate, card, in_folders
from training.witnesses.windows import Windows, windows_of


def recalibrate(kind: str, package: ModelPackage, held: list[NumberSample], out: Path) -> ModelPackage:
    """Write the weights of `package` with a calibration fitted on the windows of `held`."""
    windows = windows_of(kind, [sample for sample in held if kind != "bubbles" or sample.bubbles is not None])
    known = windows.labels >= 0
    labels, logits = windows.labels[known], _logits(kind, package, windows)[known]
    seen = f"{len(labels)} windows of {len(np.unique(windows.pages))} simulated pages"
    calibration = calibrate(logits, labels, windows.classes, seen)
    right = calibrated(logits, calibration).argmax(axis=1) == labels
    by_class = [float(right[labels == label].mean()) for label in np.unique(labels)]
    metrics = {
        "calibration_windows": float(len(labels)),
        "calibration_accuracy": round(float(right.mean()), 6),
        "calibration_accuracy_mean_of_classes": round(float(np.mean(by_class)), 6),
    }
    description = package.description.model_copy(
        update={
            "id": out.name,
            "calibration": calibration,
            "training_data": {**package.description.training_data, "simulated-calibration": digest(held)},
            "metrics": metrics,
            "created": datetime.now(UTC).replace(microsecond=0),
        }
    )
    return write_package(out, description, package.weights(), card(description))


def _logits(kind: str, package: ModelPackage, windows: Windows) -> NDArray[np.float64]:
    """Run the network page by page, as the reader does."""
    network = Network(package, KINDS[kind][0], batch=None)
    found = np.zeros((len(windows.labels), len(windows.classes)))
    for page in np.unique(windows.pages):
        own = windows.pages == page
        found[own] = network.logits(windows.ink[own])
    return found


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("folders", type=Path, nargs="*", help="of `chasil simulate`")
    parser.add_argument("--of", type=Path, required=True, help="the package whose weights are kept")
    parser.add_argument("--out", type=Path, required=True, help="folder of the new package; its name is the id")
    parser.add_argument("--samples", type=Path, nargs="*", default=(), help="files of `samples.save` besides")
    given = parser.parse_args()
    held = [sample for file in given.samples for sample in load(file)] + in_folders(given.folders)
    package = recalibrate(given.kind, load_package(given.of), held, given.out)
    fitted = package.description.calibration
    print(f"{package.id}: floor {fitted.floor}, {dict(package.description.metrics)}")  # noqa: T201


if __name__ == "__main__":
    main()

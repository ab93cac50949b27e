"""From a trained network to a model package: calibrate, write ONNX, check that it reads the same, write the card."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import nn

from models.networks import count_parameters
from models.package import CLASSES, Description, InputContract, ModelPackage, Thresholds, calibrated, write_package
from pipeline.recognition.digits.preprocess import VALUE_RANGE
from training.datasets.manifest import code_hash, manifest_hash
from training.datasets.sets import CELL_SHARES, SIMULATED_SHARES, Boxes
from training.digits.batches import STRUCK
from training.digits.calibrate import best
from training.digits.config import DataConfig, NetworkConfig, TrainConfig
from training.digits.inputs import input_name, prepare_as
from training.digits.train import check_boxes, predict
from training.evaluation.metrics import nll, reliability, threshold_for, upper_bound
from training.packaging.onnx_file import check_parity, for_reading, to_onnx
from training.scans.augment import augment

ERROR_BUDGET = 1e-4
"""Share of accepted numbers that may be wrong, as the reading promises."""

BOX_BUDGET = 1e-3
"""Share of accepted single boxes that may be wrong."""

NUMBERS = 60_000
"""Numbers drawn to choose the threshold of a number; they share boxes, so they are evidence of fewer."""

NUMBER_AT_LEAST = 0.9993
"""No number is accepted below this, whatever the calibration boxes would allow: on 6,164 boxes of other simulated pages
three errors of digits-v6 lay above the threshold that its own calibration boxes gave it."""

STRUCK_IN_USE = 0.02
"""Share of struck boxes that is reckoned with: more than forms have (1 of 5,543 crops), less than training shows. Of
0.01, 0.02, 0.03 and 0.05, tried on `select` and `calibrate`, the least at which 97 % of the struck boxes are found."""

STRUCK_BUDGET = 1 / 500
"""Share of struck boxes that may be accepted as a digit or X."""

SIMULATED = 6000
"""Simulated boxes to calibrate on."""

STRUCK_BOXES = 4000
"""Struck boxes drawn to choose a threshold by, beside those of `SIMULATED`: on these alone digits-v9 was given 0.9837,
which 2 of the 584 struck boxes of the test pass and 7 of 5,000 others; so few cannot show `STRUCK_BUDGET`."""

CALIBRATION_WEIGHTS = {
    "crops": 0.5,
    "mnist": 0.1,
    "writers": 0.1,
    "simulated": 0.2,
    "pages": 0.2,
    "real": 0.3,
    "scans": 0.05,
}
"""How much each data set counts in calibration: what is read in earnest looks like the crops."""

UNLICENSED = """- **Licence of what it learnt from**: among others photographs and scans of forms from public
  repositories that state no licence (`docs/reference/licences.md`). None of them is in this repository.
"""
"""What the card of a network says that learnt from real pages."""

FRAMED = ("crops", "simulated", "pages", "real")
"""The data sets on whose boxes, cut from forms, thresholds are chosen. Not the scanned cells: some are drawn so badly
that nobody could read them."""


@dataclass(frozen=True)
class CalibrationSet:
    """The boxes that calibration is fitted on.

    Attributes:
        logits: (n, k) raw output of the network.
        labels: (n,) true classes.
        weights: (n,) how much each counts.
        groups: (n,) block or writer, for cross-validation.
        framed: (n,) whether it is a box of a form, as opposed to a digit on bare paper.
        sources: (n,) number of the data set.

    """

    logits: NDArray[np.float64]
    labels: NDArray[np.int64]
    weights: NDArray[np.float64]
    groups: NDArray[np.int64]
    framed: NDArray[np.bool_]
    sources: NDArray[np.int64]


def export(network: nn.Module, config: TrainConfig, root: Path, run: Path) -> ModelPackage:
    """Calibrate a trained network and write it as a package to `run`/package.

    Args:
        network: The averaged network in evaluation mode.
        config: The run's configuration.
        root: Folder of the data sets.
        run: Folder of the run; its manifest.json goes into the description.

    Raises:
        ValueError: onnxruntime reads otherwise than torch, or the weights are too large.

    """
    network = for_reading(network)
    collected = calibration_set(network, config, check_boxes(config, root, "calibrate", SIMULATED))
    seen = "the calibration split: " + ", ".join(sorted(CALIBRATION_WEIGHTS)) + "; half as they are, half disturbed"
    offset = struck_offset(config.data)
    weights_in_use = as_in_use(collected.weights, collected.labels)
    calibration = best(collected.logits, collected.labels, weights_in_use, collected.groups, seen, offset)
    p = calibrated(collected.logits, calibration)
    struck = prepare_as(config.network.input, drawn_struck(config.seed), config.network.size)
    at = collected.framed
    weights = to_onnx(network, config.network.size)
    check_parity(network, weights, config.network.size)
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    description = Description(
        format=1,
        id=config.name,
        kind="digits",
        classes=CLASSES,
        input=_input(config.network),
        calibration=calibration,
        thresholds=thresholds(
            p[at],
            collected.labels[at],
            weights_in_use[at],
            collected.sources[at],
            calibrated(predict(network, struck), calibration),
        ),
        network=f"{config.network.design}-{config.network.width}",
        parameters=count_parameters(network),
        training_data={name: str(entry["sha256"]) for name, entry in manifest.items()},
        manifest_sha256=manifest_hash(manifest),
        code_version=code_hash(Path(__file__).resolve().parents[1])[:16],
        onnx_sha256=hashlib.sha256(weights).hexdigest(),
        metrics=_metrics(p, collected.labels),
        created=datetime.now(UTC).replace(microsecond=0),
    )
    return write_package(run / "package", description, weights, card(description))


def _input(network: NetworkConfig) -> InputContract:
    minimum, maximum = VALUE_RANGE
    preprocessing = input_name(network.input)
    return InputContract(channels=1, size=network.size, minimum=minimum, maximum=maximum, preprocessing=preprocessing)


def calibration_set(network: nn.Module, config: TrainConfig, boxes: Mapping[str, Boxes]) -> CalibrationSet:
    """Return the network's logits on the boxes, once as they are and once disturbed as pictures of pages are."""
    parts: list[CalibrationSet] = []
    for number, (name, part) in enumerate(boxes.items()):
        rng = np.random.default_rng(config.seed + 77)
        group = np.unique(np.array(part.groups), return_inverse=True)[1].astype(np.int64)
        if group.max() < 4:
            group = np.arange(len(part))
        share = CALIBRATION_WEIGHTS.get(name, 0.0) / len(part)
        views = (list(part.pictures), [augment(picture, rng, 0.7) for picture in part.pictures])
        for pictures, factor in zip(views, (0.7, 0.3), strict=True):
            logits = predict(network, prepare_as(config.network.input, pictures, config.network.size))
            framed = np.full(len(part), name in FRAMED)
            weights, source = np.full(len(part), share * factor), np.full(len(part), number)
            parts.append(CalibrationSet(logits, part.labels, weights, group, framed, source))
    return CalibrationSet(
        np.concatenate([part.logits for part in parts]),
        np.concatenate([part.labels for part in parts]),
        np.concatenate([part.weights for part in parts]),
        np.concatenate([part.groups for part in parts]),
        np.concatenate([part.framed for part in parts]),
        np.concatenate([part.sources for part in parts]),
    )


def struck_offset(data: DataConfig) -> NDArray[np.float64]:
    """Return the log odds (k,) by which struck boxes are rarer in use than they were in training."""
    framed = (data.crops_share, data.simulated_share, data.outliers_share, data.pages_share, data.cells_share)
    shares = (*framed, data.real_share, data.mnist_share, data.writers_share)
    drawn = data.simulated_share * SIMULATED_SHARES["#"] + data.cells_share * CELL_SHARES["#"]
    trained = (drawn + data.outliers_share) / sum(shares)
    offset = np.zeros(len(CLASSES))
    if trained > 0:
        offset[STRUCK] = np.log(STRUCK_IN_USE / (1 - STRUCK_IN_USE)) - np.log(trained / (1 - trained))
    return offset


def as_in_use(weights: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the weights (n,) with the struck boxes weighing together what they do in use."""
    struck = labels == STRUCK
    if not struck.any():
        return weights
    factor = STRUCK_IN_USE / (1 - STRUCK_IN_USE) * weights[~struck].sum() / weights[struck].sum()
    return np.where(struck, weights * factor, weights)


def drawn_struck(seed: int) -> list[NDArray[np.uint8]]:
    """Return `STRUCK_BOXES` simulated struck boxes, H x W grey, that belong to no split."""
    from training.handwriting import simulate_box  # noqa: PLC0415  drawing is slow to import, and not always used

    return [simulate_box("#", np.random.default_rng((seed, STRUCK, index))) for index in range(STRUCK_BOXES)]


def thresholds(
    p: NDArray[np.float64],
    labels: NDArray[np.int64],
    weights: NDArray[np.float64],
    sources: NDArray[np.int64],
    struck: NDArray[np.float64],
) -> Thresholds:
    """Choose the least probability at which a box, and a number of three boxes, may be accepted.

    Args:
        p: (n, k) calibrated probabilities of calibration boxes that were cut from forms.
        labels: (n,) their true classes.
        weights: (n,) how often each is met in use.
        sources: (n,) number of the data set of each; what is promised must hold on every one by itself.
        struck: (m, k) calibrated probabilities of further struck boxes.

    """
    confidence, right = p.max(axis=1), p.argmax(axis=1) == labels
    struck = np.concatenate((p[labels == STRUCK], struck))
    box = max(threshold_for(confidence, right, BOX_BUDGET), struck_threshold(struck))
    number = NUMBER_AT_LEAST
    for source in np.unique(sources):
        odds = np.where(sources == source, weights, 0.0)
        triples = np.random.default_rng(0).choice(len(labels), (NUMBERS, 3), p=odds / odds.sum())
        safe = threshold_for(confidence[triples].prod(axis=1), right[triples].all(axis=1), ERROR_BUDGET)
        number = max(number, safe)
    return Thresholds(
        box=_rounded_up(box),
        number=_rounded_up(number),
        error_budget=ERROR_BUDGET,
        chosen=f"on {len(labels)} calibration boxes of forms, real and simulated, half of them disturbed, and "
        f"{len(struck)} struck ones: a box where the wrong share of the accepted, at 95 % confidence, stays under "
        f"{BOX_BUDGET} and of the struck ones no more "
        f"than {STRUCK_BUDGET}, likewise, are accepted as a digit, a number where the wrong share stays under "
        f"{ERROR_BUDGET} in {NUMBERS} numbers of three boxes drawn as they are met from each data set by itself; "
        f"{NUMBER_AT_LEAST} at least",
    )


def struck_threshold(struck: NDArray[np.float64]) -> float:
    """Return the least probability at which no more than `STRUCK_BUDGET` of struck boxes (n, k) pass for a digit or X.

    Shown with 95 % confidence where there are boxes enough for that, 1,500; else, the one above which none passes.
    """
    passing = np.sort(struck.max(axis=1)[struck.argmax(axis=1) <= CLASSES.index("X")])[::-1]
    allowed = next(n for n in range(len(struck) + 1) if upper_bound(n + 1, len(struck)) > STRUCK_BUDGET)
    return float(np.nextafter(passing[allowed], 1.0)) if len(passing) > allowed else 0.0


def _rounded_up(probability: float) -> float:
    """Return the probability with six digits, never less than it is."""
    return float(np.ceil(probability * 1e6) / 1e6)


def _metrics(p: NDArray[np.float64], labels: NDArray[np.int64]) -> dict[str, float]:
    """Return what calibration looked like on the boxes it was fitted on."""
    right = p.argmax(axis=1) == labels
    return {
        "calibration_boxes": float(len(labels)),
        "calibration_accuracy": round(float(right.mean()), 6),
        "calibration_nll": round(nll(p, labels), 6),
        "calibration_ece": round(reliability(p.max(axis=1), right).ece, 6),
    }


def card(description: Description) -> str:
    """Return the model card."""
    data = "\n".join(f"| {name} | `{sha[:16]}` |" for name, sha in description.training_data.items())
    licence = UNLICENSED if "real" in description.training_data else ""
    return f"""# {description.id}

Reads pictures of single boxes of C.Hasil forms: digits, X, dash, empty, struck. A {description.network} network of
{description.parameters:,} weights on {description.input.size} x {description.input.size} grey crops with their frame
(pre-processing `{description.input.preprocessing}`), calibrated by {description.calibration.method}.

- **For**: boxes cut from photographs and scans of C.Hasil forms, with about 2 mm of the page around the frame; also
  digits on white paper. **Not for**: letters, words, whole numbers in one picture.
- **Output**: probabilities over `{description.classes}`; `-` is a dash, `_` an empty box, `#` struck out, overwritten,
  illegible or no mark of these classes.
- **Acceptance**: a box at {description.thresholds.box} or more. Chosen {description.thresholds.chosen}.
- **Limits**: struck, empty and dashed boxes were learned from simulated boxes almost alone, and scanned cells of older
  forms from drawn ones alone; a residual of wrong labels of 0.1 to 0.3 % is in the crops. Results on the test sets:
  `docs/explanation/digits.md`, made by `chasil evaluate`.
{licence}
| trained on | sha256 |
|---|---|
{data}
"""

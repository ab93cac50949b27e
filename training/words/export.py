"""Calibrate a trained line reader on real lines that taught nothing, and write its package."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort
from torch import nn

from models.package import Description, ModelPackage, write_package
from pipeline.recognition.words.reader import CONTRACT, STRIDE, side_by_side
from training.packaging.describe import described
from training.packaging.onnx_file import for_reading, to_onnx, within_rounding
from training.words.evaluate import Score, calibrate, evidence_from_logits, judge
from training.words.real import RealLine
from training.words.train import predict


def export(
    network: nn.Module, name: str, lines: Sequence[RealLine], hashes: Mapping[str, str], out: Path
) -> ModelPackage:
    """Calibrate on `lines`, check that onnxruntime reads as torch does, and write the package to `out`."""
    network = for_reading(network)
    weights = to_onnx(network, CONTRACT.size, STRIDE)
    strips = [line.line.strip for line in lines]
    logits = predict(network, strips)
    check_parity(network, weights)
    calibration = calibrate(lines, logits, f"{len(lines)} real lines of the part for calibration")
    score = judge(lines, evidence_from_logits(lines, logits, calibration))
    metrics = {
        "calibration_lines": float(score.written),
        "calibration_right": float(score.right),
        "calibration_blank": float(score.blank),
        "calibration_blank_right": float(score.blank_right),
    }
    description = described(
        CONTRACT, name, network, weights, calibration, hashes, metrics, design="lines", evidence="words"
    )
    return write_package(out, description, weights, card(description, score))


def check_parity(network: nn.Module, weights: bytes) -> None:
    """Compare onnxruntime with torch on random strips.

    Raises:
        ValueError: The difference is more than rounding.

    """
    rng = np.random.default_rng(0)
    strips = side_by_side([rng.random((CONTRACT.size, width), np.float32) for width in (40, 333, 512)])
    logits = predict(network, list(strips))
    session = ort.InferenceSession(weights, providers=["CPUExecutionProvider"])
    within_rounding(session.run(None, {"ink": strips[:, None]})[0], np.stack(logits))


def card(description: Description, score: Score) -> str:
    """Return the model card."""
    measured = "\n".join(f"- {line}" for line in score.lines())
    data = "\n".join(f"| {name} | `{sha[:16]}` |" for name, sha in description.training_data.items())
    return f"""# {description.id}

Reads numbers in Indonesian words on C.Hasil forms: letters, frame by frame, out of a strip {description.input.size}
px high (pre-processing `{description.input.preprocessing}`), with {description.parameters:,} weights; the grammar of
number words makes numbers of them (`pipeline/words`).

- **For**: the places that templates name, straightened by `pipeline`, in one line or several, capitals or not.
- **Limits**: numbers up to 9999; the real lines that taught are of three forms and mostly of one city.
- **Licence of the data**: the weights learnt from photographs and scans whose publishers state no licence (SHARED/wild
  and SHARED/pages, see docs/reference/licences.md), beside lines that our own code drew.

On the real lines for calibration, which chose its temperature and floor (so this is no judgement):

{measured}

| trained on | sha256 |
|---|---|
{data}
"""

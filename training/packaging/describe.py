"""Describe a network whose windows are evidence and are never accepted by themselves: bubbles, tallies, words."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from torch import nn

from models.networks import count_parameters
from models.package import Calibration, Description, InputContract, Thresholds
from pipeline.recognition.network import Contract
from training.datasets.manifest import code_hash


def described(
    contract: Contract,
    name: str,
    network: nn.Module,
    weights: bytes,
    calibration: Calibration,
    hashes: Mapping[str, str],
    metrics: Mapping[str, float],
    *,
    design: str,
    evidence: str,
) -> Description:
    """Return what stands beside the weights of a package.

    Args:
        contract: What this program gives a network of its kind.
        name: Id of the package.
        network: As it was exported.
        weights: The ONNX file.
        calibration: Of its output.
        hashes: Over what it was trained and calibrated on.
        metrics: What calibration looked like.
        design: Which network of `models` it is.
        evidence: What of its input makes evidence, such as windows.

    """
    unused = Thresholds(box=1.0, number=1.0, error_budget=1e-4, chosen=f"not used: {evidence} make evidence")
    return Description(
        format=1,
        id=name,
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
        thresholds=unused,
        network=design,
        parameters=count_parameters(network),
        training_data=dict(hashes),
        manifest_sha256=hashlib.sha256(repr(sorted(hashes.items())).encode()).hexdigest(),
        code_version=code_hash(Path(__file__).resolve().parents[1])[:16],
        onnx_sha256=hashlib.sha256(weights).hexdigest(),
        metrics=dict(metrics),
        created=datetime.now(UTC).replace(microsecond=0),
    )

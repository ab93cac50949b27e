"""From a trained network to an ONNX file: normalisation folded in, weights kept in 16 bits, the same logits.

Weights of 16 bits halve the file. They are widened to 32 bits when the file is loaded, so that reading is as fast as
before, and they are rounded before anything is calibrated or judged, so that the file reads exactly as what was judged.
"""

import copy
import logging
import warnings
from itertools import pairwise

import numpy as np
import onnx
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from pipeline.recognition.digits.preprocess import VALUE_RANGE
from training.digits.train import predict

PARITY = 1e-3
"""Largest difference of a logit between torch and onnxruntime that is rounding."""


def for_reading(network: nn.Module) -> nn.Module:
    """Return a copy with normalisation folded into the convolutions and with weights that 16 bits can hold."""
    network = copy.deepcopy(network).to("cpu").eval()
    for group in [module for module in network.modules() if isinstance(module, nn.Sequential)]:
        for index, (first, second) in enumerate(pairwise(list(group.children()))):
            if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
                group[index], group[index + 1] = fuse_conv_bn_eval(first, second), nn.Identity()
    with torch.no_grad():
        for weight in network.parameters():
            if weight.dim() > 1:
                weight.copy_(weight.half().float())
    return network


def to_onnx(network: nn.Module, size: int, stride: int | None = None) -> bytes:
    """Return the network as ONNX: input `ink` (n, 1, size, size) float32, output `logits` (n, classes).

    Weights that 16 bits hold exactly are stored in 16 bits.

    Args:
        network: The network.
        size: Height of its input, and its width.
        stride: Where given, the width is any multiple of this, and the output (n, frames, classes).

    """
    wide = {} if stride is None else {3: stride * torch.export.Dim("frames", min=2)}
    network = network.to("cpu", memory_format=torch.contiguous_format).eval()  # type: ignore[call-overload]
    # The exporter speaks of its own future and of its optimiser in warnings and log lines; the parity check judges.
    logging.getLogger("onnxscript").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            network,
            (torch.zeros(2, 1, size, size if stride is None else 8 * stride),),
            input_names=["ink"],
            output_names=["logits"],
            dynamic_shapes=({0: torch.export.Dim("n", min=1), **wide},),
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    return bytes(_halved(_without_traces(program.model_proto)).SerializeToString())


def check_parity(network: nn.Module, weights: bytes, size: int) -> float:
    """Return the largest difference of a logit between torch and onnxruntime on random boxes.

    Raises:
        ValueError: The difference is more than rounding.

    """
    ink = np.random.default_rng(0).uniform(*VALUE_RANGE, (64, 1, size, size)).astype(np.float32)
    session = ort.InferenceSession(weights, providers=["CPUExecutionProvider"])
    return within_rounding(session.run(None, {"ink": ink})[0], predict(network, ink))


def within_rounding(read: NDArray[np.floating], logits: NDArray[np.floating]) -> float:
    """Return the largest difference of a logit between onnxruntime and torch.

    Raises:
        ValueError: The difference is more than rounding.

    """
    difference = float(np.abs(read - logits).max())
    if difference > PARITY:
        raise ValueError(f"onnxruntime differs from torch by {difference:.2g} in a logit; up to {PARITY} is rounding")
    return difference


def _without_traces(model: onnx.ModelProto) -> onnx.ModelProto:
    """Drop, in place, what the exporter notes down of the source files that the network was built in."""
    for part in (*model.graph.node, *model.graph.input, *model.graph.output, *model.graph.value_info, model.graph):
        part.doc_string = ""
        del part.metadata_props[:]
    del model.graph.value_info[:]
    del model.metadata_props[:]
    return model


def _halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """Store, in place, what 16 bits hold exactly in 16 bits, each with a node that widens it when it is loaded."""
    kept, nodes = [], []
    for tensor in model.graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or len(tensor.dims) < 2:
            kept.append(tensor)
            continue
        values = numpy_helper.to_array(tensor)
        half = values.astype(np.float16)
        if not np.array_equal(half.astype(np.float32), values):
            kept.append(tensor)
            continue
        kept.append(numpy_helper.from_array(half, f"{tensor.name}.half"))
        nodes.append(helper.make_node("Cast", [f"{tensor.name}.half"], [tensor.name], to=TensorProto.FLOAT))
    nodes += list(model.graph.node)
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)
    return model

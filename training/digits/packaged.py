"""A network with the weights of a package: to go on from what ships where the run that made it is not at hand.

A package holds its convolutions with the normalisation folded in (`training.packaging.onnx_file`). For training the
normalisation is put back: that of each layer by mean and variance of what it meets on some boxes, so that the network
says the same as before and may learn on.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from models.networks import build
from models.package import CLASSES, load_package
from pipeline.errors import UsageError


def is_package(folder: Path) -> bool:
    """Return whether a folder is a package, and not that of a run."""
    return (folder / "model.json").is_file()


def load_packaged(folder: Path, dropout: float = 0.0) -> nn.Module:
    """Return the network of a package in evaluation mode; it reads as the package does.

    Raises:
        UsageError: `training_config` where the weights are not those of the network that the package names.

    """
    description = load_package(folder).description
    design, width = description.network.rsplit("-", 1)
    network = build(design, int(width), len(CLASSES), dropout).eval()
    folded_weights(network, folder)
    return network


def folded_weights(network: nn.Module, folder: Path) -> None:
    """Give a network, in place, the weights of a package: its normalisation then does nothing but add the offset.

    Raises:
        UsageError: `training_config` where the package is one of another network.

    """
    model = onnx.load(folder / "model.onnx")
    # The exporter calls the offset of a normalisation that it folds in itself the bias of the weights.
    named = {one.name.replace(".weight_bias", ".bias").removesuffix(".half"): one for one in model.graph.initializer}
    stored = {name: numpy_helper.to_array(one) for name, one in named.items()}
    state = network.state_dict()
    for name, kept in _folded_names(network):
        if kept not in stored or stored[kept].shape != tuple(state[name].shape):
            raise UsageError("training_config", path=str(folder), detail=f"the package has no weights {kept}")
        state[name] = torch.from_numpy(stored[kept].astype(np.float32))
    network.load_state_dict(state)
    for norm in _norms(network):
        # What it divides by is then 1.
        norm.running_var = torch.full((norm.num_features,), 1.0 - norm.eps)


@torch.no_grad()
def normalise(network: nn.Module, ink: NDArray[np.float32]) -> None:
    """Set, in place, what each normalisation expects to what it meets on boxes (n, 1, size, size).

    Scale and offset change with it, so that the network says the same of every box.
    """
    handles = [norm.register_forward_pre_hook(_meet) for norm in _norms(network)]
    network.eval()(torch.from_numpy(ink))
    for handle in handles:
        handle.remove()


def _meet(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
    assert isinstance(norm, nn.BatchNorm2d)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    x = inputs[0]  # (n, channels, h, w)
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    offset = norm.bias - scale * norm.running_mean
    norm.running_mean.copy_(x.mean(dim=(0, 2, 3)))
    norm.running_var.copy_(x.var(dim=(0, 2, 3)))
    norm.weight.data.copy_(scale * torch.sqrt(norm.running_var + norm.eps))
    norm.bias.data.copy_(offset + scale * norm.running_mean)


def _norms(network: nn.Module) -> list[nn.BatchNorm2d]:
    return [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]


def _folded_names(network: nn.Module) -> Iterator[tuple[str, str]]:
    """Yield which weights of the network are which of a package: a folded bias is the offset of the normalisation."""
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            yield f"{name}.weight", f"{name}.weight"
        if isinstance(module, nn.Linear):
            yield f"{name}.bias", f"{name}.bias"
        if isinstance(module, nn.BatchNorm2d):
            before = f"{name.rpartition('.')[0]}.{int(name.rpartition('.')[2]) - 1}"
            yield f"{name}.bias", f"{before}.bias"

"""The networks that can be trained, by name. All take ink (n, 1, size, size) and give logits (n, classes).

- `plain`: stacked 3 x 3 convolutions, after VGG (Simonyan and Zisserman 2015, arXiv:1409.1556).
- `residual`: two convolutions and a way round them (He et al. 2016, arXiv:1512.03385).
- `depthwise`: a convolution per channel, then one across channels (Howard et al. 2017, arXiv:1704.04861).

All begin with a 5 x 5 convolution of stride 2, since a first layer at full size would cost half of the whole time,
and all work at any size from 28 to 48 px, since they end in a mean over the picture.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn


def conv(inputs: int, outputs: int, kernel: int = 3, stride: int = 1, groups: int = 1) -> nn.Sequential:
    """Return convolution, batch normalisation and rectifier."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


class Residual(nn.Module):
    """Two 3 x 3 convolutions and the way round them; (n, inputs, h, w) to (n, outputs, h / stride, w / stride)."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.first = conv(inputs, outputs, stride=stride)
        self.second = nn.Sequential(nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs))
        self.around: nn.Module = nn.Identity()
        if stride > 1 or inputs != outputs:
            self.around = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output."""
        return torch.relu(self.second(self.first(x)) + self.around(x))


def depthwise(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """Return a convolution per channel, then one across channels."""
    return nn.Sequential(conv(inputs, inputs, 3, stride, groups=inputs), conv(inputs, outputs, 1))


def head(channels: int, classes: int, dropout: float) -> nn.Sequential:
    """Return the mean over the picture, then one linear layer: (n, channels, h, w) to (n, classes)."""
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(dropout), nn.Linear(channels, classes))


def _plain(width: int, classes: int, dropout: float) -> nn.Module:
    w = width
    return nn.Sequential(
        conv(1, w, 5, 2),  # size / 2
        conv(w, w),
        conv(w, 2 * w, stride=2),  # size / 4
        conv(2 * w, 2 * w),
        conv(2 * w, 4 * w, stride=2),  # size / 8
        conv(4 * w, 4 * w),
        head(4 * w, classes, dropout),
    )


def _residual(width: int, classes: int, dropout: float) -> nn.Module:
    w = width
    return nn.Sequential(
        conv(1, w, 5, 2),  # size / 2
        Residual(w, w),
        Residual(w, 2 * w, 2),  # size / 4
        Residual(2 * w, 4 * w, 2),  # size / 8
        head(4 * w, classes, dropout),
    )


def _depthwise(width: int, classes: int, dropout: float) -> nn.Module:
    w = 2 * width
    return nn.Sequential(
        conv(1, w, 5, 2),  # size / 2
        depthwise(w, w),
        depthwise(w, 2 * w, 2),  # size / 4
        depthwise(2 * w, 2 * w),
        depthwise(2 * w, 4 * w, 2),  # size / 8
        depthwise(4 * w, 4 * w),
        head(4 * w, classes, dropout),
    )


DESIGNS: dict[str, Callable[[int, int, float], nn.Module]] = {
    "plain": _plain,
    "residual": _residual,
    "depthwise": _depthwise,
}


def build(design: str, width: int, classes: int, dropout: float = 0.0) -> nn.Module:
    """Return an untrained network.

    Args:
        design: A key of `DESIGNS`.
        width: Channels of the first layer; the weights grow with its square.
        classes: Number of classes.
        dropout: Share of the last features dropped in training.

    """
    return DESIGNS[design](width, classes, dropout)


def count_parameters(network: nn.Module) -> int:
    """Return the number of trained weights."""
    return sum(weight.numel() for weight in network.parameters())

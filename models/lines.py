"""The network that reads a line of writing: letters, frame by frame, out of a strip.

Convolutions over the strip that end in one row of features, then convolutions along the line, and a linear layer a
frame; trained by connectionist temporal classification (Graves et al. 2006). After the recurrence-free line readers of
Yousef et al. 2020 (arXiv:1812.11894) and the small ones of Breuel 2017, with skips along the line. Ink
(n, 1, 32, width) in, logits (n, frames, classes) out, one frame every 4 px.
"""

import torch
from torch import Tensor, nn

from models.networks import conv


class _Along(nn.Module):
    """A convolution along the line, and the way round it."""

    def __init__(self, channels: int, kernel: int, dropout: float) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, (1, kernel), padding=(0, kernel // 2), bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Return (n, channels, 1, frames) of the same."""
        found: Tensor = x + self.dropout(self.body(x))
        return found


class LineNetwork(nn.Module):
    """Reads strips 32 px high, their width a multiple of 4."""

    def __init__(self, classes: int, width: int = 16, dropout: float = 0.1) -> None:
        super().__init__()
        w = width
        self.strip = nn.Sequential(
            conv(1, w, 5, 2),  # 16 rows, width / 2
            _halved(w, 3 * w, (2, 2)),  # 8 rows, width / 4
            conv(3 * w, 3 * w),
            _halved(3 * w, 5 * w, (2, 1)),  # 4 rows
            _halved(5 * w, 6 * w, (2, 1)),  # 2 rows
            nn.Sequential(nn.Conv2d(6 * w, 8 * w, (2, 1), bias=False), nn.BatchNorm2d(8 * w), nn.ReLU()),  # 1 row
        )
        self.along = nn.Sequential(_Along(8 * w, 5, dropout), _Along(8 * w, 5, dropout))
        self.letters = nn.Sequential(nn.Dropout(dropout), nn.Conv2d(8 * w, classes, 1))

    def forward(self, ink: Tensor) -> Tensor:
        """Return logits (n, width / 4, classes) of strips (n, 1, 32, width)."""
        found: Tensor = self.letters(self.along(self.strip(ink)))  # (n, classes, 1, frames)
        return torch.movedim(found[:, :, 0], 1, 2)


def _halved(inputs: int, outputs: int, stride: tuple[int, int]) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


def line_network(classes: int, width: int = 16, dropout: float = 0.1) -> LineNetwork:
    """Return an untrained net for lines."""
    return LineNetwork(classes, width, dropout)

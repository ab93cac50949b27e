"""The networks of the witnesses: small convolutional nets that keep the place of what they see.

Stacked 3 x 3 convolutions after a 5 x 5 one of stride 2, as `models.networks`, but with a linear layer over all places
instead of a mean: where a stroke lies in its cell, or ink in its bubble, tells what it is. All take ink
(n, 1, size, size) and give logits (n, classes).
"""

from torch import nn

from models.networks import conv


def bubble_network(classes: int, size: int = 24) -> nn.Module:
    """Return an untrained net for one bubble."""
    return nn.Sequential(
        conv(1, 8, 5, 2),  # size / 2
        conv(8, 16, stride=2),  # size / 4
        conv(16, 24),
        nn.Flatten(),
        nn.Dropout(0.1),
        nn.Linear(24 * (size // 4) ** 2, classes),
    )


def tally_network(classes: int, size: int = 40) -> nn.Module:
    """Return an untrained net for one cell of a tally."""
    return nn.Sequential(
        conv(1, 16, 5, 2),  # size / 2
        conv(16, 24, stride=2),  # size / 4
        conv(24, 32),
        conv(32, 48, stride=2),  # size / 8
        nn.Flatten(),
        nn.Dropout(0.1),
        nn.Linear(48 * (size // 8) ** 2, classes),
    )

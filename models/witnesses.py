"""The networks of the witnesses: small convolutional nets that keep the place of what they see.

Stacked 3 x 3 convolutions after a 5 x 5 one of stride 2, as `models.networks`, but with a linear layer over all places
instead of a mean: where a stroke lies in its cell, or ink in its bubble, tells what it is. All take ink
(n, 1, size, size) and give logits (n, classes).
"""

import torch
from torch import Tensor, nn

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


class TallyNetwork(nn.Module):
    """Reads the cells of one page's tallies together: what a stroke looks like is seen beside its neighbours.

    Officers draw all their bundles alike, and a bundle that is hard to count by itself is as wide as the others of its
    page. So every cell is judged by itself (`alone`), and then again beside the mean and the maximum over all cells of
    the page (`beside`; Zaheer et al. 2017, "Deep Sets", arXiv:1703.06114).
    """

    def __init__(self, classes: int, size: int, features: int = 64) -> None:
        super().__init__()
        self.features = nn.Sequential(
            conv(1, 12, 5, 2),  # size / 2
            conv(12, 24, stride=2),  # size / 4
            conv(24, 32),
            conv(32, 40, stride=2),  # size / 8
            nn.Flatten(),
            nn.Dropout(0.1),
            nn.Linear(40 * (size // 8) ** 2, features),
            nn.ReLU(),
        )
        self.alone = nn.Linear(features, classes)
        self.beside = nn.Sequential(
            nn.Dropout(0.1), nn.Linear(3 * features, features), nn.ReLU(), nn.Linear(features, classes)
        )
        nn.init.zeros_(self.beside[-1].weight)  # type: ignore[arg-type]
        nn.init.zeros_(self.beside[-1].bias)  # type: ignore[arg-type]

    def forward(self, ink: Tensor) -> Tensor:
        """Return logits (n, classes) of the cells (n, 1, size, size) of one page."""
        return self.together(self.features(ink))

    def single(self, ink: Tensor) -> Tensor:
        """Return logits (n, classes) of cells (n, 1, size, size), each judged by itself."""
        logits: Tensor = self.alone(self.features(ink))
        return logits

    def together(self, found: Tensor) -> Tensor:
        """Return logits (n, classes) from the features (n, features) of the cells of one page."""
        mean, most = found.mean(0, keepdim=True).expand_as(found), found.amax(0, keepdim=True).expand_as(found)
        logits: Tensor = self.alone(found) + self.beside(torch.cat([found, mean, most], dim=1))
        return logits


def tally_network(classes: int, size: int = 48) -> TallyNetwork:
    """Return an untrained net for the tally cells of one page."""
    return TallyNetwork(classes, size)

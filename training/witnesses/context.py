"""Teach the tally network to look at a cell beside the others of its page, once it can read cells by themselves.

The features of single cells stay as they are, so they are worked out once, and only a small layer is trained: on whole
pages, whose cells are all seen but of which every class counts alike. What the page tells must be how this officer
draws, not how often a class occurs: that is for the evidence to weigh, which knows the whole grid.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.witnesses import TallyNetwork
from training.witnesses.batches import disturbed, page_weights
from training.witnesses.learning import Keeping, Log, Stretch, learn
from training.witnesses.windows import Windows

PAGES = 16
"""Pages of one step."""

VIEWS = 2
"""Each page is seen once as it is, and then disturbed."""


def train_beside(
    network: TallyNetwork, windows: Windows, stretch: Stretch, smoothing: float, keeping: Keeping | None, log: Log
) -> None:
    """Train `network.beside` in place, on windows of many pages; labels of -1 are seen but not judged."""
    pages = np.unique(windows.pages, return_inverse=True)[1]
    order = np.argsort(pages, kind="stable")
    places = np.split(order, np.flatnonzero(np.diff(pages[order])) + 1)
    weights = page_weights(windows.labels, pages)
    judged = [place for place in places if weights[place].any()]
    views = [_features(network, windows, judged, view, stretch.seed) for view in range(VIEWS)]

    def loss_of(step: int) -> Tensor:
        rng = np.random.default_rng((stretch.seed, step))
        drawn = rng.choice(len(judged), PAGES)
        found = views[int(rng.integers(VIEWS))]
        logits = torch.cat([network.together(found[page]) for page in drawn])
        chosen = np.concatenate([judged[page] for page in drawn])
        return _loss(logits, windows.labels[chosen], weights[chosen], smoothing)

    network.beside.train()
    learn(network, network.beside, stretch, loss_of, keeping, log)
    network.eval()


def _features(
    network: TallyNetwork, windows: Windows, places: list[NDArray[np.int64]], view: int, seed: int
) -> list[Tensor]:
    """Return the features (n, features) of the cells of every page; views after the first are disturbed."""
    network.eval()
    found = []
    with torch.no_grad():
        for page, place in enumerate(places):
            ink = windows.ink[place]
            if view:
                rng = np.random.default_rng((seed, view, page))
                ink = disturbed(ink, np.zeros(len(ink), np.int64), rng, flips=True)
            found.append(network.features(torch.from_numpy(ink[:, None])))
    return found


def _loss(logits: Tensor, labels: NDArray[np.int64], weights: NDArray[np.float32], smoothing: float) -> Tensor:
    known = weights > 0
    losses = nn.functional.cross_entropy(
        logits[torch.from_numpy(known)],
        torch.from_numpy(labels[known]),
        label_smoothing=smoothing,
        reduction="none",
    )
    return (losses * torch.from_numpy(weights[known])).sum() / float(weights.sum())

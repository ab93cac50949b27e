"""A page has one writer: its boxes tell each other what their marks are.

Who draws an X as a blob draws every X so, and who bends a 1 like a 7 bends all of them. Marks of one hand that look
alike to the network are therefore likelier of one class than each says by itself (Sarkar and Nagy, "Style consistent
classification of isolated characters", IEEE PAMI 27, 2005, model the styles; here the other boxes of the page are the
model of its style). How alike two boxes look is how near their log probabilities are over all marks, not only the
likeliest: what a shape could also be describes it more finely than its name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.decision.number import expecting_leads


@dataclass(frozen=True, slots=True)
class Hand:
    """How far the boxes of a page hear each other.

    Attributes:
        likeness: Distance of log probabilities, nats over all marks, at which two boxes look alike by exp(-1/2).
        strength: Logarithm of the odds that a mark gains by another of its class that looks the same.

    """

    likeness: float
    strength: float


HAND = Hand(likeness=2.0, strength=2.0)
"""On both halves of the calibrate part of the real pages numbers are likelier so (`chasil evaluate writer`). They are
likelier still where boxes hear each other more, but then wrong numbers of drawn scans become surer, too: boxes whose
ink was lost alike confirm each other. At the threshold that keeps to the error budget (`chasil evaluate threshold`) no
more numbers are accepted."""

_LEAST = 1e-4
"""Probability below which the network's doubt is noise, not a description."""


def numbers_of_one_writer(looks: Sequence[NDArray[np.floating]], hand: Hand = HAND) -> list[NDArray[np.float64]]:
    """Return the boxes of the numbers of a page as what they look like, where they stand and their page say.

    Args:
        looks: What the boxes of each number look like to the network, (boxes, 14).
        hand: How far they hear each other.

    """
    if not looks:
        return []
    alone = [expecting_leads(number) for number in looks]
    heard = of_one_writer(np.vstack(looks), np.vstack(alone), hand)
    return np.split(heard, np.cumsum([len(number) for number in looks])[:-1])


def of_one_writer(looks: NDArray[np.floating], boxes: NDArray[np.floating], hand: Hand = HAND) -> NDArray[np.float64]:
    """Return the probabilities of the boxes of a page when they hear each other.

    Of each class it is the most alike box that counts, by how likely it is of that class: ten alike say no more than
    one, since they may all be misread alike.

    Args:
        looks: What each box looks like to the network, (n, classes); rows sum to 1.
        boxes: What each is by itself, (n, classes), where more than its look is known; rows sum to 1.
        hand: How far they hear each other.

    Returns:
        (n, classes); rows sum to 1. The only box of a page stays as it is.

    """
    alike = _alike(looks, hand.likeness)
    support = np.array([(alike * share).max(axis=1, initial=0.0) for share in boxes.T]).T
    heard = boxes * np.exp(hand.strength * support)
    return np.asarray(heard / heard.sum(axis=1, keepdims=True))


def _alike(looks: NDArray[np.floating], likeness: float) -> NDArray[np.float64]:
    """Return how alike every two boxes look, 0 to 1, (n, n); no box is its own witness."""
    logs = np.log(np.maximum(looks, _LEAST))
    logs -= logs.mean(axis=1, keepdims=True)
    lengths = (logs**2).sum(axis=1)
    distances = np.maximum(0.0, lengths[:, None] + lengths - 2.0 * logs @ logs.T)
    alike = np.exp(-distances / (2.0 * likeness**2))
    np.fill_diagonal(alike, 0.0)
    return np.asarray(alike)

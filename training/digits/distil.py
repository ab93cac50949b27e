"""Learning from other networks: their mean probabilities as a part of the target.

After Hinton et al. 2015, arXiv:1503.02531.

Boxes labelled as struck keep their label alone: what is no digit any more is for the label to say, since every teacher
was taught it by earlier and worse drawings.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from models.package import CLASSES
from training.digits.batches import STRUCK


@torch.no_grad()
def soft_targets(teachers: Sequence[nn.Module], ink: Tensor, labels: Tensor, share: float) -> Tensor:
    """Return what a batch is to be read as, (batch, 14) float32 probabilities.

    Args:
        teachers: Networks in evaluation mode; without any the labels stand alone.
        ink: (batch, 1, size, size) float32, as the teachers were trained on.
        labels: (batch,) int64 true classes.
        share: What the teachers say weighs this much, the label the rest; 0..1.

    """
    truth = nn.functional.one_hot(labels, len(CLASSES)).float()  # (batch, 14)
    if not teachers:
        return truth
    taught = torch.stack([teacher(ink).float().softmax(dim=1) for teacher in teachers]).mean(dim=0)  # (batch, 14)
    weight = share * (labels != STRUCK).float()[:, None]  # (batch, 1)
    return (1.0 - weight) * truth + weight * taught

"""Frames of letters as a network that reads well would give them."""

import numpy as np
from numpy.typing import NDArray

from pipeline.recognition.words.scoring import WORD_CLASSES


def frames_of(text: str, sure: float = 0.9) -> NDArray[np.float64]:
    """Return frames (n, classes): every letter twice, with blanks around it; the rest is spread over all others."""
    seen = [WORD_CLASSES.index(sign) for letter in text.replace(" ", "") for sign in ("_", letter, letter, "_")]
    frames = np.full((len(seen), len(WORD_CLASSES)), (1.0 - sure) / (len(WORD_CLASSES) - 1))
    frames[np.arange(len(seen)), seen] = sure
    return frames

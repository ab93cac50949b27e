"""Real words put together to numbers that nobody wrote: each real line gives its words, and these make new lines.

Where a word begins and ends in its line, the network of an earlier run tells: the likeliest path through the frames
that spells what is known to be written (the Viterbi alignment). A line whose path is unlikely gives no words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.recognition.words.lexicon import spelt
from pipeline.recognition.words.lines import GAP, HEIGHT
from pipeline.recognition.words.reader import STRIDE
from pipeline.recognition.words.scoring import WORD_CLASSES
from training.words.simulate import Line

LEAST_SCORE = -1.2
"""Mean logarithm of the probability a letter, below which an alignment is not believed."""

ONE_HAND = 0.6
"""Share of new lines whose words are sought among those of one sheet first."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A word cut from a real line: its strip, what it says, and whose sheet it is from."""

    word: str
    sheet: str
    strip: NDArray[np.float32]


class Spliced:
    """Lines of real words in new orders; the line of a number is always the same.

    Args:
        pieces: The words.
        count: How many lines there are.
        seed: Source of all chance.

    """

    def __init__(self, pieces: Iterable[Piece], count: int, seed: int) -> None:
        self._by_word: dict[str, list[Piece]] = {}
        for piece in pieces:
            self._by_word.setdefault(piece.word, []).append(piece)
        self._sheets = sorted({piece.sheet for some in self._by_word.values() for piece in some})
        self._count, self._seed = count, seed

    def __len__(self) -> int:
        """Return how many lines there are."""
        return self._count if self._sheets else 0

    def __getitem__(self, index: int) -> Line:
        """Put one line together."""
        rng = np.random.default_rng((self._seed, index))
        for _ in range(50):
            words = _number(rng)
            if all(word in self._by_word for word in words):
                return self._line(words, rng)
        return self._line([str(rng.choice(sorted(self._by_word)))], rng)

    def _line(self, words: Sequence[str], rng: np.random.Generator) -> Line:
        sheet = self._sheets[int(rng.integers(len(self._sheets)))] if rng.random() < ONE_HAND else ""
        strips = []
        for word in words:
            some = self._by_word[word]
            own = [piece for piece in some if piece.sheet == sheet] or some
            strips.append(own[int(rng.integers(len(own)))].strip)
            strips.append(np.zeros((HEIGHT, int(rng.integers(0, GAP + 1))), np.float32))
        return Line(np.hstack(strips[:-1]), "".join(words))


def pieces_of(line: Line, words: Sequence[str], sheet: str, logits: NDArray[np.float64]) -> list[Piece]:
    """Return the words of a real line, cut apart; none where the alignment is not believed.

    Args:
        line: The line.
        words: Its words; together they are its text.
        sheet: Whose it is.
        logits: (frames, classes): what a network reads on it.

    """
    path = aligned(logits, line.text)
    if path is None:
        return []
    ends = np.cumsum([len(word) for word in words])
    found = []
    for word, end in zip(words, ends, strict=True):
        first, last = path[end - len(word)][0], path[end - 1][1]
        before = path[end - len(word) - 1][1] if end > len(word) else -1
        after = path[end][0] if end < len(path) else len(logits)
        left = STRIDE * (before + 1 + first) // 2 if before >= 0 else 0
        right = STRIDE * (last + 1 + after) // 2 if end < len(path) else line.strip.shape[1]
        left, right = max(left, STRIDE * (first - 4)), min(right, STRIDE * (last + 5))
        strip = line.strip[:, max(left, 0) : right]
        if strip.shape[1] >= 2 * STRIDE:
            found.append(Piece(word, sheet, strip))
    return found


def aligned(logits: NDArray[np.float64], text: str) -> list[tuple[int, int]] | None:
    """Return the first and last frame of every letter on the likeliest path; None where none is likely."""
    if not text or any(sign not in WORD_CLASSES for sign in text) or len(logits) < len(text):
        return None
    shifted = logits - logits.max(axis=1, keepdims=True)
    scores = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    signs = np.zeros(2 * len(text) + 1, np.intp)
    signs[1::2] = [WORD_CLASSES.index(sign) for sign in text]
    skips = np.zeros(len(signs), bool)
    skips[3::2] = signs[3::2] != signs[1:-2:2]
    best = np.full(len(signs), -np.inf)
    best[:2] = scores[0, signs[:2]]
    back = np.zeros((len(logits), len(signs)), np.intp)
    for at in range(1, len(logits)):
        stay, step = best, np.append(-np.inf, best[:-1])
        skip = np.where(skips, np.append([-np.inf, -np.inf], best[:-2]), -np.inf)
        options = np.stack([stay, step, skip])
        back[at] = options.argmax(axis=0)
        best = options.max(axis=0) + scores[at, signs]
    state = len(signs) - 1 if best[-1] >= best[-2] else len(signs) - 2
    if best[state] / len(text) < LEAST_SCORE:
        return None
    states = [state]
    for at in range(len(logits) - 1, 0, -1):
        state -= int(back[at, state])
        states.append(state)
    at_frame = np.array(states[::-1])
    places = [np.flatnonzero(at_frame == 2 * letter + 1) for letter in range(len(text))]
    return [(int(place[0]), int(place[-1])) for place in places]


def _number(rng: np.random.Generator) -> list[str]:
    """Draw the words of a number, now and then digit by digit."""
    number = int(rng.integers(0, 1000) if rng.random() < 0.55 else rng.integers(0, 100))
    if rng.random() < 0.1:
        zero = "KOSONG" if rng.random() < 0.4 else "NOL"
        return [zero if sign == "0" else spelt(int(sign)) for sign in str(number).zfill(int(rng.integers(2, 4)))]
    return spelt(number).split()

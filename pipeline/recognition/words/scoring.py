"""Score a line of letter probabilities against every number: exactly, over all spellings of the grammar.

A number is a head and a tail. Heads are passed through their trie from the left, tails through theirs from the right,
and each pair meets after every frame: so a thousand numbers cost no more than their two hundred parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.recognition.words.lexicon import BY_DIGITS, LETTERS, Part, Spelling, lexicon
from pipeline.recognition.words.trie import Trie, passed

BLANK, OTHER = "_", "*"
WORD_CLASSES = BLANK + LETTERS + OTHER
"""Classes of a frame: no letter, the letters of number words, and any other mark."""


@dataclass(frozen=True, slots=True)
class Scores:
    """How well each account explains each of n lines, every line up to a factor of its own.

    Attributes:
        values: (n, 10 ** digits): the likelihood of every number, over all its spellings.
        nothing: (n,): that no letter is written.
        letters: (n,): how many letters the likeliest reading has, without any grammar; its likelihood is 1.
        words: The likeliest number's likeliest words, a line each.

    """

    values: NDArray[np.float64]
    nothing: NDArray[np.float64]
    letters: NDArray[np.intp]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Side:
    """All heads or all tails: their spellings one by one, and which part of a number each says."""

    spellings: tuple[Spelling, ...]
    manners: tuple[str, ...]
    values: NDArray[np.intp]
    weights: NDArray[np.float64]
    trie: Trie
    edges: NDArray[np.intp]  # class of the letter that meets the other side; -1 where nothing is written


@dataclass(frozen=True, slots=True)
class _Grammar:
    """Heads and tails, and which of them make a number together.

    Attributes:
        heads, tails: The two sides.
        weights: (heads, tails): how often officers write so; 0 where the two do not go together.
        numbers: (heads, tails): the number that they make.
        differ: (heads, tails): whether the letters that meet differ.

    """

    heads: _Side
    tails: _Side
    weights: NDArray[np.float64]
    numbers: NDArray[np.intp]
    differ: NDArray[np.bool_]


def score(frames: NDArray[np.float64], digits: int) -> Scores:
    """Score lines.

    Args:
        frames: (n, frames, classes): probabilities of `WORD_CLASSES`, rows summing to 1.
        digits: Of the largest number, 1 to 4.

    """
    frames = frames / frames.max(axis=2, keepdims=True)
    grammar = _grammar(digits)
    joint = _met(frames, grammar)
    count, numbers = 10**digits, grammar.numbers.ravel()
    values = np.zeros((len(joint), count))
    for line, row in zip(joint, values, strict=True):
        row[:] = np.bincount(numbers, line.ravel(), count)
    words = [_words(grammar, line, int(row.argmax())) for line, row in zip(joint, values, strict=True)]
    letters = np.array([_letters(line) for line in frames], np.intp)
    return Scores(values, np.asarray(np.prod(frames[:, :, 0], axis=1)), letters, tuple(words))


def _met(frames: NDArray[np.float64], grammar: _Grammar) -> NDArray[np.float64]:
    """Return the likelihood (n, heads, tails) of every head with every tail, whichever frame they meet after.

    A head ends with its last letter, so what is blank between the two belongs to the tail. Where the same letter would
    meet itself (SERATUS SATU), only a blank can part the two.
    """
    (on, off), tails = passed([(grammar.heads.trie, frames), (grammar.tails.trie, frames[:, ::-1])])
    on[:, 0] = off[:, 0]  # no head: nothing is written yet
    tail_on, tail_off = (side[:, ::-1] for side in tails)
    parted = on.transpose(0, 2, 1) @ tail_off
    touching = on.transpose(0, 2, 1) @ tail_on
    return np.asarray((parted + grammar.differ * touching) * grammar.weights)


def _words(grammar: _Grammar, joint: NDArray[np.float64], value: int) -> str:
    """Return the words of the likeliest spelling of a number, of the likelihoods (heads, tails) of one line."""
    likelihoods = np.where(grammar.numbers == value, joint, -1.0)
    head, tail = np.unravel_index(int(likelihoods.argmax()), likelihoods.shape)
    return " ".join((*grammar.heads.spellings[head].words, *grammar.tails.spellings[tail].words))


def _letters(frames: NDArray[np.float64]) -> int:
    """Return how many letters the likeliest class of every frame spells (frames, classes)."""
    best = frames.argmax(axis=1)
    return int(np.count_nonzero((best != 0) & (best != np.append(-1, best[:-1]))))


@cache
def _grammar(digits: int) -> _Grammar:
    """Return which heads go with which tails."""
    words = lexicon(digits)
    heads, tails = _side(words.heads, reverse=False), _side(words.tails, reverse=True)
    weights = np.array(
        [
            [_share(head, spelling, tail) for tail in zip(tails.manners, tails.values, strict=True)]
            for *head, spelling in zip(heads.manners, heads.values, heads.spellings, strict=True)
        ]
    )
    return _Grammar(
        heads,
        tails,
        weights * heads.weights[:, None] * tails.weights,
        100 * heads.values[:, None] + tails.values,
        (heads.edges[:, None] != tails.edges) | (heads.edges[:, None] < 0),
    )


def _share(head: Sequence[object], spelling: Spelling, tail: tuple[str, int]) -> float:
    """Return how often a number is written in the manner of a head with a tail; 0 where they make none."""
    manner, value = head
    if "digits" in (manner, tail[0]):
        return BY_DIGITS if manner == tail[0] else 0.0
    if tail[0] == "zero":
        return 1.0 if not spelling.words else 0.0
    return 1.0 if value or tail[1] else 0.0


def _side(parts: Sequence[Part], *, reverse: bool) -> _Side:
    """Lay the spellings of some parts into a trie; tails are read from their ends."""
    spellings = [(part, spelling) for part in parts for spelling in part.spellings]
    letters = [spelling.letters[::-1] if reverse else spelling.letters for _, spelling in spellings]
    return _Side(
        tuple(spelling for _, spelling in spellings),
        tuple(part.manner for part, _ in spellings),
        np.array([part.value for part, _ in spellings], np.intp),
        np.array([spelling.weight for _, spelling in spellings]),
        Trie.of(letters, WORD_CLASSES),
        np.array([WORD_CLASSES.index(text[-1]) if text else -1 for text in letters], np.intp),
    )

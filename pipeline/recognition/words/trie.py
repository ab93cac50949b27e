"""A lexicon as a trie, through which a line of letter probabilities is passed once, frame by frame.

This is the forward pass of connectionist temporal classification (Graves et al. 2006) over all spellings together:
spellings that begin alike share their beginnings. Slips of the pen that no list holds are allowed for: a letter may be
left out, at a price.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Passed = tuple[NDArray[np.float64], NDArray[np.float64]]
"""What comes out of a trie; see `passed`."""

LEFT_OUT = 2e-3
"""Price of a letter that was left out, or that the reader did not see."""


@dataclass(frozen=True, slots=True)
class Trie:
    """Spellings sharing their beginnings; state 0 is the root, parents come before their children.

    Attributes:
        letters: (states,): index of each state's letter among the classes; that of the root means nothing.
        parents: (states,): the state before each.
        ends: (spellings,): the state in which each spelling ends.

    """

    letters: NDArray[np.intp]
    parents: NDArray[np.intp]
    ends: NDArray[np.intp]

    @staticmethod
    def of(spellings: Sequence[str], classes: str) -> "Trie":
        """Build the trie of some spellings over an alphabet."""
        children: dict[tuple[int, str], int] = {}
        letters, parents, ends = [0], [0], []
        for spelling in spellings:
            state = 0
            for letter in spelling:
                if (state, letter) not in children:
                    children[state, letter] = len(letters)
                    letters.append(classes.index(letter))
                    parents.append(state)
                state = children[state, letter]
            ends.append(state)
        return Trie(np.array(letters), np.array(parents), np.array(ends))

    def sources(self) -> tuple[NDArray[np.intp], NDArray[np.bool_], NDArray[np.intp]]:
        """Return from where each state (states,) is reached: its parent, only once that was lifted, and past a letter.

        A letter like the one before it needs a frame of no letter between. A letter may be left out where the state
        before the parent says another one; -1 elsewhere.
        """
        before, below = self.parents[self.parents], self.parents > 0
        lifted = below & (self.letters == self.letters[self.parents])
        may = below & (self.letters != self.letters[before])
        return self.parents, lifted, np.where(may, before, -1)


def passed(sides: Sequence[tuple[Trie, NDArray[np.float64]]]) -> list[Passed]:
    """Pass lines through tries, all side by side.

    Args:
        sides: Each a trie and (n, frames, classes): probabilities of the classes, the first of which is "no letter",
            each frame up to a factor of its own. Lines, frames and classes are as many on every side.

    Returns:
        Of every side two arrays (n, frames + 1, spellings): after so many frames, the probability that each spelling
        has been written and its last letter is still under the pen; and the same with a frame of no letter behind it.
        Before the first frame only the empty spelling is written, and counts as the second.

    """
    count, length, classes = sides[0][1].shape
    bounds = np.cumsum([0, *(len(trie.letters) for trie, _ in sides)])
    states = int(bounds[-1])
    reached, past, letters, blanks = _laid_side_by_side([trie for trie, _ in sides], bounds, classes)
    # A row of zeros behind the classes: nothing is written in a root. Both arrays of states have one, too.
    by_frame = np.zeros((length, len(sides) * classes + 1, count))
    by_frame[:, :-1] = np.concatenate([frames.transpose(1, 2, 0) for _, frames in sides], axis=1)
    lifted = np.zeros((2 * states + 1, count))  # with the pen up or down, then with it up
    both, off = lifted[:states], lifted[states:-1]
    on, came, other = np.zeros((3, states, count))
    both[bounds[:-1]] = off[bounds[:-1]] = 1.0
    used = np.unique(np.concatenate([trie.ends + start for (trie, _), start in zip(sides, bounds, strict=False)]))
    kept_on, kept_off = np.zeros((2, length + 1, len(used), count))
    kept_off[0] = off[used]
    for at in range(length):
        lifted.take(reached, axis=0, out=came, mode="clip")
        lifted.take(past, axis=0, out=other, mode="clip")
        other *= LEFT_OUT
        on += came
        on += other
        by_frame[at].take(letters, axis=0, out=other, mode="clip")
        on *= other
        by_frame[at].take(blanks, axis=0, out=other, mode="clip")
        np.multiply(both, other, out=off)
        np.add(on, off, out=both)
        on.take(used, axis=0, out=kept_on[at + 1], mode="clip")
        off.take(used, axis=0, out=kept_off[at + 1], mode="clip")
    places = [np.searchsorted(used, trie.ends + start) for (trie, _), start in zip(sides, bounds, strict=False)]
    return [(kept_on[:, place].transpose(2, 0, 1), kept_off[:, place].transpose(2, 0, 1)) for place in places]


def _laid_side_by_side(tries: Sequence[Trie], bounds: NDArray[np.intp], classes: int) -> tuple[NDArray[np.intp], ...]:
    """Return the rows from which each state of some tries is reached, as `passed` keeps them, its letter and none."""
    states = int(bounds[-1])
    reached, past, letters, blanks = [], [], [], []
    for side, (trie, start) in enumerate(zip(tries, bounds, strict=False)):
        parents, lifted, before = trie.sources()
        reached.append(start + parents + states * lifted)
        past.append(np.where(before < 0, 2 * states, start + before))
        letters.append(trie.letters + side * classes)
        letters[-1][0] = len(tries) * classes
        blanks.append(np.full(len(parents), side * classes))
    return tuple(np.concatenate(rows) for rows in (reached, past, letters, blanks))

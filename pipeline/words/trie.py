"""A lexicon as a trie, through which a line of letter probabilities is passed once, frame by frame.

This is the forward pass of connectionist temporal classification (Graves et al. 2006) over all spellings together:
spellings that begin alike share their beginnings. Slips of the pen that no list holds are allowed for: a letter may be
left out, at a price.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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

    def passed(self, frames: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Pass lines through the trie.

        Args:
            frames: (n, frames, classes): probabilities of the classes, the first of which is "no letter", each frame
                up to a factor of its own.

        Returns:
            Two arrays (n, frames + 1, spellings): after so many frames, the probability that each spelling has been
            written and its last letter is still under the pen; and the same with a frame of no letter behind it.
            Before the first frame only the empty spelling is written, and counts as the second.

        """
        count, length, _ = frames.shape
        used = np.unique(self.ends)
        by_frame = np.ascontiguousarray(frames.transpose(1, 2, 0))
        same, skipped = self._exceptions()
        states = len(self.letters)
        # One row more than states: nothing is ever written there, and nothing comes from it.
        on, off, both, came, other, emitted = np.zeros((6, states + 1, count))
        off[0] = 1.0
        kept_on, kept_off = np.zeros((2, length + 1, len(used), count))
        kept_off[0] = off[used]
        for at in range(length):
            np.add(on, off, out=both)
            np.take(both, self.parents, axis=0, out=came[:-1])
            came[same] -= on[self.parents[same]]
            np.take(both, skipped, axis=0, out=other[:-1])
            other *= LEFT_OUT
            came += other
            on += came
            np.take(by_frame[at], self.letters, axis=0, out=emitted[:-1])
            emitted[0] = 0.0
            on *= emitted
            np.multiply(both, by_frame[at, 0], out=off)
            kept_on[at + 1], kept_off[at + 1] = on[used], off[used]
        place = np.searchsorted(used, self.ends)
        return kept_on[:, place].transpose(2, 0, 1), kept_off[:, place].transpose(2, 0, 1)

    def _exceptions(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return which states have their parent's letter, and from where each is reached past a letter left out.

        That is the state before its parent; the empty last row where no letter may be left out.
        """
        before = self.parents[self.parents]
        same = np.flatnonzero((self.letters == self.letters[self.parents]) & (self.parents > 0))
        may = (self.parents > 0) & (self.letters != self.letters[before])
        return same, np.where(may, before, len(self.letters))

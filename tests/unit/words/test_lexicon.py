"""The grammar of number words: every number has its usual words, and no two numbers share a spelling."""

from collections import Counter

import pytest

from pipeline.recognition.words.lexicon import LETTERS, lexicon, spelt
from training.pages.words import in_words


def test_every_number_is_spelt_as_the_simulator_writes_it() -> None:
    assert [spelt(number) for number in range(10_000)] == [in_words(number) for number in range(10_000)]


def test_spellings_are_made_of_the_letters_of_the_network() -> None:
    words = lexicon(4)
    for part in (*words.heads, *words.tails):
        assert all(set(spelling.letters) <= set(LETTERS) for spelling in part.spellings)
        assert all(0.0 < spelling.weight <= 1.0 for spelling in part.spellings)


def test_no_usual_spelling_means_two_tails() -> None:
    tails = Counter(part.spellings[0].letters for part in lexicon(3).tails)
    assert all(count == 1 for letters, count in tails.items() if letters)


@pytest.mark.parametrize("digits", [0, 5])
def test_numbers_without_words_here_are_refused(digits: int) -> None:
    with pytest.raises(ValueError, match="1 to 4 digits"):
        lexicon(digits)

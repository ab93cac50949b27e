"""Lines of letters against the grammar: exactly, in any manner of writing, and with what is no number left out."""

import numpy as np
import pytest

from pipeline.recognition.words.evidence import without_pauses, words_evidence
from pipeline.recognition.words.lexicon import spelt
from pipeline.recognition.words.scoring import OTHER, WORD_CLASSES, score
from pipeline.recognition.words.trie import Trie, passed
from tests.unit.words.letters import frames_of

MANNERS = [
    ("SERATUS TIGA PULUH TUJUH", 137),
    ("LIMAPULUH", 50),
    ("TUJUH LIMA", 75),
    ("NOL SATU TUJUH", 17),
    ("SERATUS NOL TIGA", 103),
    ("DUA SATU SATU", 211),
    ("KOSONG", 0),
    ("NIHIL", 0),
    ("KOSONG KOSONG TUJUH", 7),
    ("SATU RATUS SATU", 101),
    ("DLAPAN BELAS", 18),
    ("SEMBLAN PULUH", 90),
]


@pytest.mark.parametrize(("text", "value"), MANNERS)
def test_numbers_are_read_in_every_manner_of_writing(text: str, value: int) -> None:
    said = words_evidence([frames_of(text)], 3)[0]
    assert said.statement().best[0] == value
    assert said.values.sum() + said.nothing + said.other == pytest.approx(1.0)
    assert said.statement().text == said.text


@pytest.mark.parametrize("number", [0, 1, 10, 11, 19, 20, 99, 100, 101, 111, 666, 999])
def test_usual_words_are_read_surely(number: int) -> None:
    assert words_evidence([frames_of(spelt(number))], 3)[0].values[number] > 0.95


def test_beyond_a_thousand_where_the_number_has_four_boxes() -> None:
    assert words_evidence([frames_of("SERIBU DUA RATUS LIMA")], 4)[0].values.argmax() == 1205


def test_the_text_is_that_of_the_likeliest_number() -> None:
    assert words_evidence([frames_of("DUARATUSLIMA")], 3)[0].text == "DUA RATUS LIMA"


def test_nothing_written_and_no_number_are_silence() -> None:
    nothing, strange = words_evidence([np.zeros((0, len(WORD_CLASSES))), frames_of(OTHER * 3)], 3)
    assert nothing.nothing > 0.99
    assert strange.other > 0.9
    assert nothing.statement().best[0] is None
    assert strange.statement().best[0] is None


def test_the_same_letter_twice_needs_a_blank_between() -> None:
    joined = np.delete(frames_of("SERATUS SATU", 0.999), [27, 28], axis=0)  # the blanks between the two S
    assert score(joined[None], 3).values[0, 101] < score(frames_of("SERATUS SATU", 0.999)[None], 3).values[0, 101]


def test_lines_together_are_scored_as_one_by_one() -> None:
    texts = ["ENAM", "SERATUS TUJUH PULUH"]
    together = words_evidence([frames_of(text) for text in texts], 3)
    for text, said in zip(texts, together, strict=True):
        assert said.values == pytest.approx(words_evidence([frames_of(text)], 3)[0].values)


def test_a_longer_pause_says_nothing_more() -> None:
    frames = frames_of("SERATUS TUJUH PULUH", 0.99)
    pause = np.zeros((1, frames.shape[1]))
    pause[0, 0] = 1.0
    once, long = (np.insert(frames, [20] * count, pause, axis=0) for count in (1, 30))
    assert len(without_pauses(long)) == len(without_pauses(once))
    assert words_evidence([long], 3)[0].values == pytest.approx(words_evidence([once], 3)[0].values)
    assert score(long[None], 3).values == pytest.approx(score(once[None], 3).values)


def test_tries_side_by_side_are_passed_as_one_by_one() -> None:
    frames = np.random.default_rng(2).dirichlet(np.ones(3), (2, 9))  # classes "_", "A", "B"
    sides = [(Trie.of(["AB", "ABB", ""], "_AB"), frames), (Trie.of(["BA", "AAB"], "_AB"), frames[:, ::-1])]
    for (trie, line), together in zip(sides, passed(sides), strict=True):
        for alone, beside in zip(passed([(trie, line)])[0], together, strict=True):
            np.testing.assert_allclose(beside, alone)


def test_a_trie_gives_the_probability_of_connectionist_temporal_classification(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipeline.recognition.words.trie.LEFT_OUT", 0.0)
    rng = np.random.default_rng(1)
    frames = rng.dirichlet(np.ones(3), 4)  # classes "_", "A", "B"
    on, off = passed([(Trie.of(["AB"], "_AB"), frames[None])])[0]
    total = 0.0
    for path in np.ndindex(3, 3, 3, 3):
        merged = [sign for at, sign in enumerate(path) if at == 0 or sign != path[at - 1]]
        if [sign for sign in merged if sign] == [1, 2]:
            total += float(np.prod(frames[np.arange(4), path]))
    assert float(on[0, -1, 0] + off[0, -1, 0]) == pytest.approx(total)

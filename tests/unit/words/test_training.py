"""Training the reader of words: drawn lines, batches, words cut from lines, and a run that can be stopped."""

from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.errors import UsageError
from pipeline.recognition.words.lines import HEIGHT
from pipeline.recognition.words.scoring import WORD_CLASSES
from tests import ROOT
from training.words.batches import batch_of, disturbed, draw, known
from training.words.config import WordsConfig, load_words_config
from training.words.evaluate import calibration_of, evidence_from_logits, judge
from training.words.folds import FOLDS, fold_of
from training.words.pool import Pool, simulated
from training.words.simulate import Line, Place, set_in
from training.words.splice import Spliced, aligned, pieces_of
from training.words.train import load_run, predict, run

CONFIGS = ROOT / "training" / "configs"


@pytest.fixture(scope="module")
def pool() -> Pool:
    return simulated(7, range(24))


def test_drawn_lines_are_the_same_again_and_survive_their_file(pool: Pool, tmp_path: Path) -> None:
    assert simulated(7, range(24)).sha256 == pool.sha256
    pool.save(tmp_path / "pool.npz")
    assert Pool.load(tmp_path / "pool.npz").sha256 == pool.sha256
    assert all(pool[i].strip.shape[0] == HEIGHT for i in range(len(pool)))
    with pytest.raises(IndexError):
        pool[len(pool)]


@pytest.mark.parametrize("rows", [1, 3, 5])
def test_drawn_words_stay_in_their_place_so_that_their_label_is_true(rows: int) -> None:
    """Rows as long as two places and places barely as high as their rows: what runs out would be taught as read."""
    word = [np.array([[0.0, 0.0], [12.0, 1.0]]), np.array([[0.0, 1.0], [12.0, 0.0]])]
    for seed in range(200):
        letter = 20.0 + seed % 5
        place = Place(width=160, height=round(rows * 1.35 * letter) + 12, margin=6, density=2.0, letter=letter)
        points = np.concatenate([p for row in set_in([word] * rows, place, np.random.default_rng(seed)) for p in row])
        assert points.min() >= -0.34 * letter
        assert (points.max(axis=0) - (place.width, place.height)).max() <= 0.34 * letter


def test_a_batch_holds_every_letter_and_whole_frames(pool: Pool) -> None:
    batch = draw({"drawn": (pool, 1.0)}, 4, np.random.default_rng(1), 1.0)
    assert batch.ink.shape[0] == 4
    assert batch.ink.shape[2] % 4 == 0
    assert batch.lengths.sum() == len(batch.labels)
    assert (batch.frames * 4 <= batch.ink.shape[2]).all()
    assert known("ENAM?") == "ENAM*"


def test_disturbing_changes_the_strip_but_not_what_it_says(pool: Pool) -> None:
    line = next(pool[i] for i in range(len(pool)) if pool[i].strip.shape[1] > 60)
    changed = disturbed(line, np.random.default_rng(2), 1.0)
    assert changed.text == line.text
    assert changed.strip.shape[0] == HEIGHT
    assert disturbed(line, np.random.default_rng(2), 0.0) is line


def test_words_are_cut_where_their_letters_are_read() -> None:
    logits = np.full((20, len(WORD_CLASSES)), -6.0)
    logits[:, 0] = 0.0
    for frame, letter in zip((2, 4, 6, 8, 12, 14, 16), "DUALIMA"[:7], strict=False):
        logits[frame, 0], logits[frame, WORD_CLASSES.index(letter)] = -6.0, 4.0
    line = Line(np.random.default_rng(0).random((HEIGHT, 80), np.float32), "DUALIMA")
    assert aligned(logits, "DUALIMA") is not None
    pieces = pieces_of(line, ["DUA", "LIMA"], "sheet", logits)
    assert [piece.word for piece in pieces] == ["DUA", "LIMA"]
    assert sum(piece.strip.shape[1] for piece in pieces) <= 80
    assert pieces_of(line, ["TIGA"], "sheet", np.zeros((2, len(WORD_CLASSES)))) == []
    spliced = Spliced(pieces, 5, seed=1)
    assert len(spliced) == 5
    assert np.array_equal(spliced[3].strip, spliced[3].strip)
    assert set(spliced[0].text) <= set("DUALIMA")


def test_a_run_that_was_stopped_equals_one_that_was_not(pool: Pool, tmp_path: Path) -> None:
    config = WordsConfig(name="tiny", width=4, steps=4, batch=4, check_every=2, simulated=24)
    whole = run(config, {"drawn": (pool, 1.0)}, tmp_path / "whole", log=lambda _: None)

    class StoppedError(Exception):
        pass

    def stop(line: str) -> None:
        if line.startswith("step 2/"):
            raise StoppedError

    with pytest.raises(StoppedError):
        run(config, {"drawn": (pool, 1.0)}, tmp_path / "parts", log=stop)
    parts = run(config, {"drawn": (pool, 1.0)}, tmp_path / "parts", resume=True, log=lambda _: None)
    for one, other in zip(whole.state_dict().values(), parts.state_dict().values(), strict=True):
        assert torch.equal(one, other)
    strips = [pool[i].strip for i in range(4)]
    again = load_run(tmp_path / "whole")
    for one, other in zip(predict(whole, strips), predict(again, strips), strict=True):
        assert np.allclose(one, other, atol=1e-5)
    with pytest.raises(UsageError, match="training_cannot_resume"):
        run(config.model_copy(update={"steps": 5}), {"drawn": (pool, 1.0)}, tmp_path / "parts", resume=True)


def test_the_configurations_are_sound_and_unknown_keys_are_errors(tmp_path: Path) -> None:
    for file in CONFIGS.glob("words-*.yaml"):
        assert load_words_config(file).name == file.stem
    (tmp_path / "odd.yaml").write_text("name: odd\nstepps: 3\n", encoding="utf-8")
    with pytest.raises(UsageError, match="training_config"):
        load_words_config(tmp_path / "odd.yaml")


def test_folds_are_of_sheets() -> None:
    assert {fold_of(f"sheet {i}") for i in range(60)} == set(range(FOLDS))


def test_nothing_is_right_of_no_lines() -> None:
    assert judge([], evidence_from_logits([], [], calibration_of(1.0, 1e-3, "none"))).written == 0
    assert batch_of([Line(np.zeros((HEIGHT, 0), np.float32), "")]).ink.shape == (1, HEIGHT, 8)

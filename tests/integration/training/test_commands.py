"""One command line for researchers: what is trained or judged comes first, and is the digits where it is left out."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="training needs the extra `train`")

import training.recipes.words
from api.cli import research
from api.cli.train import TRAINED
from models.package import default_package
from tests.support.command import chasil
from training import recipes
from training.digits import report
from training.evaluation import looks
from training.proof import real_pages
from training.words import real
from training.words.evaluate import Score

Capture = pytest.CaptureFixture[str]


def test_there_is_a_recipe_for_everything_that_can_be_trained_and_no_other() -> None:
    files = {file.stem for file in Path(str(recipes.__file__)).parent.glob("*.py")}
    assert set(TRAINED) == files - {"__init__", "request"}


def test_nothing_is_run_behind_the_command() -> None:
    root = Path(str(recipes.__file__)).parents[2]
    assert not [file for file in (root / "training").rglob("*.py") if "__main__" in file.read_text(encoding="utf-8")]
    named = [
        *root.glob("*.md"),
        *(file for place in ("docs", "training", "pipeline", "api") for file in (root / place).rglob("*")),
    ]
    texts = [file for file in named if file.suffix in {".md", ".py", ".yaml"}]
    assert not [file for file in texts if "-m training" in file.read_text(encoding="utf-8")]


@pytest.mark.parametrize("named", [("digits",), ()])
def test_digits_are_meant_where_nothing_is_named(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: tuple[str, ...]
) -> None:
    asked: list[Any] = []

    def judge(package: Any, data: Path, out: Path, *, peers: bool) -> Path:
        asked.append((package.id, data, peers))
        return out

    monkeypatch.setattr(report, "evaluate", judge)
    champion = default_package("digits").name
    run = chasil(capsys, "evaluate", *named, champion, "--data", tmp_path, "--peers")
    assert (run.code, asked) == (0, [(champion, tmp_path, True)])
    # Options may come first, as they could before there were names.
    run = chasil(capsys, "train", *named, "--resume", "--data", tmp_path, tmp_path / "none.yaml")
    assert run.code == 2
    assert "file_missing" in run.err


@pytest.mark.parametrize("asked", [("train", "tallies", "none.yaml"), ("evaluate", "realism", ".")])
def test_without_torch_the_command_says_what_to_install(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...]
) -> None:
    monkeypatch.setattr(research, "find_spec", lambda module: None if module == "torch" else object())
    run = chasil(capsys, *asked)
    assert (run.code, "training_needs_extra" in run.err, "chasil[train]" in run.err) == (2, True, True)


def test_pages_are_judged_and_what_is_asked_wrongly_is_told(capsys: Capture, little_shared: Path) -> None:
    run = chasil(capsys, "evaluate", "pages", little_shared, "--without", "words", "--without", "tally", "--wrong")
    assert run.code == 0, run.err
    assert "| c-hasil-ppwp-2024 2 | 2 of 2" in run.out
    assert "test part" not in run.out
    for option, value in (("--part", "tset"), ("--without", "rumours")):
        run = chasil(capsys, "evaluate", "pages", little_shared, option, value)
        assert (run.code, "evaluation_option" in run.err, value in run.err) == (2, True, True)


def test_a_look_at_the_test_part_is_written_down(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, little_shared: Path
) -> None:
    noted: list[tuple[str, str, str]] = []

    def note(*look: str) -> str:
        noted.append((look[0], look[1], look[2]))
        return "noted"

    monkeypatch.setattr(real_pages, "note_look", note)
    monkeypatch.setattr(real_pages, "shows_the_test_part", lambda _files: True)
    run = chasil(capsys, "evaluate", "pages", little_shared, "--part", "all")
    assert run.out.splitlines()[-1] == "noted"
    ((judged, command, seen),) = noted
    assert judged.split(", ") == [default_package(kind).name for kind in ("digits", "bubbles", "tallies", "words")]
    assert command == "chasil evaluate pages --part all"
    assert seen.startswith("2 pages, of them of the test part 0; 6 of 6 numbers right")


def test_judging_words_in_folds_looks_at_the_test_part(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    noted: list[str] = []
    score = Score(written=3, right=2, wrong=["page.jpg paslon_1: DUA, read TIGA"])
    monkeypatch.setattr(training.recipes.words, "judge_folds", lambda *_: score)

    def note(*look: str) -> str:
        noted.extend(look)
        return "noted"

    monkeypatch.setattr(looks, "note_look", note)
    run = chasil(capsys, "evaluate", "words", "words-v1-folds.yaml", "--data", tmp_path)
    assert run.code == 0, run.err
    assert "read TIGA" in run.out
    assert "value right: 2 of 3" in noted[2]


def test_a_package_for_words_is_judged_by_the_part_that_is_asked_for(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, little_shared: Path, tmp_path: Path
) -> None:
    noted: list[str] = []

    def note(*look: str) -> str:
        noted.extend(look[:2])
        return "noted"

    monkeypatch.setattr(looks, "note_look", note)
    monkeypatch.setattr(real, "processes", lambda _jobs: ThreadPoolExecutor(1))
    champion, out = default_package("words").name, tmp_path / "runs" / "judged"
    for part, places in (("calibrate", 3), ("learnt", 6), ("test", 0)):
        run = chasil(capsys, "evaluate", "words", champion, "--data", little_shared, "--out", out, "--part", part)
        assert run.code == 0, run.err
        assert f" of {places} " in next(line for line in run.out.splitlines() if line.startswith("value right"))
        assert bool(noted) is (part == "test")
    assert noted == [champion, f"chasil evaluate words {champion} --part test"]


def test_documents_are_judged(capsys: Capture, samples: Path) -> None:
    run = chasil(capsys, "evaluate", "documents", samples)
    assert run.code == 0, run.err
    assert "2 documents" in run.out
    assert "+ words" in run.out


def test_each_witness_is_judged_by_itself(capsys: Capture, samples: Path) -> None:
    run = chasil(capsys, "evaluate", "bubbles", default_package("bubbles").name, samples, "--windows", 1)
    assert run.code == 0, run.err
    assert "bubble columns" in run.out
    assert "tally" not in run.out
    run = chasil(capsys, "evaluate", "tallies", default_package("tallies").name)
    assert (run.code, "evaluation_nothing" in run.err) == (2, True)


def test_simulated_boxes_are_compared_with_real_ones(capsys: Capture, little_data: Path, tmp_path: Path) -> None:
    run = chasil(capsys, "evaluate", "realism", little_data / "digits-2024", "--picture", tmp_path / "both.png")
    assert run.code == 0, run.err
    assert "AUC 0." in run.out
    assert (tmp_path / "both.png").is_file()


def test_prints_are_made_of_the_forms_that_are_asked_for(capsys: Capture, little_shared: Path, tmp_path: Path) -> None:
    run = chasil(capsys, "forms", "prints", little_shared, "--only", "no such form", "--out", tmp_path)
    assert (run.code, run.out, list(tmp_path.iterdir())) == (0, "", [])

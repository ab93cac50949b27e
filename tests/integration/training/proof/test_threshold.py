"""The threshold keeps to its budget, is not outvoted by what is drawn, and says what it has not shown."""

import json
import shutil
from pathlib import Path

import pytest

from models.package import default_package, load_package
from tests.support.command import chasil
from training.proof.threshold import Candidate, choose


def drawn(count: int, confidence: float, *, right: bool = True) -> list[Candidate]:
    return [Candidate("simulated", False, f"{number}", right, confidence) for number in range(count)]


def real(count: int, confidence: float, *, right: bool = True) -> list[Candidate]:
    return [Candidate("real, calibrate", True, f"{number}", right, confidence) for number in range(count)]


def test_as_much_is_accepted_as_the_budget_allows() -> None:
    choice = choose([*drawn(3000, 0.999), *drawn(3000, 0.99), *drawn(40, 0.5, right=False)], budget=0.001)
    assert choice.threshold == 0.99
    assert choice.counts == (("simulated", 6000, 0), ("all", 6000, 0))
    assert choice.shown
    assert choice.bound == pytest.approx(3 / 6000, rel=0.01)


def test_an_error_on_a_real_page_is_not_outvoted_by_drawn_ones() -> None:
    candidates = [*drawn(50_000, 0.99), *real(100, 0.9999), *real(1, 0.995, right=False)]
    choice = choose(candidates, budget=0.001)
    assert choice.threshold > 0.995
    assert choice.counts == (("simulated", 0, 0), ("real, calibrate", 100, 0), ("all", 100, 0))
    as_drawn = [*drawn(50_000, 0.99), *real(100, 0.9999), *drawn(1, 0.995, right=False)]
    assert choose(as_drawn, budget=0.001).threshold == 0.99


def test_too_few_numbers_say_how_many_it_takes() -> None:
    choice = choose(drawn(100, 0.999), budget=1e-4)
    assert not choice.shown
    assert "29956 accepted numbers without a wrong one are needed" in "\n".join(choice.lines())


def test_the_command_keeps_the_threshold_with_the_model(
    capsys: pytest.CaptureFixture[str], samples: Path, tmp_path: Path
) -> None:
    own = shutil.copytree(default_package("digits"), tmp_path / "digits-own")
    before = load_package(own).description.thresholds
    run = chasil(capsys, "evaluate", "threshold", samples, "--budget", 0.5, "--package", own, "--store", "--jobs", 1)
    assert run.code == 0, run.err
    said = " ".join(run.out.split())
    kept = load_package(own).description.thresholds
    assert (kept.error_budget, kept.box, kept.chosen) == (0.5, before.box, before.chosen)
    assert f"threshold {kept.number:.8f}: {kept.number_chosen}" in said
    stored = json.loads((own / "model.json").read_text(encoding="utf-8"))["thresholds"]
    assert stored["number_chosen"] == kept.number_chosen
    assert "the budget is 0.5" in kept.number_chosen

"""Every model is trained by one command, from its configuration; stopped and resumed it comes out the same."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel, ValidationError

from tests import ROOT

pytest.importorskip("torch", reason="training needs the extra `train`")

from models.package import load_package
from pipeline.errors import UsageError
from pipeline.recognition.trust import TRUST_FILE
from pipeline.registration.verification import CALIBRATION_FILE
from tests.support.command import Run, chasil
from training.recipes import recipe_of
from training.recipes.request import STATE, Request
from training.recipes.trust import TrustConfig
from training.registration.config import PagesConfig
from training.runs.settings import read_settings
from training.witnesses.config import BubblesConfig, TalliesConfig

CONFIGS = ROOT / "training" / "configs"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*has no meaning:UserWarning", "ignore::DeprecationWarning"),
]

DIGITS = """
name: tiny
network: {design: plain, width: 4, size: 28, dropout: 0.2}
data: {crops_share: 0.5, mnist_share: 0.2, writers_share: 0.1, simulated_share: 0.2, outliers_share: 0}
steps: 6
batch: 8
warmup: 2
workers: 0
check_every: 2
"""

BUBBLES = """
name: tiny
pages: {drawn: [{seed: 1, count: 1}]}
calibration: {drawn: [{seed: 2, count: 1}]}
learning: {steps: 6, batch: 16}
check_every: 2
"""

TALLIES = """
name: tiny
pages: {drawn: [{seed: 1, count: 1}]}
calibration: {drawn: [{seed: 2, count: 1}]}
learning: {steps: 6, batch: 16, beside_steps: 6}
real:
  steps: 6
  practice: {drawn: [{seed: 1, count: 1}]}
  calibration: {drawn: [{seed: 2, count: 1}]}
check_every: 2
"""

WORDS = """
name: tiny
width: 4
simulated: 12
simulated_share: 0.5
real_share: 0.5
steps: 6
batch: 4
warmup: 2
check_every: 2
"""

PAGES = "{name: tiny, simulated: 1, strangers: 1, jobs: 1}"
TRUST = "{name: tiny, jobs: 1}"


class PowerFailError(Exception):
    """The power fails."""


def fail_at(mark: str, said: list[str]) -> None:
    """Let the power fail when a line with this mark has been said."""
    if any(line.startswith(mark) for line in said):
        raise PowerFailError


def request(config: Path, data: Path, out: Path, *, mark: str | None = None) -> Request:
    """Return what is asked for: resumed, and stopped at a mark if one is given."""

    def say(line: str) -> None:
        if mark is not None:
            fail_at(mark, [line])

    return Request(config, data, out, resume=True, log=say)


def trained(capsys: pytest.CaptureFixture[str], name: str, config: str, data: Path, folder: Path) -> tuple[Path, Run]:
    """Run the command to its end in `folder`/whole; return the configuration's file and the run."""
    file = folder / "tiny.yaml"
    file.write_text(config, encoding="utf-8")
    run = chasil(capsys, "train", name, file, "--data", data, "--out", folder / "whole")
    assert run.code == 0, run.err
    return file, run


def assert_resumes(name: str, file: Path, data: Path, folder: Path, marks: Sequence[str]) -> None:
    """Stop a run at each mark and go on with it; its weights are those of the run that was not stopped."""
    for mark in marks:
        with pytest.raises(PowerFailError):
            recipe_of(name)(request(file, data, folder / "parts", mark=mark))
    package = load_package(recipe_of(name)(request(file, data, folder / "parts")))
    whole = load_package(folder / "whole" / "package")
    assert package.weights() == whole.weights()
    assert package.description.calibration == whole.description.calibration
    assert package.description.training_data == whole.description.training_data


def test_digits(capsys: pytest.CaptureFixture[str], little_data: Path, tmp_path: Path) -> None:
    file, run = trained(capsys, "digits", DIGITS, little_data, tmp_path)
    package = load_package(tmp_path / "whole" / "package")
    assert run.out.splitlines()[-1] == f"{package.path}  {package.sha256[:16]}"
    assert_resumes("digits", file, little_data, tmp_path, ["step 4/6"])


def test_bubbles(capsys: pytest.CaptureFixture[str], little_data: Path, tmp_path: Path) -> None:
    file, _ = trained(capsys, "bubbles", BUBBLES, little_data, tmp_path)
    assert_resumes("bubbles", file, little_data, tmp_path, ["single: step 4/6"])
    # The same weights may be calibrated again, on other pages.
    again = tmp_path / "again.yaml"
    start = f"name: again\nstart: {tmp_path / 'whole' / 'package'}\ncalibration: {{drawn: [{{seed: 1, count: 1}}]}}\n"
    again.write_text(start, encoding="utf-8")
    run = chasil(capsys, "train", "bubbles", again, "--out", tmp_path / "again")
    first, second = (load_package(tmp_path / name / "package") for name in ("whole", "again"))
    assert (run.code, second.id) == (0, "again")
    assert second.weights() == first.weights()
    assert second.description.training_data["simulated"] == first.description.training_data["simulated"]
    assert second.description.calibration != first.description.calibration


def test_bubbles_of_real_pages_too(capsys: pytest.CaptureFixture[str], little_shared: Path, tmp_path: Path) -> None:
    file, _ = trained(capsys, "bubbles", BUBBLES + "real: {covered: 0.2}\n", little_shared, tmp_path)
    package = load_package(tmp_path / "whole" / "package")
    assert set(package.description.training_data) == {"real", "practice", "calibration"}
    assert_resumes("bubbles", file, little_shared, tmp_path, ["single: step 2/6"])


def test_tallies(capsys: pytest.CaptureFixture[str], little_shared: Path, tmp_path: Path) -> None:
    file, _ = trained(capsys, "tallies", TALLIES, little_shared, tmp_path)
    whole = tmp_path / "whole"
    drawn, package = load_package(whole / "drawn"), load_package(whole / "package")
    assert (drawn.id, package.id) == ("tiny-drawn", "tiny")
    assert drawn.weights() != package.weights()
    assert "real pages" in package.description.calibration.fitted_on
    marks = ["single: step 2/6", "beside: step 4/6", "real: step 2/6"]
    assert_resumes("tallies", file, little_shared, tmp_path, marks)


def test_words(capsys: pytest.CaptureFixture[str], little_shared: Path, tmp_path: Path) -> None:
    file, _ = trained(capsys, "words", WORDS, little_shared, tmp_path)
    assert_resumes("words", file, little_shared, tmp_path, ["step 2/6"])


@pytest.mark.parametrize(
    ("name", "config", "journal", "made"),
    [
        ("pages", PAGES, "examples.jsonl", CALIBRATION_FILE),
        ("trust", TRUST, "statements.jsonl", TRUST_FILE),
    ],
)
def test_what_is_fitted_is_written_where_the_run_is_and_resumes(
    capsys: pytest.CaptureFixture[str],
    little_shared: Path,
    tmp_path: Path,
    name: str,
    config: str,
    journal: str,
    made: Path,
) -> None:
    used = made.read_bytes()
    file, run = trained(capsys, name, config, little_shared, tmp_path)
    found = tmp_path / "whole" / made.name
    assert run.out.splitlines()[-1] == str(found)
    assert made.read_bytes() == used  # a run changes nothing that reads
    whole, kept = found.read_bytes(), tmp_path / "whole" / STATE / journal
    assert json.loads(whole).keys() == json.loads(used).keys()
    # The power fails while the last task is written down.
    *lines, last = kept.read_bytes().splitlines(keepends=True)
    kept.write_bytes(b"".join(lines) + last[: len(last) // 2])
    found.unlink()
    recipe_of(name)(request(file, little_shared, tmp_path / "whole"))
    assert found.read_bytes() == whole
    assert kept.read_bytes() == b"".join([*lines, last])


def test_a_run_that_does_not_resume_begins_anew_and_other_settings_do_not_go_on(
    little_shared: Path, tmp_path: Path
) -> None:
    file = tmp_path / "tiny.yaml"
    file.write_text(TRUST, encoding="utf-8")
    asked = request(file, little_shared, tmp_path / "run")
    recipe_of("trust")(asked)
    journal = tmp_path / "run" / STATE / "statements.jsonl"
    journal.write_text("[]\n" * 2, encoding="utf-8")  # as if no page had stated anything
    recipe_of("trust")(Request(file, little_shared, asked.out, resume=False, log=asked.log))
    assert "tally" in journal.read_text(encoding="utf-8")
    file.write_text("{name: tiny, jobs: 2}", encoding="utf-8")
    with pytest.raises(UsageError, match="training_cannot_resume"):
        recipe_of("trust")(asked)


NEEDY = {
    "digits": DIGITS,
    "bubbles": BUBBLES + "real: {}",
    "tallies": TALLIES,
    "words": WORDS,
    "pages": PAGES,
    "trust": TRUST,
}


@pytest.mark.parametrize("name", sorted(NEEDY))
def test_data_that_is_needed_is_asked_for(name: str, tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(NEEDY[name], encoding="utf-8")
    with pytest.raises(UsageError, match="training_data_needed"):
        recipe_of(name)(Request(tmp_path / "tiny.yaml", None, tmp_path / "run", resume=False, log=print))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [(BubblesConfig, "bubbles"), (TalliesConfig, "tallies"), (PagesConfig, "pages"), (TrustConfig, "trust")],
)
def test_the_committed_configurations_are_sound(prefix: str, kind: type[BaseModel], tmp_path: Path) -> None:
    files = list(CONFIGS.glob(f"{prefix}-*.yaml"))
    assert files
    for file in files:
        assert read_settings(file, kind).model_dump()["name"] == file.stem
        (tmp_path / "odd.yaml").write_text(file.read_text(encoding="utf-8") + "stepps: 3\n", encoding="utf-8")
        with pytest.raises(UsageError, match="training_config"):
            read_settings(tmp_path / "odd.yaml", kind)


@pytest.mark.parametrize(
    "faulty",
    [
        "pages: {drawn: [{seed: 1, count: 1}]}",  # nothing to set probabilities by
        "calibration: {drawn: [{seed: 1, count: 1}]}",  # nothing to learn from
        "{start: packages/one, pages: {folders: [a]}, calibration: {folders: [b]}}",  # both
        "{start: packages/one, calibration: {folders: [b]}, real: {covered: 0.2}}",
    ],
)
def test_a_run_that_could_not_end_is_refused(faulty: str) -> None:
    with pytest.raises(ValidationError):
        BubblesConfig.model_validate({"name": "tiny"} | yaml.safe_load(faulty))

"""A short run of every target finds nothing, and the watch sees what it is there to see."""

from pathlib import Path

import pytest

from tests.fuzz.supervisor import Supervisor
from tests.fuzz.target import case_of
from tests.fuzz.targets.all import TARGETS
from tests.fuzz.targets.wrong import HOW, WRONG, WRONGS

SEED = 8
FEW = {"page": 2, "service": 12, "pdf": 8, "heif": 10, "tallies": 10, "family": 10}
"""The dear ones; of the others `MANY`."""
MANY = 40


@pytest.mark.parametrize("name", TARGETS)
def test_damaged_input_is_refused_with_a_reason(name: str, tmp_path: Path) -> None:
    target = TARGETS[name]
    with target.opened(tmp_path) as run:
        for index in range(FEW.get(name, MANY)):
            run(case_of(target, SEED, index))


def test_a_case_is_made_again_from_its_number_alone() -> None:
    for target in TARGETS.values():
        assert case_of(target, SEED, 3) == case_of(target, SEED, 3), target.name
        assert len({case_of(target, SEED, index) for index in range(20)}) > 10, target.name


@pytest.mark.parametrize("kind", WRONGS)
def test_what_goes_wrong_is_named_and_kept_and_the_run_goes_on(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "hang":  # the others may be slow on a busy machine
        monkeypatch.setattr("tests.fuzz.supervisor.HANG_SECONDS", 1.0)
    monkeypatch.setenv(HOW, kind)
    result = Supervisor(WRONG, SEED, tmp_path).run(4)
    assert result.cases == 4
    (finding,) = result.findings
    assert (finding.index, finding.kind) == (2, kind)
    assert finding.case.read_bytes() == case_of(WRONG, SEED, 2)

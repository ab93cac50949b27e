"""`.ci/beside`: what `make test` does side by side fails as a whole, and is read one after the other."""

import subprocess

import pytest

from tests import ROOT


def beside(other: str, *command: str) -> tuple[int, str]:
    """Run them; return the exit status and what was printed."""
    run = subprocess.run([ROOT / ".ci" / "beside", other, *command], check=False, capture_output=True, text=True)
    return run.returncode, run.stdout


@pytest.mark.parametrize(("other", "command", "code"), [(0, 0, 0), (3, 0, 3), (0, 4, 4), (3, 4, 4)])
def test_it_fails_with_either_of_them(other: int, command: int, code: int) -> None:
    assert beside(f"exit {other}", "sh", "-c", f"exit {command}") == (code, "")


def test_what_the_other_says_comes_whole_after_the_first_also_where_it_failed_long_before() -> None:
    told = beside("echo types; echo wrong >&2; exit 1", "sh", "-c", "echo tests; sleep 0.3; echo passed")
    assert told == (1, "tests\npassed\ntypes\nwrong\n")


def test_the_first_is_given_its_arguments_as_they_are() -> None:
    assert beside("true", "printf", "%s|", "a b", "") == (0, "a b||")

"""Looks at the test part write themselves down: once each, in the repository alone."""

from pathlib import Path

import pytest

from training.evaluation.looks import LOOKS, note_look, shows_the_test_part
from training.evaluation.split import Part, split

PAGE = """# Looks

| date | what | command | seen |
|---|---|---|---|
| before | trials | by hand | little |

What stands below the table stays there.
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / LOOKS).parent.mkdir(parents=True)
    (tmp_path / LOOKS).write_text(PAGE, encoding="utf-8")
    return tmp_path


def test_a_look_becomes_the_last_row_once_an_outcome(repository: Path) -> None:
    for seen in ("9 of 10", "9 of 10", "8 of 10\n| and a bar"):
        assert str(LOOKS) in note_look("digits-v10", "chasil evaluate pages --part test", seen, repository)
    before, after = PAGE.split("\nWhat")
    written = (repository / LOOKS).read_text(encoding="utf-8")
    assert written.startswith(before)
    assert written.endswith("\nWhat" + after)
    rows = written.removeprefix(before).split("\nWhat")[0].splitlines()
    assert [row.split(" | ", 1)[1] for row in rows] == [
        "digits-v10 | `chasil evaluate pages --part test` | 9 of 10 |",
        "digits-v10 | `chasil evaluate pages --part test` | 8 of 10 / and a bar |",
    ]


def test_outside_of_a_repository_nothing_is_written(repository: Path) -> None:
    (repository / ".git").rmdir()
    assert "nowhere" in note_look("digits-v10", "chasil evaluate pages --part test", "9 of 10", repository)
    assert (repository / LOOKS).read_text(encoding="utf-8") == PAGE


def test_pages_of_ones_own_are_of_no_part() -> None:
    by_part = {part: next(file for file, own in split().items() if own is part) for part in Part}
    assert shows_the_test_part(by_part.values())
    assert not shows_the_test_part([by_part[Part.TRAIN], by_part[Part.CALIBRATE], "my own.jpg"])

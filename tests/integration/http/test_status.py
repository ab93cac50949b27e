"""`chasil status`: a person understands where the work is, how far, how fast, and what is left."""

from pathlib import Path

import pytest

from api.cli.standing import standing
from api.core.language import Language
from api.schemas.documents import ProgressBody
from tests.support.command import chasil

MIXED = ProgressBody(
    pages={"waiting": 30, "reading": 2, "read": 1200, "rejected": 3},
    documents={"accepted": 410, "review": 17, "moved": 5},
    oldest_waiting_seconds=125.0,
)


@pytest.mark.parametrize("language", list(Language))
def test_every_state_is_said_in_words(language: Language) -> None:
    said = standing(MIXED, "sqlite:////x/chasil.db", 60, language)
    assert "/x/chasil.db" in said
    for code in ("waiting", "moved", "rejected", "review ", "set_aside", "accepted 4"):
        assert language is Language.ENGLISH or code not in said
    assert ("97 %" in said, "100 %" in said) == (True, False)


def test_shares_pace_and_what_is_left_are_told() -> None:
    said = standing(MIXED, "x", 60, Language.INDONESIAN)
    assert "1.203 dari 1.235 selesai (97 %)" in said
    assert "Kecepatan: 6 halaman per menit; sisa kira-kira 5 menit." in said
    assert "Yang terlama menunggu: 2 menit." in said
    assert "satu TPS: 427" in said
    assert "5  digabungkan ke dokumen lain" in said


def test_where_nothing_is_read_it_says_what_to_start() -> None:
    said = standing(MIXED, "x", 0, Language.ENGLISH)
    assert "No page was read in the last 10 min: run `chasil serve`" in said


def test_where_nothing_waits_it_says_so() -> None:
    done = ProgressBody(pages={"read": 2}, documents={"accepted": 1}, oldest_waiting_seconds=None)
    said = standing(done, "x", 0, Language.ENGLISH)
    assert "2 of 2 done (100 %)" in said
    assert "Nothing waits." in said
    assert "Pace" not in said
    assert "run `chasil serve`" not in said


@pytest.mark.parametrize(
    ("left", "lately", "expected"), [(1, 600, "1 s"), (900, 60, "2 h 30 min"), (30, 10, "30 min"), (60, 6000, "6 s")]
)
def test_time_left_is_said_as_people_say_it(left: int, lately: int, expected: str) -> None:
    body = ProgressBody(pages={"waiting": left, "read": 5}, documents={}, oldest_waiting_seconds=1.0)
    assert f"about {expected} left" in standing(body, "x", lately, Language.ENGLISH)


def test_asking_makes_no_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run = chasil(capsys, "status")
    assert run.code == 2
    assert "nothing_kept_here" in run.err
    assert not list(tmp_path.iterdir())


def test_an_empty_service_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHASIL_HOME", str(tmp_path / "home"))
    assert chasil(capsys, "init").code == 0
    run = chasil(capsys, "status", "--language", "en")
    assert run.code == 0
    assert str(tmp_path / "home" / "chasil.db") in run.out.replace("\n", "")
    assert "No page has been uploaded here yet." in run.out

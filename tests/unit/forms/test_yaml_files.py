"""YAML is as PyYAML reads it, but for keys that stand twice; what is kept of a text says the same, or is not used."""

from pathlib import Path

import pytest
import yaml

from pipeline import yaml_files
from pipeline.yaml_files import load_kept, load_yaml
from tests import ROOT

DATA = ROOT / "data"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which texts are kept, not made yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "chasil"


@pytest.mark.parametrize("path", [*DATA.rglob("forms/**/*.yaml"), DATA / "messages.yaml"], ids=lambda path: path.name)
def test_our_own_files_say_the_same(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    said = yaml.safe_load(text)
    assert load_yaml(text) == said
    assert load_kept(text) == said
    assert load_kept(text) == said  # as it was kept


@pytest.mark.parametrize(
    "text",
    [
        "a: [1, -2, 0, 1.5, -0.25, 1e3, .5, 0x1F, 017, 1_000, 12:30:45]",
        "a: [yes, No, on, OFF, true, False, null, ~, Null, y, n, '']",
        "a: {b: , c: 2026-11-22, d: 2026-11-22 10:00:00, e: .inf, f: -.INF}",
        "a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}",
        "a: 'single'\nb: \"dou\\tble\"\nc: |\n  block\n  text\nd: >\n  folded\n  text",
        "? [1, 2]\n: pair",
        "!!str 12",
        "plain text",
        "- 1\n- - 2\n  - {}\n- []",
        "",
        "# nothing",
        "1: one\ntrue: two\n",
    ],
)
def test_other_texts_say_the_same(text: str) -> None:
    try:
        expected = yaml.safe_load(text)
    except yaml.YAMLError:
        with pytest.raises(yaml.YAMLError):
            load_yaml(text)
        return
    assert repr(load_yaml(text)) == repr(expected)
    assert repr(load_kept(text)) == repr(expected)
    assert repr(load_kept(text)) == repr(expected)


@pytest.mark.parametrize(
    "text",
    [
        "a: [1, 2",
        "a: b: c",
        "a: 1\n---\nb: 2",
        "\tx: 1",
        "a: *b",
        "!!python/object:os.x {}",
        "a: 1\na: 2",
        "b: {c: 1, c: 1}",
    ],
)
def test_what_is_no_yaml_is_refused(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        load_yaml(text)


def test_a_text_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_files, "MOST_CHARACTERS", 10)
    assert load_yaml("a: 1234567") == {"a": 1234567}
    with pytest.raises(yaml.YAMLError, match="11 characters; 10 at most"):
        load_yaml("a: 12345678")


def test_what_is_kept_is_not_read_as_yaml_again(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_kept("a: [1, x]") == {"a": [1, "x"]}
    assert len(list(cache.iterdir())) == 1
    monkeypatch.setattr(yaml_files, "load_yaml", lambda _: pytest.fail("read as YAML"))
    assert load_kept("a: [1, x]") == {"a": [1, "x"]}


@pytest.mark.parametrize("damaged", ["", '{"a": [1, "', "\x00\x00\x00"])
def test_what_is_kept_and_damaged_is_made_again(damaged: str, cache: Path) -> None:
    load_kept("a: [1, x]")
    (kept,) = cache.iterdir()
    kept.write_text(damaged)
    assert load_kept("a: [1, x]") == {"a": [1, "x"]}
    assert kept.read_text() == '{"a": [1, "x"]}'


MANY_FROM_FEW = "a: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: [*b, *b, *b, *b]"


@pytest.mark.parametrize("text", ["a: 2026-11-22", "1: one", "a: .nan", MANY_FROM_FEW])
def test_what_json_does_not_say_is_not_kept(text: str, cache: Path) -> None:
    assert repr(load_kept(text)) == repr(yaml.safe_load(text))
    assert not list(cache.iterdir())


def test_where_nothing_can_be_kept_everything_is_read_all_the_same(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.write_text("a file, and no folder")
    assert load_kept("a: 1") == {"a": 1}
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "others"))
    folder = tmp_path / "others" / "chasil"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    assert load_kept("a: 1") == {"a": 1}
    assert not list(folder.iterdir())  # others may write into it: nothing of it is believed


def test_few_texts_are_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_files, "KEPT", 3)
    for number in range(5):
        load_kept(f"a: {number}")
    assert len(list(cache.iterdir())) == 3

"""Our YAML is PyYAML's, only faster."""

from pathlib import Path

import pytest
import yaml

from pipeline.yaml_text import load_yaml
from tests import ROOT

DATA = ROOT / "data"


@pytest.mark.parametrize("path", [*DATA.rglob("forms/**/*.yaml"), DATA / "messages.yaml"], ids=lambda path: path.name)
def test_our_own_files_say_the_same(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert load_yaml(text) == yaml.safe_load(text)


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
        "a: 1\na: 2",
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


@pytest.mark.parametrize(
    "text", ["a: [1, 2", "a: b: c", "a: 1\n---\nb: 2", "\tx: 1", "a: *b", "!!python/object:os.x {}"]
)
def test_what_is_no_yaml_is_refused(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        load_yaml(text)

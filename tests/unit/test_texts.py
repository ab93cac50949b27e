"""Every text of the catalogue is in both languages, and quotes the same in both."""

import re

import pytest
import yaml

from pipeline.texts import TEXTS_FOLDER, lines, messages, texts

PARTS = {path.stem for path in TEXTS_FOLDER.glob("*.yaml")} - {"operator"}


@pytest.mark.parametrize("part", [*sorted(PARTS), "messages"])
def test_every_text_is_in_both_languages(part: str) -> None:
    for key, said in (messages() if part == "messages" else texts(part)).items():
        assert said.keys() == {"id", "en"}, key
        assert all(said.values()), key


@pytest.mark.parametrize("part", sorted(PARTS))
def test_both_languages_quote_the_same(part: str) -> None:
    for key, said in texts(part).items():
        quoted = [set(re.findall(r"\{\w+\}", said[language])) for language in ("id", "en")]
        assert quoted[0] == quoted[1], key


def test_lines_of_the_operator_are_in_both_languages_at_once() -> None:
    assert [key for key, text in lines("operator").items() if " / " not in text] == []


def test_no_key_stands_twice_and_each_is_a_text() -> None:
    for path in TEXTS_FOLDER.rglob("*.yaml"):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert all(isinstance(key, str) for key in content), path  # `no` and `off` would be no texts

"""Every text of the catalogue is in both languages, quotes the same in both, and counts one as well as many."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.reasons import Reason
from pipeline.texts import TEXTS_FOLDER, Text, lines, messages, page_texts, texts

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


# --- one and many in English ----------------------------------------------------------------------------------------

SINGULAR = frozenset({"agrees", "differs", "does", "has", "is", "its", "lies", "of", "this", "us", "was"})
"""Words that end in s and are no plural."""

SEVERAL = frozenset({"agree", "are", "differ", "have", "people", "show", "stand", "wait", "were"})
"""Words of several that do not end in s."""

NO_COUNT = frozenset({"admin", "form", "given", "item", "path", "tag", "seconds", "megapixels"})
"""Names, and measures that are written with their unit."""

ABOVE_ONE = frozenset({"width", "height", "limit", "most", "ratio", "attempts"})
"""Sizes of pictures, and bounds that the program itself sets above one; of `SETTINGS` a person sets them."""

SETTINGS = frozenset({"uploads_at_once", "service_busy", "workers_missing", "upload_too_many_files"})

ELSE = {"about_seconds", "status_seconds", "filled_one_page", "regions_twice", "published_pairs_unknown"}
ELSE |= {f"audit_{what}" for what in ("decision", "row_missing", "row_rewritten", "row_changed")}
"""Texts that quote a number which counts nothing, or is refused because it is not one."""


def english() -> Iterator[tuple[str, str]]:
    """Yield every English text of the catalogue with its key."""
    parts = [texts(name) for name in sorted(PARTS)]
    for key, said in [pair for part in (messages(), *parts, *page_texts().values()) for pair in part.items()]:
        yield key, said["en"]
    for key, line in lines("operator").items():
        yield key, Text(line.split(" / ")[-1])


def with_count(text: str, name: str, count: Any) -> str:
    """Return a text with one count in it, and seven of all else."""
    return text.format(**{**dict.fromkeys(re.findall(r"\{(\w+)", text), 7), name: count})


def of_one(text: str, name: str) -> str | None:
    """Return what a text says of one thing, where it has a word of several."""
    said = with_count(text, name, 1)
    found = re.search(r"(?<![\w.,-])(?<!of )1 (?:(?:other|active|polling|tally|corner) )?([a-z]+)", said)
    if found is None or found[1] in SINGULAR:
        return None
    return said if found[1] in SEVERAL or found[1].endswith("s") else None


def test_of_one_thing_no_text_tells_several() -> None:
    told = {
        (key, name): wrong
        for key, text in english()
        for name in set(re.findall(r"\{(\w+)[}:]", text)) - NO_COUNT - (frozenset() if key in SETTINGS else ABOVE_ONE)
        if key not in ELSE and (wrong := of_one(text, name)) is not None
    }
    assert told == {}


def test_of_several_things_no_text_tells_one() -> None:
    for key, text in english():
        for name, one, many in re.findall(r"\{(\w+):([^{}|]+)\|([^{}|]+)\}", text):
            for count in (0, 2, "1.234"):
                assert many in with_count(text, name, count), key
            assert one != many, key


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 file received."), ("1", "1 file received."), (2, "2 files received.")]
)
def test_python_and_the_browser_count_alike(count: object, said: str) -> None:
    text = Text("{count} {count:file|files} received.")
    assert text.format(count=count) == said
    if node := shutil.which("node"):
        script = Path(__file__).resolve().parents[2] / "api" / "web" / "static" / "fill.js"
        told = json.dumps([text, {"count": count}])
        program = f"import {{ fill }} from {json.dumps(script.as_uri())}; console.log(fill(...{told}));"
        run = subprocess.run([node, "--input-type=module", "-e", program], capture_output=True, text=True, check=True)
        assert run.stdout.strip() == said


def test_what_is_unfilled_keeps_its_places() -> None:
    assert Text("{count} {count:file is|files are} there").unfilled == "{count} files are there"


def test_a_reason_counts_in_english_and_not_in_indonesian() -> None:
    reason = Reason("pages_rejected", {"count": 1, "of": 1})
    assert reason.text("en").startswith("1 of 1 page could not")
    assert Reason("pages_rejected", {"count": 1, "of": 3}).text("en").startswith("1 of 3 pages could not")

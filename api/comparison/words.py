"""The words of the report, which stand in `words.yaml`."""

from pathlib import Path

from pipeline.yaml_files import load_kept

FILE = Path(__file__).with_suffix(".yaml")


def words_of(language: str) -> dict[str, str]:
    """Return all words in one language ("id" or "en"), by key."""
    return {key: texts[language] for key, texts in load_kept(FILE.read_text(encoding="utf-8")).items()}

"""The words of the report, which stand in `data/texts/comparison.yaml`."""

from pipeline.texts import texts


def words_of(language: str) -> dict[str, str]:
    """Return all words in one language ("id" or "en"), by key."""
    return {key: text[language] for key, text in texts("comparison").items()}

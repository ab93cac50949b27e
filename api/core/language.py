"""The languages that people can choose, and the words of the terminal in them."""

from enum import StrEnum

from pipeline.texts import lines, texts


class Language(StrEnum):
    """A language that people can choose."""

    INDONESIAN = "id"
    ENGLISH = "en"


def word(key: str, language: Language) -> str:
    """Return a word or sentence of the terminal in one language."""
    return texts("terminal")[key][language.value]


def both(key: str, /, **values: object) -> str:
    """Return a line for those who run the service, in both languages at once.

    Args:
        key: Its key in `data/texts/operator.yaml`.
        **values: What it quotes.

    """
    return lines("operator")[key].format(**values)

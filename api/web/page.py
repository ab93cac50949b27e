"""Renders the page from its template and its words."""

from pathlib import Path

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.language import Language
from api.settings import Settings

FOLDER = Path(__file__).resolve().parent


class Page:
    """The page in every language. Made at start-up."""

    def __init__(self) -> None:
        loader = FileSystemLoader(FOLDER / "templates")
        environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        self._template = environment.get_template("index.html")
        self._words: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(
            (FOLDER / "words.yaml").read_text(encoding="utf-8")
        )

    def render(self, language: Language, settings: Settings) -> str:
        """Return the page.

        Args:
            language: Its language.
            settings: The limits that the page states and checks before it sends anything.

        """
        return self._template.render(
            language=language.value,
            words=self._chosen("page", language),
            script_words=self._chosen("script", language),
            max_bytes=settings.max_upload_bytes,
            max_mib=settings.max_upload_bytes // 1024**2,
            max_files=settings.max_files,
        )

    def _chosen(self, section: str, language: Language) -> dict[str, str]:
        return {key: texts[language.value] for key, texts in self._words[section].items()}

"""Renders the page from its template and its words."""

from pathlib import Path

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.language import Language
from api.people.actor import Actor
from api.settings import Settings
from pipeline.reasons import Reason

FOLDER = Path(__file__).resolve().parent


class Page:
    """The page in every language. Made at start-up."""

    def __init__(self) -> None:
        loader = FileSystemLoader(FOLDER / "templates")
        environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        self._template = environment.get_template("index.html")
        self._login = environment.get_template("login.html")
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

    def render_login(
        self,
        language: Language,
        actor: Actor | None,
        *,
        to: str,
        reason: Reason | None,
        name: str,
        institution: bool = False,
    ) -> str:
        """Return the login page.

        Args:
            language: Its language.
            actor: Who is logged in already.
            to: Where to go afterwards.
            reason: Why the last try failed.
            name: The name that was tried.
            institution: Whether an institution's login is offered too.

        """
        return self._login.render(
            language=language.value,
            words=self._chosen("login", language),
            actor=actor,
            to=to,
            problem=None if reason is None else reason.text(language.value),
            name=name,
            institution=institution,
        )

    def _chosen(self, section: str, language: Language) -> dict[str, str]:
        return {key: texts[language.value] for key, texts in self._words[section].items()}

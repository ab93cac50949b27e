"""Render pages from their templates and their words."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.core.address import address_of
from api.core.formatting import FILTERS
from api.core.language import Language
from api.http.made_at_start import made_at_start
from api.http.pages.frame import Frame
from pipeline.texts import page_texts

FOLDER = Path(__file__).resolve().parents[2] / "web"


@cache
def _templates() -> Environment:
    """Return the templates; each is compiled when it is first shown, once in a process."""
    loader = FileSystemLoader(FOLDER / "templates")
    templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    templates.filters.update(FILTERS)
    templates.globals["address_of"] = address_of
    return templates


class Page:
    """The pages in every language. Made at start-up.

    Texts lie in `data/texts/pages`: sections of words, each in both languages. A template gets those of its own section
    as `words`, and those of the frame around it as `layout`.
    """

    def __init__(self) -> None:
        self._templates, self._words = _templates(), page_texts()

    def show(self, template: str, frame: Frame, section: str, **values: Any) -> str:
        """Return a page.

        Args:
            template: Name of its template.
            frame: What is around it.
            section: Name of its section of words.
            **values: What else the template asks for.

        """
        return self._templates.get_template(template).render(
            frame=frame,
            language=frame.language.value,
            layout=self.words("layout", frame.language),
            words=self.words(section, frame.language),
            **values,
        )

    def problem(
        self, frame: Frame, status: int, code: str, texts: Mapping[str, str], *, again: bool, known: bool = True
    ) -> str:
        """Return the page that says why another cannot be shown.

        Args:
            frame: What is around it.
            status: The HTTP status.
            code: The code of the problem.
            texts: What is wrong, by language.
            again: Whether opening its address once more asks for the same thing.
            known: Whether it is known who asks; else the page does not say where they may go.

        """
        context = {"status": status, "code": code, "texts": texts, "again": again, "known": known}
        return self.show("problem.html", frame, "problem", **context)

    def words(self, section: str, language: Language) -> dict[str, str]:
        """Return the words of a section in one language."""
        return {key: texts[language.value] for key, texts in self._words[section].items()}


page_of = made_at_start("page", Page)
"""Gives the pages of the service."""

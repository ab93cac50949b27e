"""Surroundings of every page: language, reader, navigation."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query, Request

from api.core.address import address_of, path_of
from api.core.language import Language
from api.http.auth.current import AuthenticatorDep, Identified, authenticator_of, identified, practises, sees_results
from api.people.actor import Actor
from api.people.roles import Permission

LANGUAGE = "lang"
"""Name of the language in addresses."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The surroundings of one page.

    Attributes:
        language: Its language.
        chosen: Whether the address names the language; links on the page keep it then.
        path: Its path, beneath the base path of the service.
        query: What comes after the question mark, without the language; lists of what is named several times.
        actor: Who looks at it; None for a visitor.
        sees_results: Whether the reader may see results.
        practises: Whether the reader may have forms read that are not kept.

    """

    language: Language
    chosen: bool
    path: str
    query: Mapping[str, str | list[str]]
    actor: Actor | None
    sees_results: bool
    practises: bool = False

    def to(self, path: str, **query: object) -> str:
        """Return the address of another page, in the same language; None is left out, a list named repeatedly."""
        wanted = {name: value for name, value in query.items() if value is not None and value != []}
        if self.chosen:
            wanted[LANGUAGE] = self.language.value
        return address_of(f"{path}?{urlencode(wanted, doseq=True)}" if wanted else path)

    def here(self, **query: object) -> str:
        """Return the address of this page with parts of the query changed."""
        return self.to(self.path, **{**self.query, **query})

    def switched(self, language: str) -> str:
        """Return the address of this page in another language."""
        return address_of(f"{self.path}?{urlencode({**self.query, LANGUAGE: language}, doseq=True)}")

    def may(self, permission: str) -> bool:
        """Return whether the reader of the page has a permission anywhere."""
        return self.actor is not None and Permission(permission) in self.actor.permissions

    def at(self, path: str) -> bool:
        """Return whether this page is one of those under an address."""
        return self.path == path or (path != "/" and self.path.startswith(f"{path}/"))


def bare_frame(request: Request, lang: str | None, usual: Language) -> Frame:
    """Return the surroundings of a page as a visitor sees them, in `usual` where the address names no language."""
    known = lang is not None and lang in set(Language)
    named = {name: request.query_params.getlist(name) for name in request.query_params if name != LANGUAGE}
    query = {name: values if len(values) > 1 else values[0] for name, values in named.items()}
    language = Language(lang) if lang is not None and known else usual
    return Frame(language, known, path_of(request.url.path), query, actor=None, sees_results=False)


def frame_for(request: Request, actor: Actor | None, lang: str | None) -> Frame:
    """Return the surroundings of the page that a request asks for."""
    settings = authenticator_of(request).settings
    return replace(
        bare_frame(request, lang, settings.language),
        actor=actor,
        sees_results=sees_results(actor, settings),
        practises=practises(actor, settings),
    )


def frame_of_failure(request: Request) -> Frame:
    """Return the surroundings of a page that could not be shown."""
    actor = identified(request, authenticator_of(request))
    return frame_for(request, actor, request.query_params.get(LANGUAGE))


def _frame(
    request: Request, _people: AuthenticatorDep, actor: Identified, lang: Annotated[str | None, Query()] = None
) -> Frame:
    return frame_for(request, actor, lang)


FrameDep = Annotated[Frame, Depends(_frame)]

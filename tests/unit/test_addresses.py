"""Every address is made in one place, so that the service can lie beneath a path of another site."""

import re

import pytest

from tests import ROOT

PROGRAM = ROOT / "api"

COMPARED = ("http/app.py", "http/middleware/head.py", "http/middleware/problem_pages.py", "verification/witness.py")
"""Files in which what addresses begin with is compared, or asked of another service."""

WRITTEN = {
    ".html": re.compile(r"""[\w-]=["']/"""),
    ".js": re.compile(r"""(?<!addressOf\()["'`]/[A-Za-z]"""),
    ".css": re.compile(r"""(?:url\(|@import )["']?/"""),
    ".webmanifest": re.compile(r'"/'),
    ".svg": re.compile(r"""href=["']/"""),
    ".py": re.compile(r"""(?<!address_of\()f"\{API\}/|Redirect\w*\(f?["']/|\bpath=["']/["']"""),
}
"""How an address of the host's root looks, by kind of file."""

FILES = sorted(
    file
    for folder in ("web", "core", "desk", "documents", "http", "results", "tabulation", "verification")
    for file in (PROGRAM / folder).rglob("*")
    if file.suffix in WRITTEN and "vendor" not in file.parts and file.relative_to(PROGRAM).as_posix() not in COMPARED
)


def of_the_root(text: str, kind: str) -> list[str]:
    """Return the lines of a file that write an address of the host's root themselves."""
    return [line.strip() for line in text.splitlines() if WRITTEN[kind].search(line)]


def test_no_address_of_the_root_is_written() -> None:
    assert {file.suffix for file in FILES} == set(WRITTEN)
    found = [
        f"{file.relative_to(ROOT)}: {line}"
        for file in FILES
        for line in of_the_root(file.read_text("utf-8"), file.suffix)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (".html", '<a href="/results">'),
        (".html", "<img data-src='/api/v1/pages/{{ page.id }}/image'>"),
        (".js", 'fetch("/api/v1/session")'),
        (".js", "location.assign(`/results/${code}`)"),
        (".css", "background: url(/static/icon.svg)"),
        (".webmanifest", '"start_url": "/upload"'),
        (".py", 'links = {"self": f"{API}/documents/{document.id}"}'),
        (".py", 'return RedirectResponse("/login", 303)'),
        (".py", 'response.set_cookie(COOKIE, value, path="/")'),
    ],
)
def test_one_that_slips_in_is_found(kind: str, line: str) -> None:
    assert of_the_root(line, kind) == [line]


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (".html", """<a href="{{ frame.to('/results') }}"><img src="{{ address_of('/static/icon.svg') }}">"""),
        (".js", 'fetch(addressOf("/api/v1/session")); import { fill } from "./fill.js";'),
        (".css", "background: url(icon.svg)"),
        (".py", 'links = {"self": address_of(f"{API}/documents/{document.id}")}'),
        (".py", "response.set_cookie(COOKIE, value, path=cookie_path())"),
    ],
)
def test_one_that_is_made_is_none(kind: str, line: str) -> None:
    assert of_the_root(line, kind) == []

"""Pages of the documentation as HTML: what they say, without pictures, and with links to other pages of it only."""

import re
from collections.abc import Callable, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

_NO_WORD = re.compile(r"[^\w\- ]")

Leading = Callable[[str], str | None]
"""Turns a link's address, without what comes after `#`, into that of a page; None where it leads to none."""


def as_html(text: str, leading: Leading) -> str:
    """Return Markdown as HTML; whatever is HTML in it is shown as text.

    Args:
        text: The page.
        leading: Says where its links lead.

    """
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(text)
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", _slug(tokens[place + 1].content))
        if token.children is not None:
            token.children = _inline(token.children, leading)
    return str(reader.renderer.render(tokens, reader.options, {}))


def _inline(tokens: Sequence[Token], leading: Leading) -> list[Token]:
    """Return the tokens of a line: a picture as what it shows, a link that leads nowhere as its words."""
    kept: list[Token] = []
    left_out: list[bool] = []
    for token in tokens:
        if token.type == "image":
            kept.append(Token("text", "", 0, content=token.content))
        elif token.type == "link_open":
            address = _address(str(token.attrGet("href")), leading)
            left_out.append(address is None)
            if address is not None:
                token.attrSet("href", address)
                kept.append(token)
        elif token.type == "link_close":
            kept += [] if left_out.pop() else [token]
        else:
            kept.append(token)
    return kept


def _address(written: str, leading: Leading) -> str | None:
    path, mark, place = written.partition("#")
    if not path:
        return written
    found = leading(path)
    return None if found is None else f"{found}{mark}{place}"


def _slug(heading: str) -> str:
    """Return the name under which links point to a heading."""
    return _NO_WORD.sub("", heading.lower()).replace(" ", "-")

"""The report to hand over: one HTML file with every difference and its ink. The same files give the same bytes."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.comparison.findings import stations_with
from api.comparison.verdict import Outcome
from api.comparison.words import words_of
from api.comparison.work import Work
from api.core.formatting import format_integer, format_percent

TEMPLATE = "report.html"
MOST_FAULTS = 100
"""Faults of the published file that are listed; all are counted."""


def write_report(target: TextIO, work: Work, summary: Mapping[str, Any], command: str, language: str) -> None:
    """Write the report, a piece at a time.

    Args:
        target: Where to.
        work: Holds what was found.
        summary: The summary line.
        command: What makes it again.
        language: "id" or "en".

    """
    template = _environment(language).get_template(TEMPLATE)
    counts, faults = work.faults()
    context = {
        "language": language,
        "w": words_of(language),
        "s": summary,
        "command": command,
        "differing": lambda: stations_with(work, Outcome.DIFFERS),
        "contradicting": lambda: stations_with(work, Outcome.PAGE_CONTRADICTS),
        "questions": lambda: stations_with(work, Outcome.QUESTION),
        "elsewhere": lambda: stations_with(work, Outcome.OTHER_STATION),
        "fault_counts": counts,
        "faults": faults[:MOST_FAULTS],
        "outcomes": [outcome.value for outcome in Outcome],
    }
    for piece in template.generate(context):
        target.write(piece)


def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "whole": lambda value: format_integer(value, language),
        "signed": lambda value: (
            ("+" if value > 0 else "−" if value < 0 else "±") + format_integer(abs(value), language)
        ),
        "share": lambda value: format_percent(value, language),
        "picture": lambda data: "data:image/jpeg;base64," + base64.b64encode(data).decode(),
        "link": link_of,
        "pair": lambda name: name.removeprefix("paslon_"),
        "small": lambda value: _small(value, language),
    }
    return environment


def link_of(address: str | None) -> str | None:
    """Return an address that may stand in a link: a published one may be anything, and scripts have addresses too."""
    if address is None:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.hostname else None


def _small(value: float, language: str) -> str:
    """Return a p-value with three decimals."""
    text = "< 0.001" if value < 0.001 else f"{value:.3f}"
    return text.replace(".", ",") if language == "id" else text

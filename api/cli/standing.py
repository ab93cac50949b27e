"""How the work of the service stands, in words that need no explanation."""

from collections.abc import Iterator, Sequence

from api.core.formatting import format_integer, format_percent
from api.core.language import Language, word
from api.schemas.documents import ProgressBody

PACE_SECONDS = 600
"""Pages a minute are those of so many seconds past."""

_PAGES = ("waiting", "reading", "read", "rejected", "set_aside")
_DOCUMENTS = ("accepted", "review", "waiting", "rejected", "empty", "moved")
"""States, in the order in which they are listed."""


def standing(body: ProgressBody, place: str, read_lately: int, language: Language) -> str:
    """Return how the work stands, some lines of text.

    Args:
        body: The counts.
        place: Where they were counted: the address of the database.
        read_lately: Pages read in the last `PACE_SECONDS`.
        language: In which language.

    """
    lines = [_word("where", language, place=place)]
    if not sum(body.pages.values()):
        return "\n".join([*lines, _word("nothing", language)])
    return "\n".join([*lines, *_pages(body, read_lately, language), *_documents(body, language)])


def _pages(body: ProgressBody, read_lately: int, language: Language) -> Iterator[str]:
    pages = {str(state): count for state, count in body.pages.items()}
    everything, left = sum(pages.values()), pages.get("waiting", 0) + pages.get("reading", 0)
    done = everything - left
    yield _word(
        "pages",
        language,
        done=_n(done, language),
        all=_n(everything, language),
        share=format_percent(done / everything, language, 0),
    )
    yield from _counts(pages, "page", _PAGES, language)
    if not left:
        yield f"  {_word('done', language)}"
        return
    if body.oldest_waiting_seconds is not None:
        yield f"  {_word('longest', language, time=_time(body.oldest_waiting_seconds, language))}"
    if read_lately:
        pace = 60 * read_lately / PACE_SECONDS
        remaining = _time(60 * left / pace, language)
        yield f"  {_word('pace', language, pace=_n(max(1, round(pace)), language), left=remaining)}"
    else:
        yield f"  {_word('no_pace', language, time=_time(PACE_SECONDS, language))}"


def _documents(body: ProgressBody, language: Language) -> Iterator[str]:
    documents = {str(state): count for state, count in body.documents.items()}
    yield _word("documents", language, all=_n(sum(documents.values()) - documents.get("moved", 0), language))
    yield from _counts(documents, "document", _DOCUMENTS, language)


def _counts(counts: dict[str, int], what: str, states: Sequence[str], language: Language) -> Iterator[str]:
    """Yield a line for each state that anything is in, in the order of `states`."""
    shown = [state for state in states if counts.get(state)]
    widest = max((len(_n(counts[state], language)) for state in shown), default=0)
    for state in shown:
        yield f"  {_n(counts[state], language):>{widest}}  {_word(f'{what}_{state}', language)}"


def _time(seconds: float, language: Language) -> str:
    if seconds < 90:
        return _word("seconds", language, count=round(seconds))
    minutes = round(seconds / 60)
    if minutes < 90:
        return _word("minutes", language, count=minutes)
    return _word("hours", language, count=minutes // 60, minutes=minutes % 60)


def _word(key: str, language: Language, **values: object) -> str:
    return word(f"status_{key}", language).format(**values)


def _n(count: int, language: Language) -> str:
    return format_integer(count, language.value)

"""Read uploads in worker threads, so that the event loop stays free, and only so many at a time."""

import asyncio
import base64
import json
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from api.core.language import Language
from api.core.settings import Settings
from api.http.ambiguity import broken_sums, close_calls
from api.http.multipart import Upload
from api.http.places import Places
from api.people.actor import Actor, Proof
from api.rendering.overlay import draw_overlay, encode
from pipeline.documents import Document, Limits, Page, RejectedPage, open_documents
from pipeline.documents.budget import Budget
from pipeline.documents.limits import MIB
from pipeline.errors import UsageError
from pipeline.forms import FormTemplate
from pipeline.reader import Reader
from pipeline.reading import DocumentReading, PageReading

OPENING_SECONDS = 20.0
"""How long the tools that open PDFs may take over one request, all its files together, and for each MiB of it one more:
a tiny file that keeps them busy costs no more than this, and a large archive of sound ones has all it needs."""

STRANGERS_SHARE = 2
"""How much of one address is read at a time, of visitors without a login."""

Result = TypeVar("Result")

_log = logging.getLogger(__name__)


class DocumentReader(Protocol):
    """What the service needs of a `pipeline.Reader`."""

    limits: Limits

    @property
    def forms(self) -> Mapping[str, FormTemplate]:
        """The forms that it reads, by id."""
        ...

    def read_document(self, document: Document) -> DocumentReading:
        """Read every page of a document."""
        ...


def opening_budget(uploads: Sequence[Upload]) -> Budget:
    """Return the time that opening the files of one request may take."""
    return Budget(OPENING_SECONDS + sum(len(data) for _, data in uploads) / MIB)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants of readings.

    Attributes:
        form: Read only as this form, one of those that the service reads.
        overlay: Add the picture of what was read where to every page, with words in this language.
        explain: Add what could be misread to every page, and the sums that do not add up to every document.
        seconds: How long reading may take; None where nothing limits it.

    """

    form: str | None = None
    overlay: Language | None = None
    explain: bool = False
    seconds: float | None = None


class Readings:
    """The readers of one service, their threads, and the places for uploads. Made at start-up, closed at the end.

    Visitors without a login have places and threads of their own: whatever they send, nobody else waits for it.

    Args:
        reader: Reads every form that the service offers.
        settings: How much is read at a time.

    Attributes:
        uploads: Places of people.
        strangers: Places of visitors without a login.

    """

    def __init__(self, reader: DocumentReader, settings: Settings) -> None:
        self.settings = settings
        self.forms = reader.forms
        self.uploads = Places(settings.max_requests, settings.max_requests // 4)
        self.strangers = Places(settings.practice_requests, STRANGERS_SHARE)
        self._reader = reader
        self._restricted: dict[str, DocumentReader] = {}
        self._pool = ThreadPoolExecutor(settings.parallel_readings, thread_name_prefix="reading")
        few = max(1, min(settings.parallel_readings // 2, settings.practice_requests))
        self._pool_of_strangers = ThreadPoolExecutor(few, thread_name_prefix="practice")

    def place_for(self, actor: Actor) -> AbstractContextManager[None]:
        """Hold a place for what a person uploads; whoever sits at the machine may take them all."""
        return self.uploads.place(actor.id, shares=actor.proof is not Proof.LOCAL)

    async def read(
        self, uploads: Sequence[Upload], wanted: Wanted, budget: Budget, *, stranger: bool = False
    ) -> AsyncGenerator[list[str], None]:
        """Yield the JSON lines of each document, in the order of `chasil read --json`.

        Args:
            uploads: What to read.
            wanted: What is wanted of it.
            budget: Time that opening it may take. Cancelled when the lines are not taken any more.
            stranger: Whether a visitor without a login asks.

        Raises:
            UsageError: `reading_too_long`.

        """
        pool = self._pool_of_strangers if stranger else self._pool
        reader = await self._only(wanted.form)
        limits = replace(reader.limits, budget=budget)
        documents = open_documents(list(uploads), limits)
        waiting: deque[asyncio.Future[list[str]]] = deque()
        at_a_time = 1 if stranger else self.settings.parallel_readings
        deadline = _Deadline(wanted.seconds)
        try:
            while (document := await deadline.of(_run(pool, next, documents, None))) is not None:
                waiting.append(_run(pool, lines_of, reader, document, wanted))
                # Never far ahead of whoever takes the lines, and never the whole pool's queue for one upload.
                if len(waiting) >= at_a_time:
                    yield await deadline.of(waiting.popleft())
            while waiting:
                yield await deadline.of(waiting.popleft())
        finally:
            budget.cancel()
            for left in waiting:
                left.cancel()

    def close(self) -> None:
        """Let what is being read end, and start nothing more."""
        for pool in (self._pool, self._pool_of_strangers):
            pool.shutdown(cancel_futures=True)

    async def _only(self, form: str | None) -> DocumentReader:
        """Return the reader that knows only this form; made when first asked for, so at most one a form."""
        if form is None or list(self.forms) == [form]:
            return self._reader
        if form not in self._restricted:
            limits = self._reader.limits
            self._restricted[form] = await _run(self._pool, lambda: Reader(form, forms=self.forms, limits=limits))
        return self._restricted[form]


class _Deadline:
    """The moment by which everything must have been read."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._end = None if seconds is None else asyncio.get_running_loop().time() + seconds

    async def of(self, future: asyncio.Future[Result]) -> Result:
        """Wait for what is being done.

        Raises:
            UsageError: `reading_too_long`.

        """
        try:
            async with asyncio.timeout_at(self._end):
                return await future
        except TimeoutError as error:
            raise UsageError("reading_too_long", limit=self._seconds) from error


def _run(pool: ThreadPoolExecutor, work: Callable[..., Result], *arguments: Any) -> asyncio.Future[Result]:
    return asyncio.get_running_loop().run_in_executor(pool, work, *arguments)


def lines_of(reader: DocumentReader, document: Document, wanted: Wanted) -> list[str]:
    """Read a document; return its page lines, then its own line, as JSON."""
    reading = reader.read_document(document)
    lines = []
    for page, page_reading in zip(document.pages, reading.pages, strict=True):
        line = page_reading.to_json()
        if wanted.overlay:
            line["overlay"] = overlay_uri(page, page_reading, reading, wanted.overlay)
        if wanted.explain:
            line["close_calls"] = close_calls(page_reading)
        lines.append(line)
    whole = reading.to_json()
    if wanted.explain:
        whole["broken_sums"] = broken_sums(reading, reader.forms)
    return [json.dumps(line, ensure_ascii=False) for line in (*lines, whole)]


def overlay_uri(
    page: Page | RejectedPage, reading: PageReading, document: DocumentReading, language: Language
) -> str | None:
    """Return the overlay picture as a JPEG data URI; None for a page that has no picture."""
    if not isinstance(page, Page):
        return None
    try:
        data = encode(draw_overlay(page.colour(), reading, document, language))
    except Exception:  # a picture of strange shape must not cost the reading that it only illustrates
        _log.warning("no overlay for page %s of %s", page.source.page, page.source.name, exc_info=True)
        return None
    return "data:image/jpeg;base64," + base64.b64encode(data).decode("ascii")

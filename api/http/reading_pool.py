"""Read uploads in worker threads, so that the event loop stays free, and only so many at a time."""

import asyncio
import base64
import json
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from api.core.language import Language
from api.core.settings import Settings
from api.http.ambiguity import broken_sums, close_calls
from api.http.multipart import Upload
from api.rendering.overlay import draw_overlay, encode
from pipeline.documents import Document, Limits, Page, RejectedPage, open_documents
from pipeline.errors import UnavailableError
from pipeline.forms import FormTemplate
from pipeline.reader import Reader
from pipeline.reading import DocumentReading, PageReading

RETRY_SECONDS = 5
"""When to come back after a 503."""

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


class Readings:
    """The readers of one service, their threads, and the places for uploads. Made at start-up, closed at the end.

    Args:
        reader: Reads every form that the service offers.
        settings: How much is read at a time.

    """

    def __init__(self, reader: DocumentReader, settings: Settings) -> None:
        self.settings = settings
        self.forms = reader.forms
        self._reader = reader
        self._restricted: dict[str, DocumentReader] = {}
        self._pool = ThreadPoolExecutor(settings.parallel_readings, thread_name_prefix="reading")
        self._taken = 0

    @property
    def full(self) -> bool:
        """Whether another upload would be refused."""
        return self._taken >= self.settings.max_requests

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place while an upload is received and read.

        Raises:
            UnavailableError: `service_busy`.

        """
        if self.full:
            limit = self.settings.max_requests
            raise UnavailableError("service_busy", limit=limit, seconds=RETRY_SECONDS)
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

    async def read(
        self,
        uploads: Sequence[Upload],
        form: str | None = None,
        *,
        overlay: Language | None = None,
        explain: bool = False,
    ) -> AsyncGenerator[list[str], None]:
        """Yield the JSON lines of each document, in the order of `chasil read --json`.

        Args:
            uploads: What to read.
            form: Read only as this form, one of `forms`.
            overlay: Add the picture of what was read where to every page, with words in this language.
            explain: Add what could be misread to every page, and the sums that do not add up to every document.

        """
        reader = await self._only(form)
        documents = open_documents(list(uploads), reader.limits)
        waiting: deque[asyncio.Future[list[str]]] = deque()
        try:
            while (document := await self._run(next, documents, None)) is not None:
                waiting.append(self._run(lines_of, reader, document, overlay, explain))
                # Never far ahead of whoever takes the lines, and never the whole pool's queue for one upload.
                if len(waiting) >= self.settings.parallel_readings:
                    yield await waiting.popleft()
            while waiting:
                yield await waiting.popleft()
        finally:
            for left in waiting:
                left.cancel()

    def close(self) -> None:
        """Let what is being read end, and start nothing more."""
        self._pool.shutdown(cancel_futures=True)

    async def _only(self, form: str | None) -> DocumentReader:
        """Return the reader that knows only this form; made when first asked for, so at most one a form."""
        if form is None or list(self.forms) == [form]:
            return self._reader
        if form not in self._restricted:
            limits = self._reader.limits
            self._restricted[form] = await self._run(lambda: Reader(form, forms=self.forms, limits=limits))
        return self._restricted[form]

    def _run(self, work: Callable[..., Result], *arguments: Any) -> asyncio.Future[Result]:
        return asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)


def lines_of(reader: DocumentReader, document: Document, overlay: Language | None, explain: bool) -> list[str]:
    """Read a document; return its page lines, then its own line, as JSON."""
    reading = reader.read_document(document)
    lines = []
    for page, page_reading in zip(document.pages, reading.pages, strict=True):
        line = page_reading.to_json()
        if overlay:
            line["overlay"] = overlay_uri(page, page_reading, reading, overlay)
        if explain:
            line["close_calls"] = close_calls(page_reading)
        lines.append(line)
    whole = reading.to_json()
    if explain:
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

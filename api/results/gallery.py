"""Masked pictures of pages and the cuts of their numbers: made once, kept while there is room.

The only way from a page to what the public sees. A page without a sheet that was found, or whose layout is not
confirmed, has nothing to show: nobody could say where on it the names are.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from api.core.context import Records
from api.db.states import PageState
from api.db.tables import Page, Reading
from api.documents.open_original import open_page
from api.rendering.page_images import cover_private, cut_out, is_hidden, public_page
from pipeline.documents import Limits
from pipeline.documents import Page as OpenPage
from pipeline.errors import UnavailableError
from pipeline.packing import unpack
from pipeline.reading import PageReading

MOST_PAGES = 64
"""Pages kept, up to a megabyte each; those that were asked for longest ago go first."""

WAIT_SECONDS = 20.0
"""How long a picture may wait for the ones before it: they are made one at a time, so that readers keep their cores."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the public sees of a page.

    Attributes:
        sheet: The straightened sheet, masked, as JPEG; None where nothing may be shown.
        cuts: The place of each number, as PNG, by field.

    """

    sheet: bytes | None = None
    cuts: Mapping[str, bytes] = field(default_factory=dict)


class Gallery:
    """The public pictures of a service.

    Args:
        records: Where pages and their originals are.

    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._kept: OrderedDict[str, Shown] = OrderedDict()
        self._looking, self._making = threading.Lock(), threading.Lock()

    def show(self, page: Page, key: str) -> Shown:
        """Return what the public sees of a page.

        Args:
            page: The page.
            key: Its `public_etag`, under which the pictures are kept.

        Raises:
            UnavailableError: `service_busy`: too many pictures are being made.

        """
        if page.reading_id is None or page.state != PageState.READ:
            return Shown()
        if (kept := self._keep(key)) is not None:
            return kept
        if not self._making.acquire(timeout=WAIT_SECONDS):
            raise UnavailableError("service_busy", limit=1, seconds=5)
        try:
            # Whoever waited may find it made meanwhile.
            return self._keep(key) or self._keep(key, self._make(page)) or Shown()
        finally:
            self._making.release()

    def _keep(self, key: str, made: Shown | None = None) -> Shown | None:
        """Return what is kept under a tag, now the newest of all; `made` is kept from now on."""
        with self._looking:
            found = self._kept.pop(key, None) or made
            if found is not None:
                self._kept[key] = found
            if len(self._kept) > MOST_PAGES:
                self._kept.popitem(last=False)
        return found

    def _make(self, page: Page) -> Shown:
        reading = self._reading(page)
        form = self._records.forms.get(reading.form or "")
        if is_hidden(reading) or reading.form_page is None or form is None:
            return Shown()
        if not form.is_confirmed(reading.form_page):
            return Shown()
        opened = open_page(page, self._records.originals.fetch(page.original), Limits())
        if not isinstance(opened, OpenPage):
            return Shown()
        sheet = public_page(opened, reading, form)
        picture = opened.colour().copy()
        cover_private(picture, reading, form)
        places = {name: field.region for name, field in reading.fields.items()}
        return Shown(sheet, {name: cut_out(picture, region) for name, region in places.items() if region is not None})

    def _reading(self, page: Page) -> PageReading:
        with self._records.database.reading() as session:
            return unpack(session.scalars(select(Reading.evidence).where(Reading.id == page.reading_id)).one())

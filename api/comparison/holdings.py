"""The photographs that the service of this machine holds, with its readings and what people decided there."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, select

from api.comparison.photographs import Photograph
from api.comparison.published import PublishedStation
from api.core.context import Records
from api.db.states import NumberState, PageState
from api.db.tables import Document, Number, Page, Reading
from api.documents.open_original import open_page
from api.tabulation.elections import election_for
from pipeline.documents import Limits, RejectedPage
from pipeline.documents import Page as OpenPage
from pipeline.packing import unpack
from pipeline.reading import PageReading

REVIEWED = NumberState.REVIEWED


class Holdings:
    """The photographs of one election in a service.

    Args:
        records: What it remembers.
        election: Which election; None for the only one, or the only one that is counted.
        limits: What one file may ask of the machine.

    Raises:
        UsageError: What `election_for` raises.

    """

    strays = 0

    def __init__(self, records: Records, election: str | None, limits: Limits) -> None:
        self._records, self._limits = records, limits
        with records.database.reading() as session:
            self._election = election_for(session, election).id
            held = select(Document.station).where(Document.election_id == self._election, Document.moved_to.is_(None))
            self._stations = frozenset(session.scalars(held))

    def of(self, station: PublishedStation) -> Sequence[Photograph]:
        """Return the pages of a station that were read, in their order."""
        with self._records.database.reading() as session:
            query = (
                select(Page, Reading.evidence)
                .join(Document, Document.id == Page.document_id)
                .join(Reading, Reading.id == Page.reading_id)
                .where(*self._here(station.code), Page.state == PageState.READ)
                .order_by(Page.form_page, Page.uploaded_at, Page.number)
            )
            rows = [(page, bytes(evidence)) for page, evidence in session.execute(query)]
            session.expunge_all()
        return [self._photograph(page, unpack(evidence)) for page, evidence in rows]

    def may_have(self, station: PublishedStation) -> bool:
        """Return whether the service has a document of a station."""
        return station.code in self._stations

    def reviewed(self, station: str) -> Mapping[str, int]:
        """Return the numbers that people have decided; those that one of them still decides stay unsaid."""
        with self._records.database.reading() as session:
            query = select(Number.field, Number.final).join(Document, Document.id == Number.document_id)
            decided = query.where(*self._here(station), Number.state == REVIEWED, Number.final.is_not(None))
            return {field: int(final) for field, final in session.execute(decided) if final is not None}

    def _here(self, station: str) -> tuple[ColumnElement[bool], ...]:
        return (
            Document.election_id == self._election,
            Document.station == station,
            Document.moved_to.is_(None),
        )

    def _photograph(self, page: Page, reading: PageReading) -> Photograph:
        def opened() -> Sequence[OpenPage | RejectedPage]:
            return [open_page(page, self._records.originals.fetch(page.original), self._limits)]

        return Photograph(page.file_name, opened, reading=reading)

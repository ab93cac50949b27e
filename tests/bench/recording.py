"""Put one upload on record by the functions that the service uses, in this process, without anything to wait for."""

from collections.abc import Callable

from api.core.context import Records
from api.db.tables import Page
from api.documents.prepare import prepare
from api.documents.receive import Delivery, receive
from api.documents.record_page import record_page
from api.workers.claims import claim, hold
from api.workers.read_page import program
from pipeline.documents import Limits
from pipeline.reading import PageReading


def put_on_record(
    records: Records, upload: tuple[str, bytes], limits: Limits, read: Callable[[Page], PageReading]
) -> None:
    """Receive one page, read it, and put it on record.

    Args:
        records: Where; no other page waits there.
        upload: Name, which begins with the polling station, and bytes.
        limits: Of what is received.
        read: Gives the reading of the page.

    """
    receive(records, [upload], Delivery("bench", station_from_name=True), limits)
    page = claim(records, "bench")
    assert page is not None
    reading = read(page)
    prepared = prepare(records, page, reading, program())
    with records.database.writing() as session:
        held = hold(session, page.id, "bench")
        assert held is not None
        record_page(session, records, held, reading, prepared)

"""A mask that grew is seen by every cache: the tag of a picture names all that it is made of."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from api.core.context import Records, open_records
from api.db.tables import Page
from api.documents.picture_etags import masked_etag, part_etag, public_etag
from api.http.pages.results import PICTURE_SECONDS
from api.http.routes.pictures import CHECKED
from pipeline.forms import FormTemplate
from pipeline.reader import Reader
from tests.support.http import settings_in, working

STATION, FORM = "0024010001002", "c-hasil-ppwp-2024"


def widened(form: FormTemplate) -> FormTemplate:
    """Return a template whose private areas reach farther."""
    pages = tuple(
        page.model_copy(
            update={"private": tuple((x - 5, y, width + 10, height) for x, y, width, height in page.private)}
        )
        for page in form.pages
    )
    return form.model_copy(update={"pages": pages})


def test_a_wider_mask_is_another_picture(tmp_path: Path, empty_sqlite: Path, reader: Reader, samples: Path) -> None:
    file = tmp_path / "chasil.db"
    file.write_bytes(empty_sqlite.read_bytes())
    settings = settings_in(tmp_path, f"sqlite:///{file}", public=True)
    with working(settings, reader) as client:
        name = f"{STATION}-p2.jpg"
        files = [("files", (name, (samples / name).read_bytes()))]
        body = client.post(f"/api/v1/documents?wait=120&station={STATION}", files=files).json()["documents"][0]
        (page,) = (one["id"] for one in body["pages"])
        addresses = [f"/results/{STATION}/pages/{page}", f"/api/v1/pages/{page}/image?masked=true"]
        tags = {address: client.get(address).headers["etag"] for address in addresses}
        again = {address: client.get(address, headers={"If-None-Match": tag}) for address, tag in tags.items()}
        assert {answer.status_code for answer in again.values()} == {304}
    with closing(open_records(settings)) as records:
        other = replace(records, forms={FORM: widened(records.forms[FORM])})
        assert made(records).isdisjoint(made(other))


def made(records: Records) -> set[str]:
    """Return the tags of everything that is made of the one page."""
    with records.database.reading() as session:
        page = session.scalars(select(Page)).one()
        found = {masked_etag(session, records, page), public_etag(session, records, page)}
        return found | {part_etag(session, records, page, "paslon_1"), public_etag(session, records, page, "paslon_1")}


def test_no_picture_with_a_mask_is_kept_for_long() -> None:

    assert PICTURE_SECONDS <= 600
    assert "no-cache" in CHECKED

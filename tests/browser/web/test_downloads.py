"""In a real browser, on a telephone: what is downloaded has a name that opens it, and holds what the page shows."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest

from api.administration.elections import ElectionChange, change_election
from api.core.context import open_records
from api.core.settings import Settings
from tests.integration.web.test_for_others import cells
from tests.support.browser import PHONE, Watched, browsing, chromium, listening
from tests.support.second_source import DIFFERS, VILLAGE, bring_in, write_down
from tests.support.service import application

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Rows = list[list[str]]


@pytest.fixture
def served(tmp_path: Path) -> Any:
    chromium()
    told: dict[str, Any] = {"home": tmp_path, "database": f"sqlite:///{tmp_path / 'chasil.db'}", "public": True}
    with listening(application(**told)) as address:
        records = open_records(Settings(**told, form="c-hasil-ppwp-2024", originals=str(tmp_path / "originals")))
        write_down(records.database)
        bring_in(records, tmp_path)
        with records.database.writing() as session:
            change_election(session, "local", "ppwp-2024", ElectionChange(differences=True))
        records.close()
        yield address


def downloaded(watched: Watched, link: str) -> tuple[str, bytes]:
    """Tap a link below a page; return the name that is proposed, and what came."""
    with watched.page.expect_download() as caught:
        watched.page.click(f".downloads a[href*='{link}']")
    return caught.value.suggested_filename, Path(caught.value.path()).read_bytes()


def plain(data: bytes) -> Rows:
    return list(csv.reader(io.StringIO(data.decode("utf-8"))))


def for_excel(data: bytes) -> Rows:
    assert data.startswith(b"\xef\xbb\xbf")
    return [
        [re.sub(r'^="(.*)"$', r"\1", cell) for cell in row]
        for row in csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";")
    ]


@pytest.mark.parametrize("place", [VILLAGE, DIFFERS])
def test_the_three_tables_of_a_page_hold_its_figures(served: str, place: str) -> None:
    with browsing(served, **PHONE) as watched:
        watched.go(f"/results/{place}")
        shown = watched.page.inner_text("main")
        name, data = downloaded(watched, "table.csv?election")
        rows = plain(data)
        excel_name, excel = downloaded(watched, "for=excel")
        book_name, book = downloaded(watched, "table.xlsx")
        pattern = rf"ppwp-2024-{place}-\d{{4}}-\d\d-\d\d-\d{{4}}-WIB"
        assert re.fullmatch(pattern + r"\.csv", name)
        assert (excel_name, book_name) == (re.sub(".csv$", "-excel.csv", name), re.sub("csv$", "xlsx", name))
        _, sheet = cells(book)
        for other in (for_excel(excel), sheet):
            assert [row[:2] for row in other] == [row[:2] for row in rows]
        assert len(rows) > 1
        for row in rows[1:]:  # each line is of a place or a number on the page
            assert row[0][-3:] in shown


def test_the_table_of_differences_holds_every_outcome_that_the_page_shows(served: str) -> None:
    with browsing(served, **PHONE) as watched:
        watched.go("/results/0/differences?outcome=differs&outcome=agrees")
        shown = watched.page.locator("table.found tbody tr").count()
        name, data = downloaded(watched, "differences.csv?election=ppwp-2024&outcome=differs&outcome=agrees")
        assert name.startswith("ppwp-2024-differences-0-")
        rows = plain(data)[1:]
        assert {row[7] for row in rows} == {"differs", "agrees"}
        assert len(rows) == shown
        excel_name, excel = downloaded(watched, "for=excel")
        assert excel_name == re.sub(".csv$", "-excel.csv", name)
        assert len(plain(data)) == len(for_excel(excel))
        watched.page.click("a[hreflang=en]")
        watched.page.wait_for_url("**lang=en**")
        assert watched.page.locator("table.found tbody tr").count() == shown
        watched.go(watched.page.get_attribute(".downloads a[href*='/api/v1/differences']", "href"))
        assert f'"count":{shown},' in watched.page.inner_text("body")

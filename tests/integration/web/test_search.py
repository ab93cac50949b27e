"""Places are found by name, by code, and as people say them: TPS 3 of a village."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from api.db import Database, open_database
from api.db.tables import Region
from api.regions.codes import LEVELS, parent_of
from api.results.search import MOST, named
from tests.support.databases import url_in
from tests.support.html import Tags
from tests.support.service import TestClient, serving

PLACES = {
    "11": "ACEH",
    "1101": "ACEH SELATAN",
    "110101": "BAKONGAN",
    "1101012001": "KEUDE BAKONGAN",
    "1101012001001": "TPS 001",
    "1101012001003": "TPS 003",
    "1101012002": "100% MAJU_JAYA",
    "1101012003": "<b>O'NEILL</b>",
    **{f"3273012{number:03d}": f"SUKAMAJU {number}" for number in range(MOST + 1)},
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    home: Path = tmp_path_factory.mktemp("search")
    url = url_in(request, home)
    with serving(home=home, database=url, form="c-hasil-ppwp-2024", public=True) as opened:
        database = open_database(url)
        with database.writing() as session:
            for code, name in PLACES.items():
                session.add(Region(code=code, parent=parent_of(code), level=LEVELS[len(code)], name=name, listed=True))
        database.close()
        yield opened


def found(client: TestClient, question: str) -> list[str]:
    """Return the codes of the places that a question finds, in their order."""
    answer = client.get("/results/search", params={"q": question})
    assert answer.status_code == 200
    main = answer.text[answer.text.index('<ul class="places">') :] if '<ul class="places">' in answer.text else ""
    return [address.removeprefix("/results/") for address in Tags(main).addresses("href") if address[9:].isdigit()]


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("bakongan", ["110101", "1101012001"]),
        ("  Keude   BAKONGAN ", ["1101012001"]),
        ("aceh", ["11", "1101"]),
        ("110101", ["110101", "1101012001", "1101012002", "1101012003", "1101012001001", "1101012001003"]),
        ("11.01.01", ["110101", "1101012001", "1101012002", "1101012003", "1101012001001", "1101012001003"]),
        ("1101012001", ["1101012001", "1101012001001", "1101012001003"]),
        ("0%", ["1101012002"]),
        ("u_j", ["1101012002"]),
        ("%%", []),
        ("__", []),
        ("\\\\", []),
        ("' or '1'='1", []),
        ("99999999999999999999", []),
        ("99", []),
        ("k", []),
        ("", []),
    ],
)
def test_a_question_finds_what_it_says_and_nothing_else(client: TestClient, question: str, codes: list[str]) -> None:
    assert found(client, question) == codes


@pytest.mark.parametrize(
    "question", ["1101012001003", "TPS 3 keude bakongan", "keude bakongan, tps 003", "1101012001 003"]
)
def test_a_polling_station_opens_at_once(client: TestClient, question: str) -> None:
    answer = client.get("/results/search", params={"q": question, "lang": "en"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/results/1101012001003?lang=en")


def test_what_is_typed_is_shown_as_it_is_and_found_names_too(client: TestClient) -> None:
    page = client.get("/results/search", params={"q": "o'neill"}).text
    assert "&lt;b&gt;O&#39;NEILL&lt;/b&gt;" in page
    assert 'value="o&#39;neill"' in page
    assert "ACEH SELATAN" in page  # where it lies
    page = client.get("/results/search", params={"q": '"><script>'}).text
    assert "<script>" not in page
    assert "Tidak ada tempat yang cocok" in page


def test_too_many_are_said_to_be_more(client: TestClient) -> None:
    assert len(found(client, "sukamaju")) == MOST
    assert f"Lebih dari {MOST} tempat" in client.get("/results/search?q=sukamaju").text
    assert client.get("/results/search", params={"q": "a" * 101}).status_code == 404


def test_every_page_of_results_asks_without_script(client: TestClient) -> None:
    page = client.get("/results/11?lang=en").text
    form = page[page.index('<form class="search"') : page.index("</form>", page.index('<form class="search"'))]
    assert 'method="get" action="/results/search"' in form
    assert 'name="lang" value="en"' in form
    assert 'name="q"' in form


def test_a_name_is_looked_for_among_regions_and_not_among_stations(database: Database) -> None:
    wanted = select(Region.code).where(named("suka"))
    query = str(wanted.compile(database.engine, compile_kwargs={"literal_binds": True}))
    explain = "EXPLAIN QUERY PLAN" if database.embedded else "EXPLAIN"
    with database.reading() as session:
        if not database.embedded:
            session.execute(text("SET LOCAL enable_seqscan = off"))  # it is a choice only among many rows
        plan = " ".join(str(row) for row in session.execute(text(f"{explain} {query}")))
    assert "ix_region_level" in plan

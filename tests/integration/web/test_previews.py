"""What the preview of a link shows, and how an error of a page is told."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from api.http.pages.report import report_address
from tests.support.counted import ALL, WHOLE, fill
from tests.support.html import Tags
from tests.support.service import TestClient, serving

CONTACT = "mailto:posko@kpu.example"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    home = tmp_path_factory.mktemp("paper")
    url = f"sqlite:///{home / 'chasil.db'}"
    with serving(home=home, database=url, public=True, security_contact=CONTACT) as opened:
        fill(url, {WHOLE: ALL})
        yield opened


def previewed(client: TestClient, path: str) -> dict[str, str]:
    tags = Tags(client.get(path).text).found
    return {of["property"] or "": of["content"] or "" for tag, of in tags if tag == "meta" and "property" in of}


@pytest.mark.parametrize("path", ["/results/0", f"/results/{WHOLE}", f"/results/{WHOLE}/paslon_1"])
def test_a_preview_says_of_when_it_is_and_no_figure(client: TestClient, path: str) -> None:
    seen = previewed(client, path)
    assert re.search(r"Keadaan \d+ \w+ \d{4} pukul \d\d\.\d\d WIB", seen["og:description"])
    assert seen["og:title"].endswith("· chasil")
    assert seen["og:locale"] == "id_ID"
    for votes in ("1.549", "1549", "34,5", "%"):
        assert votes not in seen["og:description"] + seen["og:title"]
    assert "As of" in previewed(client, f"{path}?lang=en")["og:description"]
    assert "Keadaan" not in previewed(client, "/")["og:description"]


def test_an_error_is_told_with_the_page_and_the_ink(client: TestClient) -> None:
    links = [one for one in Tags(client.get(f"/results/{WHOLE}").text).addresses("href") if "@" in one]
    assert len(links) == 1
    assert links[0].startswith(f"{CONTACT}?")
    letter = parse_qs(urlsplit(links[0]).query)
    assert WHOLE in letter["subject"][0]
    assert f"http://127.0.0.1:8000/results/{WHOLE}?election=ppwp-2024" in letter["body"][0]


def test_of_the_letter_no_more_is_said_than_is_in_it(client: TestClient) -> None:
    assert "gambar tulisannya" not in client.get(f"/results/{WHOLE}").text
    assert "alamat halaman ini sudah terisi" in client.get("/results/0").text


def test_a_contact_that_is_no_letter_is_linked_as_it_is() -> None:
    assert report_address("https://kpu.example/lapor", "subject", "body") == "https://kpu.example/lapor"
    assert report_address(None, "subject", "body") is None
    said = report_address(CONTACT, "a & b", "first\r\nsecond?")
    assert said is not None
    assert unquote(said.partition("?")[2]) == "subject=a & b&body=first\r\nsecond?"
    assert "+" not in said  # a mail program shows it as a plus


def test_where_nobody_is_named_nothing_is_promised() -> None:
    with serving(public=True) as client:
        assert "Laporkan" not in client.get("/results/0").text

"""Every page in both languages: nothing inline, nothing from elsewhere, no dead link, every word said and used."""

import html
import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

import api.web
from pipeline.texts import TEXTS_FOLDER
from pipeline.texts import texts as catalogue
from tests.support.html import Tags
from tests.support.site import ADMIN, REASON, REGIONS, REVIEWER, STATION, VILLAGE, Site

WEB = Path(api.web.__file__).parent
MANAGED = [f"/admin{part}" for part in ("", "/people", "/elections", "/regions", "/forms", "/models", "/failures")]
PAGES = [
    "/",
    "/results/search",
    "/practice",
    "/upload",
    "/login",
    "/docs/README.md",
    "/api",
    *MANAGED,
    *map(Site.at, REGIONS),
    f"/results/{STATION}/paslon_2",
]
OTHERS_PAGES = ("/review",)
"""Pages of other parts of the service, which have tests of their own."""


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_nothing_inline_and_leads_nowhere_else(site: Site, path: str, language: str) -> None:
    answer = site.get(f"{path}?lang={language}", site.admin)
    assert answer.status_code == 200
    tags = Tags(answer.text)
    assert f'<html lang="{language}">' in answer.text
    assert tags.inline == ""
    for tag, attributes in tags.found:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)
        assert tag != "style"
    for address in tags.addresses("src", "href", "action"):
        assert address.startswith(("/", "#")), address


@pytest.mark.parametrize("path", PAGES)
def test_no_link_is_dead_and_all_keep_the_language(site: Site, path: str) -> None:
    for address in Tags(site.get(f"{path}?lang=en", site.admin).text).addresses("src", "href"):
        if address.startswith(("#", *OTHERS_PAGES)):
            continue
        assert site.get(address, site.admin).status_code in (200, 303), address
        assert address.startswith(("/static", "/api")) or "lang=" in address, address


@pytest.mark.parametrize("path", PAGES)
def test_every_page_names_its_parts(site: Site, path: str) -> None:
    tags = Tags(site.get(path, site.admin).text).found
    assert sum(tag == "h1" for tag, _ in tags) == 1
    assert sum(tag == "main" for tag, _ in tags) == 1
    assert all(attributes.get("alt") for tag, attributes in tags if tag == "img" and "src" in attributes)
    labelled = {attributes.get("for") for tag, attributes in tags if tag == "label"}
    seen = [attributes for tag, attributes in tags if tag == "input" and attributes.get("type") != "hidden"]
    assert {attributes.get("id") for attributes in seen} <= labelled
    pointed = {part for _, of in tags for part in (of.get("aria-labelledby") or "").split()}
    assert pointed <= {attributes.get("id") for _, attributes in tags}


def test_the_nation_leads_down_to_the_station(site: Site) -> None:
    assert site.get("/results?lang=en").headers["location"] == "/results/0?lang=en"
    for above, below in pairwise(REGIONS):
        page = site.get(f"{Site.at(above)}?lang=en").text
        assert f'href="/results/{below}?election=ppwp-2024&amp;lang=en"' in page


def test_a_region_says_what_counts_and_how_far_it_is(site: Site) -> None:
    page = site.get(Site.at(VILLAGE)).text
    assert '<tr data-field="paslon_1">' in page
    assert "132" in page
    assert "57,39 %" in page  # of 132 + 69 + 29, rounded down
    assert "Suara pasangan dihitung dari semua TPS yang masuk." in page
    assert "Daftar TPS wilayah ini belum dimasukkan" in page
    # How many there are to come nobody knows, and that is no 0.
    figures = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]*)</dd>", page))
    assert (figures["TPS diharapkan"], figures["sudah masuk"]) == ("–", "1")
    assert "<strong>?</strong> belum masuk" in page
    assert "Berapa TPS yang belum masuk tidak diketahui." in page
    assert "juga dari luar DPT" in page  # whoever voted is more than a part of that list


@pytest.mark.parametrize("sort", ["name", "-received", "-paslon_1", "broken", "-nonsense"])
def test_parts_come_in_any_order(site: Site, sort: str) -> None:
    page = site.get(f"{Site.at(VILLAGE)}?sort={sort}")
    assert page.status_code == 200
    assert ("aria-sort" in page.text) == (sort not in ("code", "-nonsense"))


def test_a_station_shows_numbers_with_ink_and_what_does_not_add_up(site: Site) -> None:
    page = site.get(Site.at(STATION)).text
    assert "Seperti tertulis, tidak cocok" in page  # 69 was put where the sum needs 68
    assert "diperiksa orang" in page
    assert "1 halaman tidak memiliki gambar publik" in page
    numbers = [one["field"] for one in site.document["numbers"]]
    assert sorted(re.findall(r'<tr data-name="(\w+)">', page)) == sorted(numbers)
    for number in site.document["numbers"]:
        assert f"/pages/{number['page']}/{number['field']}?" in page


def test_history_tells_everything_but_who(site: Site) -> None:
    page = site.get(f"/results/{STATION}/paslon_2?lang=en").text
    assert REASON in page
    assert "corrected" in page
    assert ">reviewer<" in page
    assert "digits-" in page
    for path in (f"/results/{STATION}/paslon_2", Site.at(STATION)):
        for private in (REVIEWER, ADMIN, ".jpg"):
            assert private not in site.get(path).text


def test_what_people_still_decide_is_not_told(site: Site) -> None:
    waiting = [number for number in site.document["numbers"] if number["state"] == "review"]
    assert waiting
    for number in waiting:
        page = site.get(f"/results/{STATION}/{number['field']}?lang=en").text
        assert "still under review" in page
        assert 'class="cells"' not in page


def test_tables_are_downloaded(site: Site) -> None:
    answer = site.get(f"/results/{STATION}/table.csv?lang=en")
    assert answer.headers["content-type"].startswith("text/csv")
    assert f'{STATION},paslon_2,"Valid votes, pair 2",69,069,reviewed,' in answer.text
    assert site.get(f"/results/{VILLAGE}/table.csv").text.splitlines()[1].startswith(f"{STATION},")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/results/99", 404),
        ("/results/abc", 404),
        (f"/results/{STATION}/nothing", 404),
        (f"/results/{STATION}?election=none", 422),
        ("/results/0?page=9999&sort=x", 200),
        ("/results/0?page=x", 404),
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(site: Site, path: str, status: int) -> None:
    answer = site.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert 'lang="id"' in answer.text


def test_navigation_shows_only_what_one_may_do(site: Site, closed: Site) -> None:
    assert _entries(site, "/", None) == ["/", "/results", "/practice", "/login"]
    assert _entries(closed, "/", None) == ["/", "/login"]
    assert _entries(closed, "/", closed.reviewer) == ["/", "/results", "/review", "/practice", "/account"]
    assert _entries(closed, "/", closed.admin) == ["/", "/results", "/upload", "/practice", "/admin", "/account"]


def test_who_may_not_upload_is_told_so_or_led_to_the_login(closed: Site) -> None:
    assert closed.get("/upload", closed.reviewer).status_code == 403
    answer = closed.get("/upload?lang=en")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?to=%2Fupload%3Flang%3Den&lang=en")


def _entries(site: Site, path: str, headers: dict[str, str] | None) -> list[str]:
    page = site.get(path, headers).text
    bar = page[page.index('<header class="bar">') : page.index('class="languages"')]
    return [address.partition("?")[0] for address in Tags(bar).addresses("href")]


def test_every_word_is_said_in_both_languages_and_used() -> None:
    templates = {file.stem: file.read_text(encoding="utf-8") for file in (WEB / "templates").glob("*.html")}
    scripts = {file.stem: file.read_text(encoding="utf-8") for file in (WEB / "static").glob("*.js")}
    beside = "".join(templates[name] for name in ("differences-parts", "differences", "region", "station"))
    results = "".join(templates[name] for name in ("results-parts", "region", "station", "history", "differences"))
    place = next(line for line in templates["results-parts"].splitlines() if "macro place(" in line)
    users = {
        "layout": (templates["base"].replace("words.title", "") + templates["foot"] + templates["search-form"]).replace(
            "layout.", "words."
        ),
        "results": results,
        "differences": re.sub(r"\bwords\.", "", beside).replace("more.", "words."),
        "search": "words.title" + templates["search"] + place,
        "admin": "words.title" + "".join(text for name, text in templates.items() if name.startswith("admin")),
        **{name: "words.title" + templates[name] + templates["document-parts"] for name in ("practice", "upload")},
        "practice_script": scripts["page"]
        + scripts["files"]
        + scripts["practice"]
        + scripts["ink"]
        + scripts["explain"]
        + '"accepted" "review" "rejected"',
        "upload_script": scripts["page"]
        + "".join(scripts[name] for name in ("files", "upload", "rows", "documents", "steps")),
    }
    base = "words.title"
    for section, words in _sections().items():
        text = users.get(section) or base + templates.get(section, "")
        if section not in users and section not in templates:
            continue  # of another part of the service
        prefixes = re.findall(r"[\"`](\w+_)(?:\" ~|\$\{)", text)
        unused = {key for key in words if not re.search(rf'\bwords\.{key}\b|"{key}"', text)}
        assert {key for key in unused if not key.startswith(tuple(prefixes))} == set(), section
        if not section.endswith("script"):
            assert set(re.findall(r"\bwords\.(?!get\b)(\w+)", text)) <= set(words), section


def test_every_text_has_the_same_places_in_both_languages() -> None:
    for section, words in _sections().items():
        for key, texts in words.items():
            assert texts.keys() == {"id", "en"}, (section, key)
            places = [set(re.findall(r"\{\w+\}", texts[language])) for language in ("id", "en")]
            assert places[0] == places[1], (section, key)


def test_no_text_is_hidden_by_what_every_table_can_do() -> None:
    for section, words in _sections().items():
        assert set(words) & set(dir(dict)) == set(), section  # a template would show the method of that name


def _sections() -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = {}
    for file in (TEXTS_FOLDER / "pages").glob("*.yaml"):
        sections = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert not set(sections) & set(found), file
        found |= sections
    return found


def test_documentation_and_api_are_linked_and_open_to_everyone(site: Site) -> None:
    for path in ("/", "/login", "/upload", "/results/0"):
        addresses = Tags(site.get(f"{path}?lang=en", site.admin).text).addresses("href")
        assert {"/docs/README.md?lang=en", "/api?lang=en"} <= set(addresses), path
    for address in ("/docs/README.md", "/docs/guides/for-uploaders.md", "/api", "/api/v1/openapi.json"):
        assert site.get(address).status_code == 200, address
    for away in (
        "/docs/../pyproject.toml",
        "/docs/%2e%2e/pyproject.toml",
        f"/docs/{'a' * 300}.md",
        "/docs/screenshots/review-dark.webp",
    ):
        assert site.get(away).status_code == 404, away


def test_the_page_of_the_api_tells_every_operation_of_its_description_in_the_language_of_the_page(site: Site) -> None:
    said = catalogue("operations")
    shown = {language: html.unescape(site.get(f"/api?lang={language}").text) for language in ("id", "en")}
    assert html.unescape(site.get("/api").text).count("Daftar dokumen") == 1  # Indonesian where nobody asks for another
    for path, methods in site.get("/api/v1/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            key = f"{method.upper()} {path.removeprefix('/api/v1')}"
            assert operation["summary"] == said[key]["en"]
            for language, page in shown.items():
                line = f'<dt class="hash">{method.upper()} {path}</dt><dd>{said[key][language]}</dd>'
                assert line in page, (language, key)
    assert not re.search(r">(documents|tallies|people|review|service)<", shown["id"])


def test_the_catalogue_says_of_every_operation_what_it_does_and_of_nothing_else(site: Site) -> None:
    paths = site.get("/api/v1/openapi.json").json()["paths"]
    answered = {
        f"{method.upper()} {path.removeprefix('/api/v1')}" for path, methods in paths.items() for method in methods
    }
    assert catalogue("operations").keys() == answered
    for language in ("id", "en"):
        lines = [said[language] for said in catalogue("operations").values()]
        assert len(lines) == len(set(lines)), language  # each says what it is, read by itself

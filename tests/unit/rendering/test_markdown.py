"""Pages of the documentation as HTML: nothing of them runs, and no link leaves them."""

from api.rendering.markdown import as_html


def leading(address: str) -> str | None:
    return f"/docs/{address}" if address.endswith(".md") else None


def test_a_page_is_shown_with_its_headings_tables_and_links() -> None:
    page = as_html("# Sums & more\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nSee [there](other.md#how-it-is).", leading)
    assert '<h1 id="sums--more">Sums &amp; more</h1>' in page
    assert "<td>2</td>" in page
    assert '<a href="/docs/other.md#how-it-is">there</a>' in page


def test_whatever_is_html_or_runs_is_text() -> None:
    page = as_html("<script>alert(1)</script>\n\n[x](javascript:alert(1)) <b onclick=y>z</b>", leading)
    assert "<script" not in page
    assert "href" not in page
    assert "<b " not in page


def test_links_that_lead_nowhere_are_their_words_and_pictures_what_they_show() -> None:
    page = as_html("[the code](../pipeline/reader.py) and ![a sheet](sheet.webp), [below](#here)", leading)
    assert "<p>the code and a sheet," in page
    assert "<img" not in page
    assert '<a href="#here">below</a>' in page

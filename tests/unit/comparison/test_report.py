"""What a hostile published file, or a hostile file name, may do to the report: nothing."""

import csv
import io
from pathlib import Path

import pytest

from api.comparison.findings import add_findings
from api.comparison.lines import summary_line
from api.comparison.published import PublishedStation, fault
from api.comparison.report import link_of, write_report
from api.comparison.stations import JudgedNumber, JudgedStation, PageOf
from api.comparison.table_of_findings import write_table
from api.comparison.totals import Totals
from api.comparison.verdict import Outcome, Verdict
from api.comparison.work import KeptPhotograph, Work
from pipeline.documents import Source
from pipeline.reading import Outcome as ReadOutcome
from pipeline.reading import PageReading
from tests import ROOT
from tests.unit.comparison.invented import STATION, form, sure

EVIL = '"><script>alert(1)</script>'


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc",
        "//x",
        "http:",
        "",
        None,
    ],
)
def test_only_addresses_of_the_web_become_links(address: str | None) -> None:
    assert link_of(address) is None


def test_an_address_of_the_web_becomes_a_link() -> None:
    assert link_of("https://example.org/a.jpg?b=1") == "https://example.org/a.jpg?b=1"


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """Return a work file with one difference, every text of which is hostile."""
    kept = Work(tmp_path / "work.sqlite")
    station = PublishedStation(STATION, {"paslon_1": 182}, at=EVIL)
    kept.add_published([station, fault(EVIL, "number_faulty", EVIL)])
    photograph = KeptPhotograph(STATION, 0, f"=cmd(){EVIL}.jpg", f"https://example.org/{EVIL}", 1, "0" * 64)
    page = PageOf(photograph, PageReading("d", Source("a.jpg"), ReadOutcome.ACCEPTED, form().id, 2))
    number = JudgedNumber("paslon_1", 182, Verdict(Outcome.DIFFERS), sure(132), page)
    judged = JudgedStation(station, [number], form())
    add_findings(kept, judged, {})
    return kept


@pytest.mark.parametrize("language", ["id", "en"])
def test_nothing_of_a_file_becomes_a_part_of_the_page(language: str, work: Work) -> None:
    target = io.StringIO()
    by = {"program": EVIL, "reader": EVIL, "form": EVIL, "threshold": 0.9993, "photographs_of_no_station": 0}
    snapshot = {"name": EVIL, "sha256": "0", "taken_at": EVIL, "first": EVIL, "last": EVIL, "stations": 1, "faults": {}}
    write_report(target, work, summary_line(Totals(), snapshot, by, None), f"chasil compare {EVIL}", language)
    assert "<script" not in target.getvalue()
    assert "&lt;script&gt;" in target.getvalue()
    assert "default-src &#39;none&#39;" in target.getvalue() or "default-src 'none'" in target.getvalue()


def test_no_cell_of_the_table_becomes_a_formula(work: Work) -> None:
    target = io.StringIO()
    write_table(target, work)
    (row,) = csv.DictReader(io.StringIO(target.getvalue()))
    assert (row["station"], row["outcome"], row["file"][:5]) == (STATION, "differs", "'=cmd")


def test_the_report_says_in_no_language_why_a_figure_differs() -> None:
    words = (ROOT / "data" / "texts" / "comparison.yaml").read_text(encoding="utf-8").lower()
    texts = words.split("\n", 1)[1]
    for word in ("fraud", "curang", "manipul", "palsu", "cheat", "rigg", "steal", "forge"):
        assert word not in texts

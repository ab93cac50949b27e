"""Files that other programs fail on: each is read, or what it lacks is said."""

from pathlib import Path

import pytest

from pipeline import Reader
from pipeline.reading import DocumentReading, Outcome

VOTES = ("paslon_1", "paslon_2", "paslon_3")
READ: dict[str, tuple[int, int, int]] = {
    "motion-photo.jpg": (64, 34, 42),
    "plain-scan.pdf": (98, 32, 68),
    "plain-scan.jpg": (98, 32, 68),
    "photo-small-on-a4.pdf": (68, 42, 74),
    "photo-2100x2800.jpg": (68, 42, 74),
    "sheet-1500x2000-in-24mp.jpg": (64, 34, 42),
    "sheet-1500x2000-cropped.jpg": (64, 34, 42),
    "FB_IMG_1707898212345.jpg": (64, 34, 42),
}
"""Each with the votes of its page 2."""


def read(reader: Reader, shared: Path, name: str) -> DocumentReading:
    (document,) = reader.read(shared / "cases" / name)
    return document


@pytest.mark.parametrize("name", READ)
def test_what_a_person_reads_is_read_and_accepted(reader: Reader, shared: Path, name: str) -> None:
    fields = read(reader, shared, name).fields
    assert tuple(fields[vote].value for vote in VOTES) == READ[name]
    assert {fields[vote].outcome for vote in VOTES} == {Outcome.ACCEPTED}


def test_a_scan_in_a_pdf_is_taken_out_as_it_is(reader: Reader, shared: Path) -> None:
    scan, alone = (read(reader, shared, f"plain-scan.{kind}").pages[0].source for kind in ("pdf", "jpg"))
    assert (scan.width, scan.height) == (alone.width, alone.height) == (1414, 2000)


def test_both_pictures_of_a_heic_are_read(reader: Reader, shared: Path) -> None:
    document = read(reader, shared, "two-pages.heic")
    assert [page.form_page for page in document.pages] == [2, 3]
    written = (*VOTES, "suara_sah", "suara_tidak_sah", "suara_total")
    assert [document.fields[name].value for name in written] == [64, 34, 42, 140, 1, 141]


@pytest.mark.parametrize("tag", ["with", "without"])
def test_of_two_sheets_in_one_picture_nothing_counts_unseen(reader: Reader, shared: Path, tag: str) -> None:
    document = read(reader, shared, f"two-sheets-{tag}-tag.jpg")
    (page,) = document.pages
    assert {reason.code for reason in page.reasons} & {"several_sheets", "several_sheets_unread"}
    assert not [name for name, field in document.fields.items() if field.outcome is Outcome.ACCEPTED]


def test_what_is_cut_off_is_said(reader: Reader, shared: Path) -> None:
    document = read(reader, shared, "right-side-cut-off.jpg")
    assert "sheet_cut_off" in {reason.code for page in document.pages for reason in page.reasons}
    assert not [name for name, field in document.fields.items() if field.outcome is Outcome.ACCEPTED]

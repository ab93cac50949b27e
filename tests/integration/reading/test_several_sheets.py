"""Two sheets in one picture: nothing of either counts unseen, and the uploader is told to take them one at a time."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline import Reader
from pipeline.reading import Outcome, PageReading
from pipeline.reasons import RETAKE
from tests.integration.reading.pictures import page_of

Grey = NDArray[np.uint8]
PAGES = "pages/images/"
TAGLESS = [
    (PAGES + "A_c1ppwp2019p2_test07.jpg", PAGES + "A_c1ppwp2019p2_test16.jpg"),
    (PAGES + "B_c1ppwp2019p2_07COTKUMBANG_01.png", PAGES + "B_c1ppwp2019p1_05COTBULOH_01.png"),
    ("wild/kwk-2020/images/kwk2020_0379.jpg", "wild/kwk-2020/images/kwk2020_0085.jpg"),
    (
        "wild/ppwp-2024-votes/images/ppwp2024votes_0104.jpg",
        "wild/ppwp-2024-votes/images/ppwp2024votes_0159.jpg",
    ),
]


def grey(path: Path, height: int) -> Grey:
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    width = round(picture.shape[1] * height / picture.shape[0])
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def beside(first: Grey, second: Grey, *, gap: int = 40, upright: bool = False) -> Grey:
    """Put two pictures beside each other, or one above the other."""
    if upright:
        return np.asarray(np.rot90(beside(np.rot90(first), np.rot90(second), gap=gap), -1), np.uint8)
    height = max(len(first), len(second))
    both = np.full((height, first.shape[1] + gap + second.shape[1]), 120, np.uint8)
    both[: len(first), : first.shape[1]] = first
    both[: len(second), first.shape[1] + gap :] = second
    return both


def assert_nothing_counts(page: PageReading) -> None:
    assert [reason.code for reason in page.reasons if reason.code in RETAKE][:1] in (
        ["several_sheets"],
        ["several_sheets_unread"],
    )
    for field in page.fields.values():
        assert field.outcome is Outcome.REVIEW
        assert "several_sheets" in [reason.code for reason in field.reasons]


@pytest.mark.parametrize(("first", "second"), TAGLESS)
def test_of_two_sheets_without_tags_nothing_counts(first: str, second: str, shared: Path, reader: Reader) -> None:
    assert_nothing_counts(reader.read_page(page_of(beside(grey(shared / first, 1700), grey(shared / second, 1700)))))


def test_of_two_sheets_above_each_other_nothing_counts(shared: Path, reader: Reader) -> None:
    first, second = TAGLESS[0]
    both = beside(grey(shared / first, 1000), grey(shared / second, 1000), upright=True)
    assert_nothing_counts(reader.read_page(page_of(both)))


@pytest.mark.parametrize(("first", "second"), [("0024010001002-p2", "0024010002021-p2"), ("0024010001002-p1",) * 2])
def test_of_two_sheets_with_tags_nothing_counts(first: str, second: str, samples: Path, reader: Reader) -> None:
    both = beside(grey(samples / f"{first}.jpg", 1600), grey(samples / f"{second}.jpg", 1600))
    assert_nothing_counts(reader.read_page(page_of(both)))


def blank(seed: int) -> Grey:
    """Draw a page 2 of C1-PPWP 2019 as its template has it, ruled but without a word: too little to be sure of."""
    from pipeline.forms import TaggedPage, load_forms  # noqa: PLC0415
    from pipeline.registration.lines.layout import layout_of  # noqa: PLC0415

    form = load_forms()["c1-ppwp-2019"]
    layout = layout_of(TaggedPage(form, form.page(2)))
    assert layout is not None
    scale = 1700 / form.sheet.height
    page = np.full((1700, round(form.sheet.width * scale)), 250, np.uint8)
    for at, start, end in layout.level * scale:
        cv2.line(page, (round(start), round(at)), (round(end), round(at)), 20, 2)
    for at, start, end in layout.upright * scale:
        cv2.line(page, (round(at), round(start)), (round(at), round(end)), 20, 2)
    page[np.random.default_rng(seed).random(page.shape) < 0.0005] = 90
    return page


def test_of_two_sheets_of_which_neither_is_sure_the_uploader_is_told(reader: Reader) -> None:
    page = reader.read_page(page_of(beside(blank(1), blank(2))))
    assert not page.fields or not [one for one in page.fields.values() if one.outcome is Outcome.ACCEPTED]
    assert {reason.code for reason in page.reasons} & {"several_sheets", "several_sheets_unread"}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_one_sheet_is_one_sheet(number: int, samples: Path, reader: Reader) -> None:
    page = reader.read_page(page_of(grey(samples / f"0024010001002-p{number}.jpg", 1600)))
    assert not [reason for reason in page.reasons if "several" in reason.code]


@pytest.mark.parametrize("name", sorted({name for pair in TAGLESS for name in pair}))
def test_one_sheet_without_a_tag_is_one_sheet(name: str, shared: Path, reader: Reader) -> None:
    page = reader.read_page(page_of(grey(shared / name, 1700)))
    assert page.fields
    assert not [reason for reason in page.reasons if "several" in reason.code]

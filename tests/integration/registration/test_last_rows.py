"""A row at the foot of a table that cannot be made out: nobody may think that the sheet ends above it."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline import Reader
from pipeline.forms import FormTemplate, load_forms, tagged_pages
from pipeline.reading import Outcome
from pipeline.registration import SheetFinder
from pipeline.registration.picture import Picture
from pipeline.registration.tags.detection import TagFinder
from pipeline.registration.tags.proposals import propose_by_tag
from pipeline.registration.variants import Variants
from training.evaluation.truths import opened
from training.pages.sheet import draw_sheet

EIGHT_ROWS = "wild/dpd-2024/images/dpd2024_0001.jpg"
FOOT = 1179
"""Pixels above which all rows of it but the last lie."""

INSTALLED = load_forms()
SHORT, LONG = (INSTALLED[f"c-hasil-dpd-2024-candidates-{count}"] for count in (7, 13))


@pytest.mark.parametrize(
    ("form", "unsure", "follows"),
    [(SHORT, "calon_7", True), (SHORT, "calon_3", False), (SHORT, None, False), (LONG, "calon_8", False)],
    ids=["the last of seven", "another of seven", "none of seven", "the last of a full page"],
)
def test_rows_may_follow_where_the_last_is_not_surely_placed(
    form: FormTemplate, unsure: str | None, follows: bool
) -> None:
    forms = {one.id: one for one in (SHORT, LONG)}
    picture = Picture(np.round(255 * draw_sheet(form, 2, 2.0).mean(axis=2)).astype(np.uint8))
    placer = SheetFinder(forms).placer
    tags = TagFinder(tagged_pages(forms.values())).glance(picture.grey)
    found = placer.verified(picture, propose_by_tag(picture.grey, tags))
    assert found.alignment.target.form is form
    doubted = found if unsure is None else replace(found, places={**found.places, unsure: 0.9})
    codes = [doubt.code for doubt in Variants(forms, placer).doubts(picture, doubted)]
    assert codes == (["rows_may_follow"] if follows else [])


def test_nothing_is_accepted_where_the_foot_of_the_table_is_blurred(shared: Path, reader: Reader) -> None:
    grey, _ = opened(shared / EIGHT_ROWS)
    grey[FOOT:] = cv2.GaussianBlur(grey, (0, 0), 5.0)[FOOT:]
    (document,) = reader.read(cv2.imencode(".png", grey)[1].tobytes(), "page.png")
    assert document.form != LONG.id  # its last row is lost
    assert not [name for name, field in document.fields.items() if field.outcome is Outcome.ACCEPTED]
    (page,) = document.pages
    assert "rows_may_follow" in {reason.code for reason in page.reasons}

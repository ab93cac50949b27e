"""Drafting from blanks that are drawn from our own templates: straight, askew, scanned, with any fiducials."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.drafting import analyse, counts, draft_form, open_blank
from pipeline.drafting.fiducials import find_corners, find_tag
from pipeline.drafting.paper import paper_of
from pipeline.errors import UsageError
from pipeline.forms import FormTemplate
from tests.support.blanks import Grey

Draw = Callable[..., Grey]


def written(grey: Grey, tmp_path: Path, name: str = "blank.png") -> Path:
    path = tmp_path / name
    cv2.imwrite(str(path), grey)
    return path


def scanned(grey: Grey, degrees: float) -> Grey:
    """Return a page as a flatbed scanner gives it: askew, soft, with a shadow and noise."""
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = cv2.warpAffine(grey, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(255,))
    soft = cv2.GaussianBlur(turned, (0, 0), 0.8) * np.linspace(0.88, 0.97, width)
    noisy = soft + np.random.default_rng(1).normal(0, 4, soft.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_scan_of_a_blank_gives_the_numbers_of_its_template(
    page: int, drawn: Draw, ppwp: FormTemplate, tmp_path: Path
) -> None:
    path = written(scanned(drawn(ppwp, page), 1.5), tmp_path)
    (blank,) = open_blank([path], sheet=(600, 900))
    assert [note.code for note in blank.notes] == ["draft_straightened"]
    content = draft_form("drafted", [analyse(blank)], "drawn")
    form = FormTemplate.model_validate(content)
    known = sorted(ppwp.page(page).numbers, key=lambda field: (round(field.boxes.y), field.boxes.x))
    assert [field.boxes.count for field in form.page(1).numbers] == [field.boxes.count for field in known]
    for field, template in zip(form.page(1).numbers, known, strict=True):
        assert np.allclose(field.boxes.bounds[2:], template.boxes.bounds[2:], atol=0.4)
        for part in ("bubbles", "tally", "row_sums"):
            assert (getattr(field, part) is None) == (getattr(template, part) is None)
    assert form.page(1).tag is not None
    assert form.page(1).corners is not None


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize("box", [0, 1])
def test_a_box_that_is_written_into_is_a_box_where_other_numbers_have_one(
    box: int, drawn: Draw, ppwp: FormTemplate, tmp_path: Path
) -> None:
    """A print recovered from filled sheets keeps the X that nearly everybody wrote into a first box."""
    grey = drawn(ppwp, 2)
    written_into, *others = sorted(ppwp.page(2).numbers, key=lambda field: field.boxes.y)
    scale = grey.shape[1] / ppwp.sheet.width
    x, y, width, height = (round(value * scale) for value in written_into.boxes.rectangles[box])
    for top, foot in ((y + height // 5, y + 4 * height // 5), (y + 4 * height // 5, y + height // 5)):
        cv2.line(grey, (x + width // 5, top), (x + 4 * width // 5, foot), (40,), round(1.5 * scale))
    (blank,) = open_blank([written(grey, tmp_path)], sheet=(600, 900))
    form = FormTemplate.model_validate(draft_form("drafted", [analyse(blank)], "drawn"))
    found = sorted(form.page(1).numbers, key=lambda field: field.boxes.y)
    assert [field.boxes.count for field in found] == [3] * (1 + len(others))
    assert np.allclose(found[0].boxes.bounds, written_into.boxes.bounds, atol=0.4)
    assert [field.boxes.guide for field in found] == [field.boxes.guide for field in (written_into, *others)]


@pytest.mark.parametrize("family", ["APRILTAG_16h5", "APRILTAG_25h9", "APRILTAG_36h10", "APRILTAG_36h11"])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_tags_of_every_family_and_direction_are_known(
    family: str, rotation: int, drawn: Draw, ppwp: FormTemplate
) -> None:
    page = ppwp.page(1)
    assert page.tag is not None
    tag = page.tag.model_copy(update={"family": family, "id": 7, "rotation": rotation})
    form = ppwp.model_copy(update={"pages": (page.model_copy(update={"tag": tag}),)})
    found = find_tag(paper_of(drawn(form, 1), 600, 900))
    assert found is not None
    assert (found.family, found.id, found.rotation) == (family, 7, rotation)
    assert np.allclose(found.square, tag.square, atol=0.3)


def test_a_page_without_a_tag_has_none(drawn: Draw, ppwp: FormTemplate) -> None:
    page = ppwp.page(2).model_copy(update={"tag": None, "corners": None})
    paper = paper_of(drawn(ppwp.model_copy(update={"pages": (page,)}), 2), 600, 900)
    assert find_tag(paper) is None
    assert find_corners(paper) is None


def test_corner_blocks_are_told_from_checkerboards(drawn: Draw, ppwp: FormTemplate) -> None:
    page = ppwp.page(1)
    assert page.corners is not None
    blocks = page.corners.model_copy(update={"kind": "block", "square": 12.0})
    form = ppwp.model_copy(update={"pages": (page.model_copy(update={"corners": blocks}),)})
    found = find_corners(paper_of(drawn(form, 1), 600, 900))
    assert found is not None
    assert found.kind == "block"
    assert found.square == pytest.approx(12, abs=0.3)
    assert np.allclose(found.points, list(blocks.points.values()), atol=0.3)


@pytest.mark.usefixtures("unread")
def test_without_a_program_that_reads_print_numbers_are_counted(
    drawn: Draw, ppwp: FormTemplate, tmp_path: Path
) -> None:
    (blank,) = open_blank([written(drawn(ppwp, 3), tmp_path)], sheet=(600, 900))
    content = draft_form("drafted", [analyse(blank)], "drawn")
    names = [field["name"] for field in content["pages"][0]["numbers"]]
    assert names == [f"number_{number}" for number in range(1, 7)]
    assert counts(content)["rules"] == 0


def test_the_size_of_a_picture_is_asked_for_where_it_cannot_be_told(tmp_path: Path) -> None:
    path = written(np.full((900, 600), 255, np.uint8), tmp_path)
    with pytest.raises(UsageError) as error:
        open_blank([path])
    assert error.value.code == "blank_size_unknown"
    assert "--sheet" in error.value.reason.text("en")


def test_a_picture_in_the_shape_of_a4_is_taken_for_a4_and_says_so(tmp_path: Path) -> None:
    (blank,) = open_blank([written(np.full((1414, 1000), 255, np.uint8), tmp_path)])
    assert (round(blank.paper.width), round(blank.paper.height)) == (210, 297)
    assert [note.code for note in blank.notes] == ["draft_size_assumed"]


def test_a_scan_that_is_too_coarse_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="blank_too_coarse"):
        open_blank([written(np.full((594, 420), 255, np.uint8), tmp_path)])

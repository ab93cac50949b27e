"""Tags that did not lead to the page: one that no template knows is told, one of another page sends all to people."""

from functools import cache

import pytest

from pipeline.forms import load_forms
from pipeline.reader import Reader
from pipeline.reading import DocumentReading, Outcome
from pipeline.reasons import Reason
from training.pages.simulate import Simulation, simulate_document

FORM = load_forms()["c-hasil-ppwp-2024"]
UNKNOWN, OF_PAGE_3 = 2001, 103


@cache
def read(tag: int) -> DocumentReading:
    """Read a photograph of page 2 that carries this tag."""
    own = FORM.page(2).tag
    assert own is not None
    second = FORM.page(2).model_copy(update={"tag": own.model_copy(update={"id": tag})})
    form = FORM.model_copy(update={"pages": (FORM.page(1), second, FORM.page(3))})
    (photo,) = simulate_document(Simulation(form, seed=5, difficulty="easy", page=2, long_side=2400), 1)
    return Reader().read(photo.jpeg, "page.jpg")[0]


def reasons(tag: int) -> dict[str, Reason]:
    return {reason.code: reason for reason in read(tag).pages[0].reasons}


@pytest.mark.parametrize("tag", [UNKNOWN, OF_PAGE_3])
def test_the_page_is_the_one_that_is_printed(tag: int) -> None:
    assert (read(tag).pages[0].form, read(tag).pages[0].form_page) == (FORM.id, 2)


def test_a_tag_that_no_template_knows_is_told_and_the_page_read() -> None:
    said = reasons(UNKNOWN)["tag_unknown"]
    assert (said.values["family"], said.values["tag"]) == ("APRILTAG_36h10", UNKNOWN)
    assert str(UNKNOWN) in said.text("id")
    assert Outcome.ACCEPTED in {field.outcome for field in read(UNKNOWN).fields.values()}


def test_under_the_tag_of_another_page_nothing_is_accepted() -> None:
    assert "tag_of_another_page" in reasons(OF_PAGE_3)
    assert Outcome.ACCEPTED not in {field.outcome for field in read(OF_PAGE_3).fields.values()}

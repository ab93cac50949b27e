"""Pages that elections of one day have in common, with their tag hidden: no number is accepted under any of them."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from pipeline.forms import FormTemplate, load_forms, tagged_pages
from pipeline.reader import Reader
from pipeline.reading import Outcome
from pipeline.registration import Registration, SheetFinder
from pipeline.registration.geometry import Grey, Points, project
from pipeline.registration.tags.detection import TagFinder
from training.pages.simulate import Simulation, simulate_document

FORMS = load_forms()
SHARED = {
    "c-hasil-ppwp-2024": (1, 3),
    "c-hasil-dpr-2024-candidates-6": (1, 20),
    "c-hasil-dpd-2024-candidates-10": (4,),
    "c-hasil-kwk-gubernur-2024-pairs-2": (1, 2, 3),
}


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(forms=FORMS)


def untagged(form: FormTemplate, page: int) -> bytes:
    """Return a photograph, JPEG, of a filled page without its tag."""
    pages = tuple(one.model_copy(update={"tag": None}) for one in form.pages)
    bare = form.model_copy(update={"pages": pages})
    (photo,) = simulate_document(Simulation(bare, seed=31, difficulty="easy", page=page, long_side=2400), page)
    return photo.jpeg


def lower_part(jpeg: bytes) -> bytes:
    """Return the lower two thirds of a photograph: title and model are cut off."""
    whole = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert whole is not None
    return cv2.imencode(".jpg", whole[whole.shape[0] // 3 :])[1].tobytes()


@pytest.mark.parametrize(("form", "page"), [(form, page) for form, pages in SHARED.items() for page in pages])
def test_a_page_that_elections_share_is_accepted_under_none(reader: Reader, form: str, page: int) -> None:
    whole = untagged(FORMS[form], page)
    for jpeg in (whole, lower_part(whole)):
        document = reader.read(jpeg, "page.jpg")[0]
        assert not [name for name, field in document.fields.items() if field.outcome is Outcome.ACCEPTED]
        if document.pages[0].form is not None:
            assert "form_ambiguous" in [reason.code for reason in document.pages[0].reasons]


def test_with_one_election_alone_a_page_without_its_tag_is_its_own() -> None:
    document = Reader("c-hasil-ppwp-2024", forms=FORMS).read(untagged(FORMS["c-hasil-ppwp-2024"], 3), "page.jpg")[0]
    assert document.pages[0].form_page == 3
    assert "form_ambiguous" not in [reason.code for reason in document.pages[0].reasons]


def with_flipped_cells(jpeg: bytes, cells: Sequence[tuple[int, int]]) -> Grey:
    """Return a photograph in grey, cells (column, row) of the tag's 8 x 8 painted as dark as they were light."""
    grey = np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)
    (tag,) = TagFinder(tagged_pages(FORMS)).glance(grey)
    flat = np.array([[0, 0], [8, 0], [8, 8], [0, 8]], np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(flat, tag.corners.astype(np.float32)), np.float64)
    low, high = np.percentile(
        grey[cv2.fillConvexPoly(np.zeros_like(grey), tag.corners.astype(np.int32), 1) > 0], (5, 95)
    )
    for column, row in cells:
        square: Points = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
        square += np.array([column, row])
        middle = project(matrix, square.mean(axis=0, keepdims=True))[0].round().astype(int)
        light = grey[middle[1], middle[0]] > (low + high) / 2
        cv2.fillConvexPoly(grey, project(matrix, square).round().astype(np.int32), float(low if light else high))
    return grey


def test_a_tag_that_only_a_closer_look_shows_tells_the_election() -> None:
    finder = SheetFinder(FORMS)
    (photo,) = simulate_document(
        Simulation(FORMS["c-hasil-ppwp-2024"], seed=31, difficulty="easy", page=3, long_side=2400), 3
    )
    worn = with_flipped_cells(photo.jpeg, [(2, 2), (4, 3), (5, 5)])
    assert not TagFinder(tagged_pages(FORMS)).glance(worn)
    found = finder.find(worn)
    assert isinstance(found, Registration)
    assert found.target.form.id == "c-hasil-ppwp-2024"
    assert "form_ambiguous" not in [reason.code for reason in found.withheld]
    assert found.method == "tag"

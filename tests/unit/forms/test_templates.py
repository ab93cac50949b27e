from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.errors import FormError
from pipeline.forms import FORMS_FOLDER, FormTemplate, load_form, load_forms, tagged_pages

FORM = "c-hasil-ppwp-2024"
NUMBERS_OF_PAGES = [22, 3, 6]


def broken_template(tmp_path: Path, spoil: Callable[[Any], object]) -> Path:
    content = yaml.safe_load((FORMS_FOLDER / f"{FORM}.yaml").read_text(encoding="utf-8"))
    spoil(content)
    path = tmp_path / f"{FORM}.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def test_the_official_form_has_all_its_numbers() -> None:
    form = load_forms()[FORM]
    assert [len(page.numbers) for page in form.pages] == NUMBERS_OF_PAGES
    assert {page.tag.id for page in form.pages if page.tag} == {101, 102, 103}
    assert all(field.bubbles and field.tally and field.row_sums and field.words for field in form.page(2).numbers)


def test_the_sheet_for_voters_abroad_has_five_boxes_and_no_cells_for_tallies() -> None:
    abroad, at_home = load_forms()[f"{FORM}-abroad"], load_forms()[FORM]
    assert not abroad.confirmed
    assert [page.number for page in abroad.pages] == [2]
    for far, near in zip(abroad.page(2).numbers, at_home.page(2).numbers, strict=True):
        assert (far.name, far.boxes.count, far.tally, far.row_sums) == (near.name, 5, None, None)
        assert far.bubbles
        assert near.bubbles
        assert (far.bubbles.count, far.bubbles.y) == (5, near.bubbles.y)


def test_rules_hold_for_a_correct_form() -> None:
    form = load_forms()[FORM]
    values = dict.fromkeys(["dpt_l", "dpt_p", "pengguna_dpt_l", "pengguna_dpt_p"], 50)
    values |= {"dpt_j": 100, "pengguna_dpt_j": 100, "pengguna_l": 50, "pengguna_p": 50, "pengguna_j": 100}
    values |= {f"{row}_{column}": 0 for row in ("pengguna_dptb", "pengguna_dpk", "disabilitas") for column in "lpj"}
    values |= {"surat_suara_diterima": 102, "surat_suara_digunakan": 100}
    values |= {"surat_suara_dikembalikan": 0, "surat_suara_tidak_digunakan": 2}
    values |= {"paslon_1": 30, "paslon_2": 40, "paslon_3": 25}
    values |= {"suara_sah": 95, "suara_tidak_sah": 5, "suara_total": 100}
    values |= {"tgl_hari": 14, "tgl_bulan": 2, "tgl_tahun": 2024}
    assert {rule.id: rule.parsed.holds(values) for rule in form.rules} == {rule.id: True for rule in form.rules}


@pytest.mark.parametrize(
    "form", ["c-hasil-ppwp-2024", "c-hasil-salinan-ppwp-2024", "c1-ppwp-2019", "c1-plano-ppwp-2019"]
)
def test_dates_are_those_of_the_vote_and_a_repeated_vote_is_unusual_only(form: str) -> None:
    rules = [rule for rule in load_forms()[form].rules if rule.id == "tgl_hari-is-day-of-vote"]
    day = 14 if "2024" in form else 17
    assert [rule.severity for rule in rules] == ["soft"]
    holds = [rules[0].parsed.holds({"tgl_hari": at}) for at in (day, day + 1, day + 10, 71)]
    assert holds == [True, True, False, False]


@pytest.mark.parametrize(
    ("spoil", "field", "fault"),
    [
        (lambda c: c.update(colour="red"), "colour", "Extra inputs are not permitted"),
        (lambda c: c["pages"][1]["numbers"][0]["boxes"].update(pitch=10), "pages.1.numbers.0.boxes", "overlap"),
        (lambda c: c["pages"][1]["numbers"][0]["boxes"].update(x=590), "form", "outside the sheet"),
        (lambda c: c["pages"][0]["numbers"][0].update(name="Dpt L"), "pages.0.numbers.0.name", "match pattern"),
        (lambda c: c["pages"][0]["numbers"][0].update(name="dpt_p"), "form", "named twice: dpt_p"),
        (lambda c: c["pages"].reverse(), "form", "in the order of their printed numbers"),
        (lambda c: c["rules"][0].update(expression="dpt_j = 3"), "rules.0.expression", "not a comparison"),
        (lambda c: c["rules"][0].update(expression="dpt_j == nobody"), "form", "speaks of nobody"),
        (lambda c: c["sheet"].update(width=-1), "sheet.width", "greater than 0"),
        (lambda c: c["sheet"].update(width=float("nan")), "sheet.width", "finite"),
        (lambda c: c["pages"][0]["tag"].update(family="APRILTAG_1"), "pages.0.tag.family", "Input should be"),
        (lambda c: c["pages"][1]["numbers"][0]["bubbles"].update(count=2), "pages.1.numbers.0", "2 columns of bubbles"),
        (lambda c: c["pages"][1]["numbers"][0].pop("tally"), "pages.1.numbers.0", "row_sums needs a tally"),
        (lambda c: c["pages"][0].update(confirmed="no"), "pages.0.confirmed", "valid boolean"),
        (
            lambda c: c["pages"][0]["artwork"].update(solids=[[[1, 2], [3, 4]]]),
            "pages.0.artwork.solids.0",
            "at least 3",
        ),
        (lambda c: c["pages"][0].update(private=[[1, 2, 0, 4]]), "pages.0.private.0", "width and height above 0"),
        (lambda c: c["pages"][0].update(variable=[[1, 2, 3]]), "pages.0.variable.0.3", "Field required"),
        (lambda c: c["pages"][0].update(shared_print="First page"), "pages.0.shared_print", "match pattern"),
    ],
)
def test_a_fault_is_named_with_file_and_field(
    tmp_path: Path, spoil: Callable[[Any], object], field: str, fault: str
) -> None:
    with pytest.raises(FormError) as error:
        load_form(broken_template(tmp_path, spoil))
    text = error.value.reason.text()
    assert error.value.code == "form_invalid"
    assert f"{FORM}.yaml" in text
    assert f"{field}: " in text
    assert fault in text


def test_pages_that_are_printed_alike_say_so() -> None:
    form = load_forms()[FORM]
    assert [page.shared_print for page in form.pages] == ["first_page_2024", None, "totals_2024"]
    # On a sheet of the district council stands the same print.
    other = load_forms()["c-hasil-dprd-prov-2024-candidates-12"]
    assert {page.shared_print for page in other.pages} == {"first_page_2024", None, "totals_2024"}


def test_areas_without_a_number_lie_on_the_sheet() -> None:
    forms = load_forms()
    for form in (forms[name] for name in forms if forms.installed[name].confirmed):
        for page in form.pages:
            for x, y, width, height in page.variable:
                assert x >= 0 <= y
                assert x + width <= form.sheet.width
                assert y + height <= form.sheet.height


def test_yaml_that_is_none_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("a: [1, 2", encoding="utf-8")
    with pytest.raises(FormError, match="form_not_yaml"):
        load_form(path)
    with pytest.raises(FormError, match="form_missing"):
        load_form(tmp_path / "absent.yaml")


def test_two_templates_may_not_claim_one_tag(tmp_path: Path) -> None:
    text = (FORMS_FOLDER / f"{FORM}.yaml").read_text(encoding="utf-8")
    (tmp_path / f"{FORM}.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "other.yaml").write_text(text.replace(f"id: {FORM}", "id: other"), encoding="utf-8")
    with pytest.raises(FormError, match="form_tag_twice"):
        load_forms(tmp_path)


def variants() -> tuple[FormTemplate, FormTemplate]:
    """Return the presidential form as if it came with two pairs or with three."""
    three = load_forms()[FORM]
    fewer = three.page(2).model_copy(update={"numbers": three.page(2).numbers[:2]})
    pages = (three.page(1), fewer, three.page(3))
    two = three.model_copy(update={"id": f"{FORM}-pairs-2", "pages": pages, "parameters": {"pairs": 2}})
    return two, three


def test_variants_of_one_family_share_their_tags() -> None:
    two, three = variants()
    pages = tagged_pages([two, three])
    assert {len(page) for page in pages.values()} == {2}
    assert [page.form.id for page in pages["APRILTAG_36h10", 102]] == [two.id, three.id]


def test_pages_that_share_a_tag_must_be_found_in_the_same_way() -> None:
    two, three = variants()
    tag = three.page(2).tag
    assert tag is not None
    with pytest.raises(FormError, match="form_tag_twice"):
        tagged_pages([two.model_copy(update={"family": "other"}), three])
    for spoilt in ({"tag": tag.model_copy(update={"rotation": 0})}, {"corners": None}):
        unlike = two.model_copy(update={"pages": (two.page(2).model_copy(update=spoilt),)})
        with pytest.raises(FormError, match="form_tag_unlike"):
            tagged_pages([unlike, three])


def test_a_form_without_variants_is_its_own_family() -> None:
    form = load_forms()[FORM]
    assert form.family == form.id
    assert form.parameters == {}


def test_the_format_can_say_what_other_forms_need(tmp_path: Path) -> None:
    a4_form: dict[str, Any] = {
        "id": "salinan",
        "title": {"id": "Salinan", "en": "Copy"},
        "source": "test",
        "confirmed": False,
        "sheet": {"width": 210, "height": 297},
        "capture": ["scan"],
        "pages": [
            {
                "number": 1,
                "numbers": [
                    {
                        "name": f"paslon_{pair}",
                        "label": {"id": "a", "en": "b"},
                        "boxes": {"x": 150, "y": 40 + 9 * pair, "width": 8, "height": 8, "pitch": 8, "count": 5},
                    }
                    for pair in range(1, 7)
                ],
            }
        ],
    }
    path = tmp_path / "salinan.yaml"
    path.write_text(yaml.safe_dump(a4_form), encoding="utf-8")
    numbers = load_form(path).page(1).numbers
    assert all(field.boxes.touching and field.boxes.count == 5 for field in numbers)

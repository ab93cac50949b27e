from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from pipeline.decision import decide_document
from pipeline.decision.acceptance import decide_number
from pipeline.decision.joint import Posterior
from pipeline.decision.page import left_to_people
from pipeline.documents import Source
from pipeline.evidence import NumberEvidence, NumberPosterior
from pipeline.forms import load_forms
from pipeline.reading import DocumentReading, FieldReading, Outcome, PageReading
from pipeline.reasons import Reason

FORM = "c-hasil-ppwp-2024"
FORMS = load_forms()

CORRECT = {
    "dpt_l": 60, "dpt_p": 40, "dpt_j": 100,
    "pengguna_dpt_l": 50, "pengguna_dpt_p": 30, "pengguna_dpt_j": 80,
    "pengguna_dptb_l": 1, "pengguna_dptb_p": 1, "pengguna_dptb_j": 2,
    "pengguna_dpk_l": 0, "pengguna_dpk_p": 3, "pengguna_dpk_j": 3,
    "pengguna_l": 51, "pengguna_p": 34, "pengguna_j": 85,
    "surat_suara_diterima": 102, "surat_suara_digunakan": 85,
    "surat_suara_dikembalikan": 1, "surat_suara_tidak_digunakan": 16,
    "disabilitas_l": 0, "disabilitas_p": 1, "disabilitas_j": 1,
    "paslon_1": 30, "paslon_2": 40, "paslon_3": 12, "suara_sah": 82, "suara_tidak_sah": 3, "suara_total": 85,
    "tgl_hari": 14, "tgl_bulan": 2, "tgl_tahun": 2024,
}  # fmt: skip


THRESHOLD = 0.999


def evidence(value: int, confidence: float = 0.99999) -> NumberEvidence:
    values = np.zeros(10_000)
    values[value] = confidence
    return NumberEvidence(NumberPosterior(values, 0.0, 1 - confidence, f"{value:03d}"))


def number(value: int, confidence: float = 0.99999) -> FieldReading:
    return FieldReading(value, f"{value:03d}", confidence, Outcome.ACCEPTED)


def decide(pages: list[PageReading]) -> DocumentReading:
    return decide_document("tps", pages, FORMS, THRESHOLD)


def page(form_page: int, values: Mapping[str, int] = CORRECT, name: str = "a.jpg") -> PageReading:
    names = [field.name for field in FORMS[FORM].page(form_page).numbers]
    fields = {name: number(values[name]) for name in names}
    stated = {name: evidence(values[name]) for name in names}
    return PageReading("tps", Source(name), Outcome.ACCEPTED, FORM, form_page, fields=fields, evidence=stated)


@pytest.mark.parametrize("date", [{"tgl_hari": 27}, {"tgl_bulan": 12}, {"tgl_tahun": 2004}, {"tgl_hari": 41}])
def test_an_optional_number_decides_no_outcome_however_wrong(date: dict[str, int]) -> None:
    reading = decide([page(1), page(2), page(3, {**CORRECT, **date})])
    assert reading.outcome is Outcome.ACCEPTED
    assert {reason.code for reason in reading.reasons} <= {"rule_broken", "rule_unusual"}
    assert reading.reasons, "it is said all the same"


@pytest.mark.parametrize("name", ["tgl_hari", "tgl_bulan", "tgl_tahun"])
def test_an_optional_number_that_cannot_be_read_decides_no_outcome(name: str) -> None:
    third = page(3)
    unread = NumberEvidence(NumberPosterior(np.zeros(10_000), 0.0, 1.0, "##"))
    third = replace(third, evidence={**third.evidence, name: unread})
    reading = decide([page(1), page(2), third])
    assert reading.fields[name].outcome is Outcome.REVIEW
    assert reading.outcome is Outcome.ACCEPTED


def test_any_other_number_decides_it() -> None:
    for number_of_page, name in ((1, "disabilitas_l"), (2, "paslon_1"), (3, "suara_total")):
        pages = [page(1), page(2), page(3)]
        unread = NumberEvidence(NumberPosterior(np.zeros(10_000), 0.0, 1.0, "###"))
        given = pages[number_of_page - 1]
        pages[number_of_page - 1] = replace(given, evidence={**given.evidence, name: unread})
        assert decide(pages).outcome is Outcome.REVIEW


def test_a_correct_document_is_accepted_whole() -> None:
    reading = decide([page(1), page(2), page(3)])
    assert reading.outcome is Outcome.ACCEPTED
    assert not reading.missing_pages
    assert not reading.reasons
    assert {name: field.value for name, field in reading.fields.items()} == CORRECT
    assert all(rule.holds for rule in reading.rules)


def test_a_wrong_sum_is_reported_and_no_number_changes() -> None:
    values = CORRECT | {"suara_sah": 92, "suara_total": 95}
    reading = decide([page(1), page(2, values), page(3, values)])
    broken = {rule.id for rule in reading.rules if rule.holds is False}
    assert broken == {"suara_sah-is-sum", "suara_total-is-surat_suara_digunakan", "suara_total-is-pengguna"}
    assert {name: field.value for name, field in reading.fields.items()} == values
    assert reading.outcome is Outcome.REVIEW
    assert reading.fields["suara_sah"].outcome is Outcome.REVIEW
    assert reading.fields["paslon_1"].outcome is Outcome.REVIEW
    assert reading.fields["dpt_l"].outcome is Outcome.ACCEPTED
    texts = [reason.text() for reason in reading.fields["paslon_1"].reasons]
    assert any("suara_sah 92, paslon_1 30, paslon_2 40, paslon_3 12" in text for text in texts)


def test_a_soft_rule_is_shown_and_its_numbers_stay_accepted() -> None:
    values = CORRECT | {"surat_suara_diterima": 110, "surat_suara_tidak_digunakan": 24}
    reading = decide([page(1, values), page(2), page(3)])
    assert [reason.code for reason in reading.reasons] == ["rule_unusual"]
    assert reading.fields["dpt_j"].outcome is Outcome.ACCEPTED


def test_rules_over_missing_pages_are_open_and_the_gap_is_said() -> None:
    reading = decide([page(2)])
    assert reading.missing_pages == (1, 3)
    assert reading.outcome is Outcome.REVIEW
    assert [reason.code for reason in reading.reasons] == ["pages_missing"]
    assert {rule.id: rule.holds for rule in reading.rules}["suara_sah-is-sum"] is None


def test_of_two_photographs_of_a_page_the_surer_counts_and_disagreement_shows() -> None:
    second = page(2, CORRECT | {"paslon_1": 38}, "b.jpg")
    unsure = {**second.fields, "paslon_1": number(38, 0.7)}
    second = replace(second, fields=unsure, evidence={**second.evidence, "paslon_1": evidence(38, 0.7)})
    reading = decide([page(1), page(2), second, page(3)])
    assert reading.fields["paslon_1"].value == CORRECT["paslon_1"]
    assert reading.fields["paslon_1"].reasons[0].code == "photographs_disagree"
    assert reading.fields["paslon_2"].outcome is Outcome.ACCEPTED
    assert [reason.code for reason in reading.reasons] == ["pages_twice"]


def test_a_rejected_page_does_not_stop_the_others() -> None:
    bad = PageReading("tps", Source("c.jpg"), Outcome.REJECTED, reasons=(Reason("no_ruled_sheet"),))
    reading = decide([page(2), bad])
    assert reading.fields["paslon_2"].value == CORRECT["paslon_2"]
    assert {reason.code for reason in reading.reasons} == {"pages_missing", "pages_rejected"}
    assert decide([bad]).outcome is Outcome.REJECTED


def test_the_lines_follow_the_contract() -> None:
    line = decide([page(2)]).to_json()
    assert set(line) == {
        "kind", "document", "form", "pages", "missing_pages", "fields", "rules", "outcome", "reasons",
    }  # fmt: skip
    assert line["fields"]["paslon_1"]["value"] == CORRECT["paslon_1"]
    assert line["pages"] == [2]
    page_line = page(2).to_json()
    assert set(page_line) == {
        "kind", "document", "source", "form", "form_page", "outcome", "reasons", "registration", "fields", "model",
        "timing_ms",
    }  # fmt: skip
    assert set(page_line["source"]) == {"name", "page", "sha256", "width", "height"}
    assert set(page_line["fields"]["paslon_1"]) == {
        "value", "boxes", "confidence", "outcome", "reasons", "evidence", "region",
    }  # fmt: skip


def test_no_confidence_is_shown_as_certainty() -> None:
    line = number(5, 0.99999999).to_json()
    assert line["confidence"] == 0.999999
    assert number(5, 0.25).to_json()["confidence"] == 0.25


def test_an_empty_number_in_glare_is_a_retake() -> None:
    field = FORMS[FORM].page(3).numbers[3]
    assert not field.required
    boxes = NumberPosterior(np.zeros(100), 0.9999, 0.0001, "__")
    nothing = Posterior(np.zeros(0, np.int64), np.zeros(0))
    dark = decide_number(field, NumberEvidence(boxes), nothing, THRESHOLD)
    glare = decide_number(field, NumberEvidence(boxes, (), overexposed=True), nothing, THRESHOLD)
    assert dark.outcome is Outcome.ACCEPTED
    assert [reason.code for reason in glare.reasons] == ["number_overexposed"]


def typed(form_page: int) -> PageReading:
    """Return a page whose numbers are left to people, as nobody located its sheet."""
    numbers = FORMS[FORM].page(form_page).numbers
    fields = {one.name: FieldReading(None, "###", 0.0, Outcome.REVIEW) for one in numbers}
    stated = {one.name: left_to_people(one.boxes.count) for one in numbers}
    return PageReading("tps", Source("b.jpg"), Outcome.REVIEW, FORM, form_page, fields=fields, evidence=stated)


def test_a_number_left_to_people_is_never_foretold_by_sums_and_disturbs_no_other() -> None:
    whole, without = decide([page(1), typed(2), page(3)]), decide([page(1), page(3)])
    assert whole.missing_pages == ()
    for name in ("paslon_1", "paslon_2", "paslon_3"):
        left = whole.fields[name]
        assert (left.value, left.boxes, left.confidence, left.outcome) == (None, "###", 0.0, Outcome.REVIEW)
        assert [reason.code for reason in left.reasons] == ["number_typed"]
    assert {name: whole.fields[name] for name in without.fields} == dict(without.fields)


@pytest.mark.parametrize("typed_first", [True, False])
def test_a_photograph_that_was_read_stands_beside_one_that_people_type(*, typed_first: bool) -> None:
    pages = [typed(2), page(2)] if typed_first else [page(2), typed(2)]
    both = decide([page(1), *pages, page(3)])
    assert [both.fields[f"paslon_{pair}"].value for pair in (1, 2, 3)] == [30, 40, 12]
    assert both.fields["paslon_1"].reasons == ()

"""Pages that look the same in several variants of a form, and the page that tells which it is."""

import numpy as np

from pipeline.decision import decide_document
from pipeline.documents import Source
from pipeline.evidence import NumberEvidence, NumberPosterior
from pipeline.forms import load_forms
from pipeline.reading import DocumentReading, FieldReading, Outcome, PageReading
from training.pages.election import draw_values

FORMS = load_forms()
FAMILY = "c-hasil-kwk-bupati-2024"
VALUES = draw_values(FORMS[f"{FAMILY}-pairs-4"], np.random.default_rng(5))


def page(form: str, number: int) -> PageReading:
    """Return a page as it is read when it was taken for `form`; every number is sure."""
    fields, evidence = {}, {}
    for field in FORMS[form].page(number).numbers:
        value = VALUES[field.name]
        distribution = np.zeros(10_000)
        distribution[value] = 0.99999
        boxes = f"{value:0{field.boxes.count}d}"
        fields[field.name] = FieldReading(value, boxes, 0.99999, Outcome.ACCEPTED)
        evidence[field.name] = NumberEvidence(NumberPosterior(distribution, 0.0, 0.00001, boxes))
    return PageReading("tps", Source(f"{number}.jpg"), Outcome.ACCEPTED, form, number, fields=fields, evidence=evidence)


def decide(*pages: PageReading) -> DocumentReading:
    return decide_document("tps", pages, FORMS, 0.999)


def test_the_page_with_the_pairs_decides_for_all() -> None:
    two, three, four = (f"{FAMILY}-pairs-{pairs}" for pairs in (2, 3, 4))
    # Page 1 looks the same with any pairs, page 2 with three or more, and the totals of two pairs stand on page 3.
    reading = decide(page(two, 1), page(three, 2), page(four, 3), page(two, 3))
    assert reading.form == four
    assert [(one.form, one.form_page) for one in reading.pages] == [(four, 1), (four, 2), (four, 3), (four, 4)]
    assert not reading.missing_pages
    assert not reading.reasons
    assert reading.outcome is Outcome.ACCEPTED
    assert reading.fields["paslon_4"].value == VALUES["paslon_4"]
    assert all(rule.holds for rule in reading.rules if rule.severity == "hard")


def test_a_page_of_another_sheet_is_not_brought_in() -> None:
    four, two = f"{FAMILY}-pairs-4", f"{FAMILY}-pairs-2"
    reading = decide(page(four, 1), page(four, 2), page(four, 3), page(two, 2))
    assert reading.form == four
    assert "forms_mixed" in {reason.code for reason in reading.reasons}
    assert reading.missing_pages == (4,)
    assert reading.outcome is Outcome.REVIEW


def test_another_family_is_never_the_same_page() -> None:
    reading = decide(page(f"{FAMILY}-pairs-4", 1), page(f"{FAMILY}-pairs-4", 2), page("c-hasil-ppwp-2024", 3))
    assert reading.form == f"{FAMILY}-pairs-4"
    assert reading.missing_pages == (3, 4)
    assert "forms_mixed" in {reason.code for reason in reading.reasons}

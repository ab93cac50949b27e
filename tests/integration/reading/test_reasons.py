"""The text of a reason: the same values in both languages, each number as the language writes it."""

import pytest

from pipeline.decision.acceptance import unsure
from pipeline.reasons import Reason


def test_indonesian_texts_have_a_decimal_comma() -> None:
    reason = Reason("sheet_blurred", {"seen": 3.4, "limit": 2.5})
    assert "3.4 mm" in reason.text("en")
    assert "3,4 mm" in reason.text("id")


def test_names_and_whole_numbers_stay_as_they_are() -> None:
    reason = Reason("pdf_too_many_pages", {"path": "scan.1.5.pdf", "pages": 1200, "limit": 500})
    for language in ("en", "id"):
        assert "scan.1.5.pdf" in reason.text(language)
        assert "1200" in reason.text(language)


@pytest.mark.parametrize(
    ("confidence", "limit", "said"),
    [
        (0.91, 0.9993, "hanya 91 % yakin; perlu 99,93 %"),
        (0.99996, 0.999995, "hanya 99,99 % yakin; perlu 99,9995 %"),
    ],
)
def test_what_is_less_sure_than_needed_never_looks_as_sure(confidence: float, limit: float, said: str) -> None:
    assert said in unsure("123", confidence, limit).text("id")

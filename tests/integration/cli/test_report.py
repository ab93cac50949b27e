"""What `chasil read` shows people: votes, why a number is in doubt, every name whole, at 80 columns."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from api.core.language import Language
from api.rendering.report import Report
from pipeline import Reader
from pipeline.documents import Source
from pipeline.forms import load_forms
from pipeline.reading import DocumentReading, FieldReading, Outcome, PageReading
from pipeline.reasons import Reason
from tests.support.command import chasil

FORMS = load_forms()
FORM = "c-hasil-ppwp-2024"


def shown(
    *documents: DocumentReading, width: int = 80, every: bool = False, language: Language = Language.ENGLISH
) -> str:
    out = io.StringIO()
    report = Report(Console(file=out, width=width), FORMS, language, every=every)
    for document in documents:
        report.show(document)
    report.end()
    return out.getvalue()


def field(value: int | None, *reasons: Reason) -> FieldReading:
    outcome = Outcome.REVIEW if reasons else Outcome.ACCEPTED
    return FieldReading(value, "" if value is None else f"{value:03d}", 0.9, outcome, reasons)


def read(name: str, fields: dict[str, FieldReading], *reasons: Reason) -> DocumentReading:
    page = PageReading(name, Source(f"folder/{name}.jpg", 1, "00", 9, 9), Outcome.REVIEW, FORM, 2, reasons)
    return DocumentReading(
        name, FORM, (page,), (1, 3), fields, (), Outcome.REVIEW, (Reason("pages_missing", {"pages": "1, 3"}),)
    )


def refused(name: str, reason: Reason) -> DocumentReading:
    page = PageReading(name, Source(f"folder/{name}.jpg"), Outcome.REJECTED, reasons=(reason,))
    return DocumentReading(name, None, (page,), (), {}, (), Outcome.REJECTED, (Reason("no_page_read"),))


STRUCK = Reason("number_struck", {"boxes": "1#4"})
OUTSIDE = Reason("number_outside")
NAMES = [
    f"A_c1ppwp2019p2_test{number:02d}-a-name-that-is-longer-than-any-terminal-is-wide-{number:02d}"
    for number in range(9)
]


def test_every_doubtful_number_has_its_label_its_value_and_the_reason() -> None:
    said = shown(
        read("tps", {"paslon_1": field(132), "paslon_2": field(144, STRUCK), "suara_sah": field(None, OUTSIDE)})
    )
    lines = [line.strip() for line in said.splitlines()]
    assert "Valid votes, pair 2: 144" in lines
    assert "All valid votes: no value" in lines
    assert any(line.startswith("→") and "1#4" in line for line in lines)
    assert "To review (2 of 3 numbers):" in lines
    assert [line.split() for line in lines if line.startswith("Valid votes, pair 1")] == [
        ["Valid", "votes,", "pair", "1", "132"]
    ]


def test_equal_reasons_are_said_once() -> None:
    said = shown(read("tps", {f"paslon_{number}": field(None, OUTSIDE) for number in (1, 2, 3)}))
    assert said.count(OUTSIDE.text("en")[:30]) == 1
    assert "pair 1: no value; Valid votes, pair 2: no value; Valid" in " ".join(said.split())


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("language", list(Language))
def test_names_are_whole_and_no_line_is_wider_than_the_terminal(width: int, language: Language) -> None:
    documents = [read(name, {"paslon_1": field(1, STRUCK)}) for name in NAMES]
    said = shown(
        *documents,
        *(refused(f"{name}-refused", Reason("file_empty", {"path": name})) for name in NAMES),
        width=width,
        language=language,
    )
    joined = "".join(line.strip() for line in said.splitlines())
    for name in NAMES:
        assert name in joined
        assert f"{name}-refused" in joined
    assert max(map(len, said.splitlines())) <= width


def test_files_that_cannot_be_read_stand_together_by_reason_and_no_path_is_repeated() -> None:
    empty = [
        refused(f"empty{number}", Reason("file_empty", {"path": f"folder/empty{number}.jpg"})) for number in range(6)
    ]
    said = shown(*empty, refused("other", Reason("no_ruled_sheet")))
    assert said.count("is empty") == 1
    assert "6 × This file is empty" in said
    assert "1 × No form can be seen" in said
    assert all(said.count(f"folder/empty{number}.jpg") == 1 for number in range(6))


def test_rules_are_said_with_labels_and_not_with_names_of_fields() -> None:
    values = {"rule": "The sum", "aturan": "Jumlah", "written": "suara_sah 229, paslon_1 132"}
    broken = Reason("rule_broken", values)
    said = shown(read("tps", {"paslon_1": field(132, broken), "suara_sah": field(229, broken)}))
    assert "suara_sah" not in said
    assert "All valid votes 229" in " ".join(said.split())
    assert said.count("The sum") == 1


def test_all_numbers_are_shown_only_when_they_are_asked_for() -> None:
    document = read("tps", {"dpt_l": field(60), "paslon_1": field(132)})
    assert "permanent list" not in shown(document)
    assert "permanent list" in shown(document, every=True)


@pytest.mark.usefixtures("pages_read_once")
@pytest.mark.parametrize(("language", "said"), [("id", "Perlu diperiksa"), ("en", "To review")])
def test_the_samples_end_with_sheets_accepted(
    language: str, said: str, samples: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    run = chasil(capsys, "read", samples, "--language", language)
    assert said in run.out
    last = run.out.strip().splitlines()[-1]
    assert last in ("1 dari 2 dokumen diterima.", "1 of 2 documents accepted.")
    assert max(map(len, run.out.splitlines())) <= 80
    doubts = sum(line.strip().startswith("→") for line in run.out.splitlines())
    assert doubts >= 4


def test_a_reader_of_one_form_can_report(samples: Path, reader: Reader) -> None:
    (document,) = reader.read(samples / "0024010001002-p2.jpg")
    assert "132" in shown(document)

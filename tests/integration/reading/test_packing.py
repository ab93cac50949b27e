"""A packed reading comes back whole, and its document is decided again as before."""

import zlib
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.decision import decide_document
from pipeline.documents import Source
from pipeline.errors import UsageError
from pipeline.evidence import NumberEvidence, NumberPosterior, Statement
from pipeline.marks import value_of
from pipeline.packing import pack, unpack
from pipeline.packing.arrays import MOST_BYTES, SIGN
from pipeline.reader import Reader
from pipeline.reading import DocumentReading, Outcome, PageReading
from pipeline.reasons import Reason
from tests.support.older_packages import older_archive


@pytest.fixture(scope="module")
def document(reader: Reader, samples: Path) -> DocumentReading:
    return reader.read(samples)[0]


def test_every_page_comes_back_as_it_was(document: DocumentReading) -> None:
    for page in document.pages:
        again = unpack(pack(page))
        assert again == page
        assert again.to_json() == page.to_json()


def test_the_document_is_decided_again_as_before(document: DocumentReading, reader: Reader) -> None:
    again = decide_document(
        document.document, [unpack(pack(page)) for page in document.pages], reader.forms, reader.threshold
    )
    assert again.to_json() == document.to_json()


def test_nothing_of_the_evidence_is_left_out(document: DocumentReading) -> None:
    page = next(page for page in document.pages if any(one.statements for one in page.evidence.values()))
    again = unpack(pack(page))
    for name, evidence in page.evidence.items():
        for part in fields(NumberEvidence):
            kept, given = getattr(again.evidence[name], part.name), getattr(evidence, part.name)
            if isinstance(given, NumberPosterior):
                assert (kept.empty, kept.unreadable, kept.boxes) == (given.empty, given.unreadable, given.boxes)
                np.testing.assert_allclose(kept.values, given.values, rtol=1e-6, atol=2e-9)
            elif part.name == "statements":
                for part_name in ("witness", "silent", "faulty", "text"):
                    assert [getattr(said, part_name) for said in kept] == [getattr(said, part_name) for said in given]
                for one, other in zip(kept, given, strict=True):
                    np.testing.assert_allclose(one.values, other.values, rtol=1e-6, atol=2e-9)
            elif part.name == "looks":
                assert kept is None, "it told of the page's writer, and decides nothing more"
            else:
                assert kept == given, part.name
    assert {part.name for part in fields(Statement)} == {"witness", "values", "silent", "faulty", "text"}


def test_a_rejected_page_and_its_reasons_come_back() -> None:
    reason = Reason("file_truncated", {"path": "a.jpg"})
    page = PageReading("a", Source("a.jpg", 1, "0" * 64), Outcome.REJECTED, reasons=(reason,))
    assert unpack(pack(page)) == page


def test_bytes_of_a_later_program_are_refused(document: DocumentReading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.packing.readings.VERSION", 99)
    data = pack(replace(document.pages[0], evidence={}))
    monkeypatch.undo()
    with pytest.raises(ValueError, match="later program"):
        unpack(data)


def test_bytes_that_somebody_changed_are_refused_and_nothing_else_happens(document: DocumentReading) -> None:
    whole = pack(document.pages[0])
    for place in (0, len(SIGN), len(whole) // 2, len(whole) - 3):
        with pytest.raises(ValueError, match=r"."):
            unpack(whole[:place] + b"\xff\xff\xff" + whole[place + 3 :])
    for data in (whole[:-1], whole + b"x"):
        with pytest.raises(ValueError, match=r"."):
            unpack(data)
    with pytest.raises(ValueError, match="no packed reading"):
        unpack(b"")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]\n",
        b'{"arrays": 7}\n',
        b'{"arrays": {"paslon_1": [2]}}\n' + bytes(4),
        b'{"arrays": {"paslon_1": [-1]}}\n' + bytes(4),
        b'{"arrays": {}}\n' + bytes(4),
        bytes(MOST_BYTES + 1),
    ],
    ids=["nothing", "a list", "no shapes", "too few", "less than none", "too many", "too much"],
)
def test_what_is_packed_otherwise_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpack(SIGN + zlib.compress(content))


def test_what_older_programs_packed_is_opened(document: DocumentReading) -> None:
    page = next(page for page in document.pages if any(one.statements for one in page.evidence.values()))
    older = older_archive(pack(page))
    assert unpack(older) == page == unpack(pack(page))
    assert unpack(older).evidence.keys() == page.evidence.keys()
    with pytest.raises(ValueError, match="no packed reading"):
        unpack(older[:-40])


@pytest.mark.parametrize(
    ("boxes", "value"), [("123", 123), ("X24", 24), ("XX7", 7), ("--X", 0), ("___", None), ("_05", 5), ("0#1", None)]
)
def test_marks_make_a_value_by_the_grammar_of_written_numbers(boxes: str, value: int | None) -> None:
    assert value_of(boxes) == value


@pytest.mark.parametrize("boxes", ["", "1X2", "12a", "1 2"])
def test_marks_that_make_no_number_are_refused(boxes: str) -> None:
    with pytest.raises(UsageError, match="boxes_invalid"):
        value_of(boxes)

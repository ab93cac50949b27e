"""The sum of all rows that an officer writes below them, with the sums that it is of."""

from pathlib import Path

import numpy as np
import pytest

from pipeline import Reader
from pipeline.decision.contradiction import REPORTED
from pipeline.documents import open_documents
from pipeline.evidence import Statement
from pipeline.forms import load_forms
from pipeline.recognition.row_sums import both
from pipeline.recognition.witnesses import Witnesses
from training.evaluation.truths import real_pages
from training.pages.simulate import Simulation, simulate_document

FORM = "c-hasil-kwk-bupati-2024-pairs-2"


def states(value: int, sure: float, count: int = 1000) -> Statement:
    values = np.full(count, 0.02 * (1 - sure) / count)
    values[value] += sure
    return Statement("row_sums", values, 1.0 - float(values.sum()))


def whole(said: Statement) -> float:
    return float(said.values.sum()) + said.silent


def test_two_that_agree_are_surer_than_either() -> None:
    said = both(states(265, 0.9), states(265, 0.95))
    assert said.best[0] == 265
    assert said.best[1] > 0.999
    assert whole(said) == pytest.approx(1.0)
    assert said.faulty < REPORTED


def test_sums_that_an_officer_added_wrongly_are_no_number() -> None:
    said = both(states(265, 0.9999), states(266, 0.9999))
    assert said.faulty > 0.9
    assert said.silent >= said.faulty
    assert said.text == "265/266"
    assert whole(said) == pytest.approx(1.0)


def test_one_that_cannot_be_read_says_nothing_against_the_other() -> None:
    nothing = Statement("row_sums", np.zeros(1000), 1.0)
    for said in (both(nothing, states(265, 0.98)), both(states(265, 0.98, 10_000), nothing)):
        assert said.best[0] == 265
        assert said.best[1] == pytest.approx(0.98, abs=0.01)
        assert said.faulty == 0.0
    silent = both(nothing, nothing)
    assert silent.silent == pytest.approx(1.0)
    assert silent.best[0] is None


def test_the_sums_of_all_rows_of_2024_are_read(shared: Path, reader: Reader, witnesses: dict[str, Witnesses]) -> None:
    pages = [page for page in real_pages(shared, ["wild/kwk-2024"]) if "flat" in page.path.name]
    read = dict[str, int | None]()
    for page in pages:
        witnesses.clear()
        reader.read_document(next(iter(open_documents([page.path]))))
        for name, written in page.truth["row_grand_total"].items():
            sums = witnesses[name].row_sums
            assert sums is not None
            assert sums.written is not None
            assert sums.written.best[0] == int(written)
            assert sums.written.best[1] > 0.9
            read[name] = sums.written.best[0]
    assert read == {"paslon_1": 265, "paslon_2": 192, "suara_tidak_sah": 7}


def test_a_drawn_sheet_has_them_too(reader: Reader, witnesses: dict[str, Witnesses]) -> None:
    (page,) = simulate_document(Simulation(load_forms()[FORM], seed=77, difficulty="medium", page=2), 0)
    assert page.truth["row_grand_total"] == {name: str(page.truth["values"][name]) for name in ("paslon_1", "paslon_2")}
    reader.read(page.jpeg, page.name)
    for name, written in page.truth["row_grand_total"].items():
        sums = witnesses[name].row_sums
        assert sums is not None
        assert sums.written is not None
        assert sums.written.best[0] == int(written)

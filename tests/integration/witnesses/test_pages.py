"""Witnesses on real and on simulated pages."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from models.package import default_package, load_package
from pipeline.documents import open_documents
from pipeline.documents.source import Page
from pipeline.forms import load_forms
from pipeline.recognition.digits import DigitReader
from pipeline.recognition.witnesses import Witnesses, WitnessReader
from pipeline.registration import SheetFinder
from pipeline.registration.sheet import SheetMap
from training.pages.sheet import draw_sheet
from training.witnesses.evaluate import evaluate, report
from training.witnesses.finding import find


@pytest.fixture(scope="module")
def witness_reader() -> WitnessReader:
    return WitnessReader(DigitReader(load_package(default_package("digits"))))


def _read(file: Path, reader: WitnessReader) -> dict[str, Witnesses]:
    page = next(iter(open_documents([file]))).pages[0]
    assert isinstance(page, Page)
    found = find(page, SheetFinder(load_forms()))
    assert found is not None
    return reader.read(found[0], found[1].sheet, found[1].target.page.numbers)


def _real(shared: Path, name: str) -> tuple[Path, dict[str, Any]]:
    lines = (shared / "pages" / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    truth = next(line for line in map(json.loads, lines) if line["file"] == name)
    return next((shared / "pages").rglob(name)), truth


def test_a_real_page_of_2024(shared: Path, witness_reader: WitnessReader) -> None:
    file, truth = _real(shared, "E_chasil2024p2_klaten.png")
    for name, said in _read(file, witness_reader).items():
        assert said.bubbles is not None
        assert said.tally is not None
        assert said.bubbles.text == truth["bubbles"][name]
        assert list(said.tally.row_counts) == truth["row_tally"][name]
        assert said.tally.located
        assert said.tally.used
        # The rewritten last digit of one row sum is read as another, at 0.75.
        sure = {value for value, probability in (one.best for one in said.statements()) if probability >= 0.9}
        assert sure - {None} == {truth["values"][name]}


def test_a_photographed_screen_without_tallies(shared: Path, witness_reader: WitnessReader) -> None:
    file, truth = _real(shared, "C_chasil2024p2_screen_cam1.jpg")
    for name, said in _read(file, witness_reader).items():
        assert said.bubbles is not None
        assert said.tally is not None
        assert said.bubbles.text == truth["bubbles"][name]
        assert not said.tally.used
        assert said.tally.statement().best[0] is None


def test_sample_pages_are_read(samples: Path, witness_reader: WitnessReader) -> None:
    score = evaluate(samples, load_forms(), witness_reader)
    assert score.right["bubble columns"] == score.count["bubble columns"] > 0, report(score)
    assert score.right["grids located"] == score.count["grids located"] > 0, report(score)
    # One bundle of the samples has two strokes on top of each other; what is sure must be right all the same.
    assert score.right["tally totals"] >= score.count["tally totals"] - 1 > 0, report(score)
    assert all(right for probability, right in score.stated["tally total"] if probability > 0.95), report(score)
    assert all(right for probability, right in score.stated["row sum total"] if probability > 0.95), report(score)


def test_a_page_without_witnesses_has_none(witness_reader: WitnessReader) -> None:
    form = load_forms()["c-hasil-ppwp-2024"]
    grey = np.full((900, 600), 255, np.uint8)
    assert witness_reader.read(grey, SheetMap(np.eye(3)), form.page(1).numbers) == {}


def test_a_blank_sheet_states_nothing(witness_reader: WitnessReader) -> None:
    form = load_forms()["c-hasil-ppwp-2024"]
    sheet = np.round(255 * draw_sheet(form, 2, 2.0)).astype(np.uint8)
    grey = np.asarray(cv2.cvtColor(sheet, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    scale = np.array([[2.0, 0, -0.5], [0, 2.0, -0.5], [0, 0, 1]])
    for said in witness_reader.read(grey, SheetMap(scale), form.page(2).numbers).values():
        assert said.bubbles is not None
        assert said.tally is not None
        assert said.bubbles.text == "___"
        assert said.tally.located
        assert not said.tally.used
        assert all(statement.best[0] is None for statement in said.statements())


def test_of_half_a_tally_nothing_is_said(samples: Path, witness_reader: WitnessReader) -> None:
    page = next(iter(open_documents([samples / "0024010001002-p2.jpg"]))).pages[0]
    assert isinstance(page, Page)
    found = find(page, SheetFinder(load_forms()))
    assert found is not None
    grey, registration = found
    fields = registration.target.page.numbers
    grid = fields[0].tally
    assert grid is not None
    middle = np.array([[grid.x + grid.bounds[2] / 2, grid.y]])
    cut = round(float(registration.sheet.to_picture(middle)[0, 0]))
    moved = replace(
        registration.sheet, matrix=np.array([[1.0, 0, -cut], [0, 1, 0], [0, 0, 1]]) @ registration.sheet.matrix
    )
    for said in witness_reader.read(np.ascontiguousarray(grey[:, cut:]), moved, fields).values():
        assert said.tally is None
        assert said.bubbles is not None

"""The reader of words on drawn places: numbers in one line and in several, nothing, and places out of sight."""

import numpy as np
import pytest

from models.package import default_package, load_package
from pipeline.forms import NumberField
from pipeline.forms.template import Boxes, Text
from pipeline.recognition.words import WordsReader
from pipeline.registration.geometry import Grey
from pipeline.registration.sheet import SheetMap
from training.handwriting import Hand, draw_strokes, write_word

SCALE = 2.2
SHEET = SheetMap(np.diag([SCALE, SCALE, 1.0]))


@pytest.fixture(scope="module")
def reader() -> WordsReader:
    return WordsReader(load_package(default_package("words")))


def field(words: tuple[float, float, float, float]) -> NumberField:
    boxes = Boxes(x=1, y=1, width=8, height=8, pitch=9, count=3)
    return NumberField(name="paslon_1", label=Text(id="Suara", en="Votes"), boxes=boxes, words=words)


def picture(*rows: str) -> Grey:
    """Return a picture of a sheet with rows of capitals, from 20 mm down."""
    rng = np.random.default_rng(4)
    paper = np.full((260, 640, 3), 0.85, np.float32)
    for index, row in enumerate(rows):
        at = np.array([30.0, 20.0 + 15.0 * index]) * SCALE
        strokes = [stroke * 8.0 * SCALE + at for stroke in write_word(row, Hand(pen_mm=0.8), rng)]
        draw_strokes(paper, strokes, Hand(pen_mm=0.8), SCALE, rng)
    return np.asarray(np.clip(paper.mean(axis=2) * 255, 0, 255), np.uint8)


@pytest.mark.parametrize("rows", [("SERATUS TIGA PULUH TUJUH",), ("SERATUS", "TIGA PULUH", "TUJUH")])
def test_a_number_is_read_in_one_line_or_several(reader: WordsReader, rows: tuple[str, ...]) -> None:
    said = reader.read(picture(*rows), SHEET, [field((10, 10, 270, 95))])["paslon_1"]
    value, probability = said.statement().best
    assert value == 137
    assert probability > 0.5
    assert said.text == "SERATUS TIGA PULUH TUJUH"


def test_a_blank_place_says_nothing(reader: WordsReader) -> None:
    said = reader.read(picture(), SHEET, [field((10, 10, 270, 95))])["paslon_1"]
    assert said.nothing > 0.99
    assert said.text == ""


def test_a_place_that_the_picture_cuts_off_is_not_read(reader: WordsReader) -> None:
    assert reader.read(picture("LIMA"), SHEET, [field((10, 10, 400, 95))]) == {}
    bare = field((10, 10, 270, 95)).model_copy(update={"words": None})
    assert reader.read(picture("LIMA"), SHEET, [bare]) == {}

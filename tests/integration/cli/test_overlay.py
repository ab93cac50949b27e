"""Overlay pictures speak to people: labels and reasons in words, each number's ink in one piece."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import ImageDraw, ImageFont

from api.core.language import Language
from api.rendering import overlay
from api.rendering.overlay import draw_overlay
from pipeline import Reader
from pipeline.reading import FieldReading, Outcome
from pipeline.texts import messages


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    drawn: list[str] = []
    real = ImageDraw.ImageDraw.text

    def text(self: Any, place: Any, said: str, *more: Any, **named: Any) -> Any:
        drawn.append(said)
        return real(self, place, said, *more, **named)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", text)
    return drawn


@pytest.mark.parametrize(("language", "label"), [("id", "Suara sah pasangan calon 1"), ("en", "Valid votes, pair 1")])
def test_numbers_are_called_as_on_paper_and_doubts_are_in_words(
    language: str, label: str, samples: Path, reader: Reader, texts: list[str]
) -> None:
    documents = [reader.read(samples / f"0024010002021-p{page}.jpg")[0] for page in (1, 2)]
    for document in documents:
        picture = np.zeros((document.pages[0].source.height, document.pages[0].source.width, 3), np.uint8)
        draw_overlay(picture, document.pages[0], document, Language(language), reader.forms[str(document.form)])
    said = "\n".join(texts)
    assert label in texts
    assert not [name for document in documents for name in document.fields if name in texts]
    codes = {reason.code for document in documents for field in document.fields.values() for reason in field.reasons}
    assert codes
    assert not [code for code in messages() if code in said]


def test_the_font_of_the_pictures_has_every_character_that_is_drawn() -> None:
    font = ImageFont.load_default(30)

    def drawn(character: str) -> bytes:
        return bytes(font.getmask(character))

    said = "".join(text for texts in messages().values() for text in texts.values())
    missing = drawn("\uffff")
    assert sorted(each for each in set(said + overlay.NOTHING + "·…") if each != " " and drawn(each) == missing) == []


def test_a_page_is_headed_by_what_its_document_decided(samples: Path, reader: Reader, texts: list[str]) -> None:
    (document,) = reader.read(samples / "0024010001002-p3.jpg")
    page = document.pages[0]
    optional = reader.forms[str(document.form)].optional
    assert {field.outcome for name, field in document.fields.items() if name not in optional} == {Outcome.ACCEPTED}
    picture = np.zeros((page.source.height, page.source.width, 3), np.uint8)
    draw_overlay(picture, page, document, Language.ENGLISH, reader.forms[str(document.form)])
    assert any(text.endswith("page 3: accepted") for text in texts)


def test_ink_between_touching_boxes_is_shown_once() -> None:
    picture = np.full((200, 400, 3), 255, np.uint8)
    for x in (100, 180, 260):
        cv2.line(picture, (x, 60), (x, 140), (0, 0, 0), 3)
    corners = ((100.0, 60.0), (260.0, 60.0), (260.0, 140.0), (100.0, 140.0))
    boxes = (
        ((100.0, 60.0), (180.0, 60.0), (180.0, 140.0), (100.0, 140.0)),
        ((180.0, 60.0), (260.0, 60.0), (260.0, 140.0), (180.0, 140.0)),
    )
    cut = overlay._cut(picture, FieldReading(11, "11", 0.9, Outcome.ACCEPTED, region=corners, box_regions=boxes))
    assert cut is not None
    dark = cut[cut.shape[0] // 2, :, 0] < 128
    assert int((np.diff(dark.astype(int)) == 1).sum()) == 3

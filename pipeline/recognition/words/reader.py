"""The reader of numbers in words: a picture and where the sheet lies in it, in; evidence of every such number, out."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.package import ModelPackage, calibrated
from pipeline.forms import NumberField
from pipeline.recognition.network import Contract, Network
from pipeline.recognition.words.area import cut_area, find_pen, printed_in
from pipeline.recognition.words.evidence import WordsEvidence, words_evidence
from pipeline.recognition.words.lines import HEIGHT, to_strip
from pipeline.recognition.words.scoring import WORD_CLASSES
from pipeline.registration.geometry import Grey, Points
from pipeline.registration.sheet import SheetMap

CONTRACT = Contract("words", WORD_CLASSES, HEIGHT, (0.0, 1.3), "words-strip-1")

STRIDE = 4
"""Columns of a strip to a frame of the network."""

MOST_DIGITS = 4
"""Numbers with more boxes have no words here."""


class WordsReader:
    """Reads numbers in words. Made once; safe to share between threads.

    Args:
        package: A package of the kind "words".

    Raises:
        ModelError: The package does not fit this program.

    """

    def __init__(self, package: ModelPackage) -> None:
        self._network = Network(package, CONTRACT, batch=None)

    def read(self, grey: Grey, sheet: SheetMap, fields: Sequence[NumberField]) -> dict[str, WordsEvidence]:
        """Return the evidence of every field with a place for words, by name; one run of the network for all."""
        shown = shown_places(grey, sheet, fields)
        strips = [strip_of(grey, sheet, field) for field in shown]
        frames = self.frames(strips)
        evidences: dict[str, WordsEvidence] = {}
        for digits in sorted({field.boxes.count for field in shown}):
            some = [
                (field.name, line) for field, line in zip(shown, frames, strict=True) if field.boxes.count == digits
            ]
            found = words_evidence([line for _, line in some], digits)
            evidences |= {name: evidence for (name, _), evidence in zip(some, found, strict=True)}
        return evidences

    def frames(self, strips: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float64]]:
        """Return the probabilities (frames, classes) of the letters of every strip (HEIGHT, width)."""
        written = [strip for strip in strips if strip.shape[1]]
        if not written:
            return [np.zeros((0, len(WORD_CLASSES))) for _ in strips]
        logits = self._network.logits(side_by_side(written))
        flat = calibrated(logits.reshape(-1, logits.shape[2]), self._network.package.description.calibration)
        read = iter(flat.reshape(logits.shape))
        return [
            next(read)[: frames_of(strip)] if strip.shape[1] else np.zeros((0, len(WORD_CLASSES))) for strip in strips
        ]


def shown_places(grey: Grey, sheet: SheetMap, fields: Sequence[NumberField]) -> list[NumberField]:
    """Return the fields whose place for words lies in the picture as a whole."""
    places = [(field, field.words) for field in fields if field.words is not None and field.boxes.count <= MOST_DIGITS]
    whole = sheet.shown(grey, [words for _, words in places], [field.name for field, _ in places])
    return [field for (field, _), is_whole in zip(places, whole, strict=True) if is_whole]


def strip_of(grey: Grey, sheet: SheetMap, field: NumberField) -> NDArray[np.float32]:
    """Return the writing of a field's place for words as a strip (HEIGHT, width)."""
    assert field.words is not None

    def place(points: Points) -> Points:
        return sheet.to_picture(points, field.name)

    x, y, width, height = field.words
    resolution = sheet.resolution(np.array([x + width / 2, y + height / 2]))
    area = find_pen(*cut_area(grey, place, field.words, resolution))
    return to_strip(replace(area, printed=printed_in(field.words, field.words_print, area.density, area.margin)))


def frames_of(strip: NDArray[np.float32]) -> int:
    """Return how many frames the network makes of a strip (HEIGHT, width)."""
    width: int = strip.shape[1]
    return -(-width // STRIDE)


def side_by_side(strips: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return strips (HEIGHT, width) as one batch (n, HEIGHT, widest), blank behind their ends."""
    widest = STRIDE * max(frames_of(strip) for strip in strips)
    batch = np.zeros((len(strips), HEIGHT, widest), np.float32)
    for row, strip in zip(batch, strips, strict=True):
        row[:, : strip.shape[1]] = strip
    return batch

"""Judge a reader of words on real lines: the value right, how surely, and what is blank known to be blank.

Probabilities are calibrated first, on lines that taught nothing: a temperature and a floor for the letters, chosen by
the likelihood of what is written on whole lines.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from models.package import Calibration, ModelPackage, calibrated
from pipeline.decision.contradiction import contradicts
from pipeline.recognition.trust import Trust, softened
from pipeline.recognition.words.evidence import WordsEvidence, words_evidence
from pipeline.recognition.words.reader import WordsReader
from pipeline.recognition.words.scoring import WORD_CLASSES
from training.evaluation.metrics import share_text
from training.words.real import RealLine

TEMPERATURES = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)
FLOORS = (1e-4, 1e-3, 1e-2)

TOGETHER = 24
"""Lines scored at once."""

SURE = 0.99

WHOLLY = Trust()

Logits = NDArray[np.float64]
Frames = NDArray[np.float64]


@dataclass
class Score:
    """Counts over real lines.

    Attributes:
        written, right: Lines with a number written whose value is known, and how many were read so.
        sure, sure_wrong: Of those, how many were stated with `SURE`, and how many of these wrongly.
        blank, blank_right: Places left blank, and how many were read as that, or as nothing that is a number.
        false: Places, of all, whose number would be reported as contradicted.
        wrong: What was read wrongly, in words.

    """

    written: int = 0
    right: int = 0
    sure: int = 0
    sure_wrong: int = 0
    blank: int = 0
    blank_right: int = 0
    false: int = 0
    wrong: list[str] = field(default_factory=list)

    def __add__(self, other: "Score") -> "Score":
        """Return the counts of both."""
        return Score(**{name: getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__})

    def lines(self) -> Iterable[str]:
        """Yield the counts with 95 % intervals."""
        yield f"value right: {share_text(self.right, self.written, 2)}"
        yield f"stated at {SURE} and more: {share_text(self.sure, self.written, 2)}"
        yield f"wrong of those: {share_text(self.sure_wrong, self.sure, 2)}"
        yield f"nothing written, recognised: {share_text(self.blank_right, self.blank, 2)}"
        yield f"number contradicted, of all places: {share_text(self.false, self.written + self.blank, 2)}"


def judge(lines: Sequence[RealLine], evidences: Sequence[WordsEvidence], trust: Trust = WHOLLY) -> Score:
    """Compare what was read with what is written; `trust` is how far the decision believes it."""
    score = Score()
    for line, evidence in zip(lines, evidences, strict=True):
        value = meant(line)
        if value is None:
            continue
        stated, probability = evidence.statement().best
        surely_wrong = stated is not None and stated != value and probability >= SURE
        score.false += contradicts(softened(evidence.statement(), trust), value)
        if not line.words:
            score.blank += 1
            score.blank_right += stated is None
        else:
            score.written += 1
            score.right += stated == value
            score.sure += stated is not None and probability >= SURE
            score.sure_wrong += surely_wrong
        if stated != (value if line.words else None):
            score.wrong.append(
                f"{line.file} {line.field}: {line.words or '(nothing)'}, read {evidence.text or '-'} {probability:.4f}"
            )
    return score


def meant(line: RealLine) -> int | None:
    """Return the number that the words of a real line say; that of its boxes where it is left blank.

    A form may contradict itself: a reader of words answers for the words.
    """
    return line.value if not line.words else spelt_number(line.line.text, line.digits)


@cache
def spelt_number(letters: str, digits: int) -> int | None:
    """Return the number that some letters spell, without spaces; None where no number is spelt so."""
    if set(letters) - set(WORD_CLASSES):
        return None
    frames = np.full((2 * len(letters) + 1, len(WORD_CLASSES)), 1e-6)
    frames[::2, 0] = 1.0
    frames[np.arange(1, 2 * len(letters), 2), [WORD_CLASSES.index(sign) for sign in letters]] = 1.0
    evidence = words_evidence([frames], digits)[0]
    return int(evidence.values.argmax()) if evidence.text else None


def evidence_from_logits(
    lines: Sequence[RealLine], logits: Sequence[Logits], calibration: Calibration
) -> list[WordsEvidence]:
    """Return the evidence of real lines from the network's logits (frames, classes)."""
    return evidence_of(lines, [calibrated(some, calibration) for some in logits])


def read_by(package: ModelPackage, lines: Sequence[RealLine]) -> list[WordsEvidence]:
    """Return the evidence of real lines as a package reads them in earnest."""
    reader = WordsReader(package)
    order = sorted(range(len(lines)), key=lambda place: lines[place].line.strip.shape[1])
    frames: dict[int, Frames] = {}
    for start in range(0, len(order), TOGETHER):
        some = order[start : start + TOGETHER]
        frames |= zip(some, reader.frames([lines[place].line.strip for place in some]), strict=True)
    return evidence_of(lines, [frames[place] for place in range(len(lines))])


def evidence_of(lines: Sequence[RealLine], frames: Sequence[Frames]) -> list[WordsEvidence]:
    """Return the evidence of real lines from the probabilities (frames, classes) of their letters."""
    evidences: list[WordsEvidence | None] = [None] * len(lines)
    order = sorted(range(len(lines)), key=lambda place: (lines[place].digits, len(frames[place])))
    for digits, places in groupby(order, key=lambda place: lines[place].digits):
        own = list(places)
        for start in range(0, len(own), TOGETHER):
            some = own[start : start + TOGETHER]
            found = words_evidence([frames[place] for place in some], digits)
            for place, evidence in zip(some, found, strict=True):
                evidences[place] = evidence
    return [evidence for evidence in evidences if evidence is not None]


def calibrate(lines: Sequence[RealLine], logits: Sequence[Logits], seen: str) -> Calibration:
    """Return the temperature and floor under which what is written on these lines is likeliest."""
    known = [(line, some) for line, some in zip(lines, logits, strict=True) if meant(line) is not None]
    choices = [calibration_of(warm, floor, seen) for warm in TEMPERATURES for floor in FLOORS]
    return min(choices, key=lambda one: _loss(known, one))


def calibration_of(temperature: float, floor: float, seen: str) -> Calibration:
    """Return a calibration with one temperature for all letters."""
    count = len(WORD_CLASSES)
    matrix = np.eye(count) / temperature
    return Calibration(
        method="temperature",
        matrix=tuple(tuple(float(value) for value in row) for row in matrix),
        bias=(0.0,) * count,
        floor=floor,
        fitted_on=seen,
    )


def _loss(known: Sequence[tuple[RealLine, Logits]], calibration: Calibration) -> float:
    """Return minus the mean logarithm of the probability of what is written, nats a line."""
    evidences = evidence_from_logits([line for line, _ in known], [some for _, some in known], calibration)
    chances = [
        one.nothing + one.other if not line.words else one.values[meant(line) or 0]
        for (line, _), one in zip(known, evidences, strict=True)
    ]
    return -float(np.log(np.maximum(chances, 1e-9)).mean())

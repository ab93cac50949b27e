"""Judge how the reader of words is made, on all real lines: fold by fold, each read by a reader that never saw it.

Folds are of whole sheets, drawn by the hash of the sheet's name. Of the four other folds three teach, and one sets the
probabilities.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from training.words.config import WordsConfig
from training.words.evaluate import Score, calibrate, evidence_from_logits, judge
from training.words.real import RealLine
from training.words.sources import sources_of
from training.words.train import predict, run

FOLDS = 5


def fold_of(sheet: str) -> int:
    """Return the fold of a sheet, 0 to `FOLDS` - 1."""
    return int(hashlib.sha256(f"chasil words folds 1|{sheet}".encode()).hexdigest(), 16) % FOLDS


def cross_validate(
    config: WordsConfig, real: Sequence[RealLine], out: Path, drawn: Path, log: Callable[[str], None]
) -> Score:
    """Train a reader a fold, and return the score over all lines.

    A fold that is trained already, in `out`, is not trained again.
    """
    total = Score()
    for fold in range(FOLDS):
        parts = [[one for one in real if fold_of(one.sheet) == (fold + turn) % FOLDS] for turn in range(FOLDS)]
        judged, held, teaching = parts[0], parts[1], [one for part in parts[2:] for one in part]
        network = run(
            config, sources_of(config, teaching, drawn), out / f"fold-{fold}", resume=True, log=lambda _line: None
        )
        logits = predict(network, [one.line.strip for one in held])
        calibration = calibrate(held, logits, f"{len(held)} real lines of another fold")
        logits = predict(network, [one.line.strip for one in judged])
        score = judge(judged, evidence_from_logits(judged, logits, calibration))
        log(f"fold {fold}: {score.right} of {score.written} right, {score.blank_right} of {score.blank} blank")
        total = total + score
    return total

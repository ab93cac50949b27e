"""What a run learns from: drawn lines, real lines, and real words put together anew, each with its share of a batch."""

from collections.abc import Sequence
from pathlib import Path

from pipeline.recognition.words.scoring import BLANK, WORD_CLASSES
from training.words.config import WordsConfig
from training.words.pool import Pool, simulated
from training.words.real import RealLine
from training.words.splice import Piece, Spliced, pieces_of
from training.words.train import Sources, load_run, predict

SPLICED = 1_000_000
"""Numbers of spliced lines: more than a run draws, so that none need come twice."""


def sources_of(config: WordsConfig, real: Sequence[RealLine], drawn: Path) -> Sources:
    """Return the sources of a run.

    Args:
        config: The run.
        real: The real lines that may teach.
        drawn: File that keeps the drawn lines; it is made where it is missing.

    """
    lines = [one.line for one in real if teaches(one)]
    pieces: list[Piece] = []
    if config.spliced_share and config.start is not None:
        pieces = pieces_in([one for one in real if teaches(one)], config.start)
    return {
        "simulated": (drawn_lines(config, drawn) if config.simulated_share else Pool.of([]), config.simulated_share),
        "real": ([line for line in lines if line.text], config.real_share),
        "blank": ([line for line in lines if not line.text], config.blank_share),
        "spliced": (Spliced(pieces, SPLICED, config.seed), config.spliced_share),
    }


def teaches(one: RealLine) -> bool:
    """Return whether a real line may teach: its letters are known, and something was found on its place.

    Where nothing is written but something was found, that is shade, noise or a stripe of a screen: it says no letter.
    """
    return set(one.line.text) <= set(WORD_CLASSES) - {BLANK} and one.line.strip.shape[1] > 0


def drawn_lines(config: WordsConfig, file: Path) -> Pool:
    """Return the drawn lines, from their file or drawn anew."""
    if file.is_file():
        pool = Pool.load(file)
        if len(pool) >= config.simulated:
            return pool
    pool = simulated(config.seed, range(config.simulated))
    file.parent.mkdir(parents=True, exist_ok=True)
    pool.save(file)
    return pool


def pieces_in(real: Sequence[RealLine], start: Path) -> list[Piece]:
    """Return the words of real lines, cut apart as the network of an earlier run sees them."""
    written = [one for one in real if one.words]
    logits = predict(load_run(start), [one.line.strip for one in written])
    return [
        piece
        for one, some in zip(written, logits, strict=True)
        for piece in pieces_of(one.line, one.words.split(), one.sheet, some)
    ]

"""Other readers on the same digits, each given the input that it does best on.

Tesseract is a program of its own (`apt-get install tesseract-ocr`), RapidOCR a package (`pip install rapidocr`). One
that is not installed is left out, and the table says so.
"""

import importlib.util
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.package import CLASSES
from pipeline.recognition.digits.preprocess import to_grey
from training.datasets.sets import Boxes
from training.evaluation.metrics import wilson

Picture = NDArray[np.uint8]


def peer_rows(boxes: Boxes) -> list[str]:
    """Return the lines of a Markdown table: every peer's accuracy on these digits, and its time for one."""
    lines = ["| reader | digits | right | 95 % | ms a digit |", "|---|---|---|---|---|"]
    truth = [CLASSES[label] for label in boxes.labels]
    for name, reader in {"Tesseract": _tesseract(), "RapidOCR": _rapid()}.items():
        if reader is None:
            lines.append(f"| {name} | not installed | | | |")
            continue
        started = time.perf_counter()
        found = reader(boxes.pictures)
        spent = 1000 * (time.perf_counter() - started) / max(1, len(boxes))
        right = sum(one == other for one, other in zip(truth, found, strict=True))
        low, high = wilson(right, len(boxes))
        lines.append(
            f"| {name} | {len(boxes)} | {right} ({right / len(boxes):.2%}) | {low:.2%} to {high:.2%} | {spent:.1f} |"
        )
    return lines


def inner(picture: Picture, margin: float = 0.14) -> Picture:
    """Return the crop without its frame: of the margins tried on the split `select`, peers do best so."""
    down, across = (round(margin * side) for side in picture.shape[:2])
    return np.ascontiguousarray(picture[down : picture.shape[0] - down, across : picture.shape[1] - across])


def black_on_white(picture: Picture, height: int = 50, border: int = 10) -> Picture:
    """Return the digit of a crop in black on white, three times in a row; the input that Tesseract does best on.

    Of 352 digits of the split `select` it reads 223 so, and 105 of the grey digit alone. The blur drowns
    the dots of the guide.
    """
    grey = inner(to_grey(picture), 0.12)
    blurred = cv2.GaussianBlur(grey, (0, 0), 1.8 * picture.shape[0] / 48)
    scale = height / grey.shape[0]
    large = cv2.resize(blurred, (max(8, round(grey.shape[1] * scale)), height), interpolation=cv2.INTER_CUBIC)
    ink, paper = np.percentile(large, 3), np.percentile(large, 80)
    levelled = np.clip((large - ink) / max(paper - ink, 1) * 255, 0, 255).astype(np.uint8)
    line = np.hstack([cv2.threshold(levelled, 0, 255, cv2.THRESH_OTSU)[1]] * 3)
    return np.asarray(
        cv2.copyMakeBorder(line, border, border, border, border, cv2.BORDER_CONSTANT, value=(255,)), np.uint8
    )


def _tesseract() -> Callable[[Sequence[Picture]], list[str]] | None:
    """Return Tesseract on single characters, limited to digits, run once over a list of files."""
    program = shutil.which("tesseract")
    if program is None:
        return None

    def read(pictures: Sequence[Picture]) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder) / f"{index:06d}.png" for index in range(len(pictures))]
            for file, picture in zip(files, pictures, strict=True):
                cv2.imwrite(str(file), black_on_white(picture))
            (Path(folder) / "list.txt").write_text("\n".join(map(str, files)), encoding="utf-8")
            options = ["--psm", "10", "-c", "tessedit_char_whitelist=0123456789"]
            run = subprocess.run(  # noqa: S603  the program was looked up, and all arguments are ours
                [program, str(Path(folder) / "list.txt"), "-", *options], capture_output=True, text=True, check=True
            )
        pages = run.stdout.split("\f")[: len(pictures)]
        return [page.strip()[:1] for page in pages]

    return read


def _rapid() -> Callable[[Sequence[Picture]], list[str]] | None:
    """Return RapidOCR's recognition model, its output limited to digits by their scores at every place."""
    if importlib.util.find_spec("rapidocr") is None:
        return None
    from rapidocr import RapidOCR  # noqa: PLC0415

    engine: Any = RapidOCR()
    engine(np.full((48, 48, 3), 255, np.uint8), use_det=False, use_cls=False, use_rec=True)  # loads the model
    recogniser: Any = engine.text_rec

    def read(pictures: Sequence[Picture]) -> list[str]:
        return [_best_digit(recogniser, inner(picture)) for picture in pictures]

    return read


def _best_digit(recogniser: Any, picture: Picture) -> str:
    """Return the digit with the highest scores over all places of a line; picture H x W x 3 BGR.

    The digit gets more paper above and below and is written twice, and the line is filled up to the length that the
    model was trained on. On the split `select` this input does best: 351 of 352 digits, the bare digit 344.
    """
    above = picture.shape[0] // 4
    paper = np.percentile(picture, 85, axis=(0, 1)).astype(int).tolist()
    tall = cv2.copyMakeBorder(picture, above, above, 0, 0, cv2.BORDER_CONSTANT, value=paper)
    line = np.hstack((tall, tall))
    _, height, width = recogniser.rec_image_shape
    places = recogniser.session(recogniser.resize_norm_img(line, width / height)[None])[0]  # (places, characters)
    characters = recogniser.postprocess_op.character
    return max("0123456789", key=lambda digit: float(places[:, characters.index(digit)].sum()))

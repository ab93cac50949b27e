"""`chasil digits`: pictures of single boxes into marks with calibrated probabilities."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import typer
from numpy import uint8
from numpy.typing import NDArray
from rich.table import Column, Table

from api.cli.console import styled, terminal
from api.cli.options import JsonOption
from api.core.language import both
from api.core.pieces import in_pieces
from models.package import CLASSES, default_package, load_package
from pipeline.errors import UsageError
from pipeline.reasons import Reason
from pipeline.recognition.digits import DigitReader

Picture = NDArray[uint8]

EXIT_UNREADABLE = 3
MIN_SIDE, MAX_SIDE = 5, 2000
BATCH = 256
SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"))


def digits(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Gambar kotak, atau folder. / Pictures of boxes, or folders."),
    ],
    json_file: JsonOption = None,
    model: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Paket model lain. / Another model package.")
    ] = None,
) -> None:
    """Baca gambar satu kotak per berkas. / Read pictures of single boxes.

    Keluar: 0 semua terbaca, 3 ada yang tidak terbaca. / Exit: 0 all read, 3 some are no pictures.
    """
    # The reader is fetched here, so that `chasil --help` stays quick.

    files = find_pictures(paths)
    rows = read_pictures(DigitReader(load_package(model or default_package("digits"))), files)
    if json_file is None:
        unreadable = _show(rows)
    else:
        with ExitStack() as stack:
            out = sys.stdout if json_file == "-" else stack.enter_context(Path(json_file).open("w", encoding="utf-8"))
            unreadable = 0
            for row in rows:
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
                unreadable += row["label"] is None
    if unreadable:
        raise typer.Exit(EXIT_UNREADABLE)


def find_pictures(paths: Sequence[Path]) -> list[Path]:
    """Return the files as given, and every picture below the folders, in order of their names.

    Raises:
        UsageError: `file_missing`.

    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
        elif path.exists():
            found.append(path)
        else:
            raise UsageError("file_missing", path=str(path))
    return found


def read_pictures(reader: "DigitReader", files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """Yield one JSON object a file, in the order given; what is no picture of a box is told, and the rest is read."""
    for batch in in_pieces(files, BATCH):
        opened = [_open(file) for file in batch]
        rows = iter(reader.read([picture for picture in opened if not isinstance(picture, Reason)]))
        for file, picture in zip(batch, opened, strict=True):
            yield _failed(file, picture) if isinstance(picture, Reason) else _row(file, next(rows).tolist())


def _open(file: Path) -> "Picture | Reason":
    """Return the picture (H x W x 3 BGR; transparent parts on white), or why there is none."""
    try:
        data = np.frombuffer(file.read_bytes(), np.uint8)
        picture = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
    except (OSError, cv2.error):
        picture = None
    if picture is not None and (picture.dtype != np.uint8 or picture.ndim not in (2, 3)):
        picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
    if picture is None:
        return Reason("box_unreadable", {"file": str(file)})
    height, width = picture.shape[:2]
    if min(height, width) < MIN_SIDE or max(height, width) > MAX_SIDE:
        return Reason("box_size", {"file": str(file), "width": width, "height": height})
    return np.asarray(picture, np.uint8)


def _row(file: Path, probabilities: list[float]) -> dict[str, Any]:

    named = {label: round(p, 7) for label, p in zip(CLASSES, probabilities, strict=True)}
    label = max(named, key=lambda name: named[name])
    return {"file": str(file), "label": label, "probability": named[label], "probabilities": named}


def _failed(file: Path, reason: Reason) -> dict[str, Any]:
    return {"file": str(file), "label": None, "error": {"code": reason.code, "message": reason.text("en")}}


def _show(rows: Iterable[dict[str, Any]]) -> int:
    """Print a table for people and return how many files were no pictures of boxes."""
    table = Table(Column(both("head_file"), overflow="fold"), both("head_mark"), both("head_probability"))
    unreadable = 0
    for row in rows:
        if row["label"] is None:
            unreadable += 1
            table.add_row(styled(row["file"]), styled(("–", "red")), styled((row["error"]["code"], "red")))
        else:
            table.add_row(styled(row["file"]), row["label"], f"{row['probability']:.4f}")
    terminal().print(table)
    return unreadable

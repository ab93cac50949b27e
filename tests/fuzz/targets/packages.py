"""What the program itself has written and reads again: packed readings, and descriptions of models."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from zipfile import ZipFile

import numpy as np

from models.package import default_package, load_package
from pipeline.documents import Source
from pipeline.errors import ModelError, UsageError
from pipeline.evidence import NumberEvidence, NumberPosterior, Statement
from pipeline.packing import pack, unpack
from pipeline.packing.arrays import SIGN
from pipeline.reading import Evidence, FieldReading, ModelReading, Outcome, PageReading, RegistrationReading
from pipeline.reasons import Reason
from tests.fuzz.mutation import changed_value, damaged, json_text
from tests.fuzz.target import Run, Target, told_in_both_languages
from tests.support.older_packages import older_archive

SQUARE = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))


@cache
def _packed() -> bytes:
    """Return a page of one number, with every kind of part that a page may have."""
    reason = Reason("file_truncated", {"path": "a.jpg"})
    digits = NumberPosterior(np.full(1000, 1e-3), 0.0, 0.0, "123")
    said = Statement("tally", np.full(1000, 1e-3), 0.1, 0.1, "123")
    field = FieldReading(
        123, "123", 0.9, Outcome.REVIEW, (reason,), {"digits": Evidence(123, 0.9)}, SQUARE, (SQUARE,) * 3
    )
    page = PageReading(
        "a",
        Source("a.jpg", 1, "0" * 64, 100, 100),
        Outcome.REVIEW,
        form="c-hasil-ppwp-2024",
        form_page=2,
        reasons=(reason,),
        registration=RegistrationReading("tag", 0, 0.3, 0.2, 4.0, SQUARE, 0.9),
        fields={"paslon_1": field},
        model=ModelReading("digits", "0" * 64),
        timing_ms={"decode": 1.0},
        evidence={"paslon_1": NumberEvidence(digits, (said,))},
    )
    return pack(page)


def _damaged_reading(chance: Random) -> bytes:
    """Return packed bytes that are damaged, or whose parts are, in a stream or an older archive that is whole."""
    if chance.random() < 0.4:
        return damaged(chance.choice((_packed(), _archive())), chance)
    return _damaged_stream(chance) if chance.random() < 0.5 else _damaged_archive(chance)


@cache
def _archive() -> bytes:
    return older_archive(_packed())


def _damaged_stream(chance: Random) -> bytes:
    import json  # noqa: PLC0415

    line, _, values = zlib.decompress(_packed()[len(SIGN) :]).partition(b"\n")
    if chance.random() < 0.7:
        return SIGN + zlib.compress(json_text(changed_value(json.loads(line), chance)) + b"\n" + values)
    return SIGN + zlib.compress(damaged(line, chance) + b"\n" + damaged(values, chance))


def _damaged_archive(chance: Random) -> bytes:
    with ZipFile(BytesIO(_archive())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    hurt = chance.choice(sorted(parts))
    if hurt == "header.npy" and chance.random() < 0.8:
        parts[hurt] = _with_changed_header(parts[hurt], chance)
    else:
        parts[hurt] = damaged(parts[hurt], chance)
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


def _with_changed_header(data: bytes, chance: Random) -> bytes:
    import json  # noqa: PLC0415

    header = json.loads(np.load(BytesIO(data)).tobytes())
    stream = BytesIO()
    np.save(stream, np.frombuffer(json_text(changed_value(header, chance)), np.uint8))
    return stream.getvalue()


@contextmanager
def _unpacking(_folder: Path) -> Iterator[Run]:
    def run(data: bytes) -> None:
        try:
            reading = unpack(data)
        except (ValueError, UsageError):
            return
        assert isinstance(reading, PageReading)

    yield run


@cache
def _description() -> bytes:
    return (default_package("digits") / "model.json").read_bytes()


def _damaged_description(chance: Random) -> bytes:
    import json  # noqa: PLC0415

    if chance.random() < 0.3:
        return damaged(_description(), chance)
    value = json.loads(_description())
    for _ in range(chance.choice((1, 1, 2))):
        value = changed_value(value, chance)
    return json_text(value)


@contextmanager
def _loading(folder: Path) -> Iterator[Run]:
    package = folder / "model"
    package.mkdir()
    (package / "model.onnx").write_bytes((default_package("digits") / "model.onnx").read_bytes())

    def load(data: bytes) -> None:
        (package / "model.json").write_bytes(data)
        try:
            load_package(package)
        except ModelError as error:
            told_in_both_languages(error)

    yield load


TARGETS = (
    Target("packed", 10_000, _damaged_reading, _unpacking),
    Target("model", 6_000, _damaged_description, _loading),
)

"""Stations in the commission's JSON: general elections, Pilkada with its `tungsura`, and our own export like it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from api.comparison.json_stream import elements_of
from api.comparison.mapping import PAIRS_OF_2024
from api.comparison.published import (
    Fault,
    Published,
    PublishedStation,
    fault,
    images_in,
    number_in,
)
from api.regions.codes import is_station
from api.tabulation.kpu import ADMINISTRATION
from pipeline.errors import UsageError

WRAPPED = "tungsura"
CODES = ("kode", "code", "station", "tps")
"""Under which names an element may state its own code, where no key and no file name does."""

_PARTS = ("chart", "administrasi", "tungsura", "images")
_ROW = ("field", "value")
_PAIR_NUMBER = re.compile(r"[1-9][0-9]?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:.+Z-]{5,30}")


def read_file(path: Path, name: str, pairs: Mapping[str, str]) -> Published:
    """Yield the stations of one JSON file.

    Args:
        path: The file.
        name: As it is called.
        pairs: Our field by the id of a pair, as stated; the ids 1, 2, ... and those of 2024 are known.

    Raises:
        UsageError: `published_damaged`, `published_unreadable`, `published_pairs_unknown`.

    """
    of_file = path.stem if is_station(path.stem) else None
    for key, content in elements_of(path, name):
        own = key or _own_code(content) or of_file
        if not isinstance(content, dict) or not any(part in content for part in (*_PARTS, *_ROW)):
            yield fault(own or name, "shape_unknown", content)
        elif own is None or not is_station(own):
            yield fault(name, "station_code", own)
        elif all(part in content for part in _ROW):
            yield from _row(own, content)
        else:
            yield from station_of(own, content, pairs)


def read_folder(folder: Path, pairs: Mapping[str, str]) -> Published:
    """Yield the stations of every JSON file below a folder, in the order of their paths; a damaged file is a fault."""
    for path in sorted(folder.rglob("*.json")):
        name = path.relative_to(folder).as_posix()
        try:
            yield from read_file(path, name, pairs)
        except UsageError as error:
            if error.code not in ("published_damaged", "published_unreadable"):
                raise
            yield fault(name, "file_damaged", error.code)


def _row(code: str, content: Mapping[str, Any]) -> Iterator[PublishedStation | Fault]:
    """Yield one number of a station, as `chasil export numbers` writes it in JSON."""
    field = str(content["field"])
    try:
        number = number_in(content["value"])
    except ValueError:
        yield fault(f"{code}/{field}", "number_faulty", content["value"])
        return
    yield PublishedStation(code, {} if number is None else {field: number})


def station_of(code: str, content: Mapping[str, Any], pairs: Mapping[str, str]) -> Iterator[PublishedStation | Fault]:
    """Yield one station as its JSON states it, after its faults."""
    wrapped = content.get(WRAPPED)
    inner: Mapping[str, Any] = wrapped if isinstance(wrapped, dict) else content
    numbers: dict[str, int] = {}
    for part, names in (("chart", _pairs(inner.get("chart"), pairs)), ("administrasi", ADMINISTRATION)):
        given = inner.get(part)
        if given is not None and not isinstance(given, dict):
            yield fault(f"{code}/{part}", "shape_unknown", given)
            continue
        for their, value in (given or {}).items():
            field = names.get(their)
            if field is None:
                if part == "chart":
                    yield fault(f"{code}/{their}", "pair_unknown", value)
                continue
            try:
                number = number_in(value)
            except ValueError:
                yield fault(f"{code}/{their}", "number_faulty", value)
                continue
            if number is not None:
                numbers[field] = number
    images, faults = images_in(code, content.get("images", inner.get("images")))
    yield from faults
    yield PublishedStation(code, numbers, images, _time(content.get("ts", inner.get("ts"))))


def _pairs(chart: Any, stated: Mapping[str, str]) -> Mapping[str, str]:
    """Return our field for every id of a chart: as stated, as it is known, or the number itself.

    Raises:
        UsageError: `published_pairs_unknown`: nobody has said which pairs these ids are.

    """
    ids = [key for key in chart if isinstance(key, str)] if isinstance(chart, dict) else []
    if stated:
        return stated
    if all(key in PAIRS_OF_2024 for key in ids):
        return PAIRS_OF_2024
    if all(_PAIR_NUMBER.fullmatch(key) for key in ids):
        return {key: f"paslon_{key}" for key in ids}
    raise UsageError("published_pairs_unknown", seen=", ".join(ids)[:120])


def _own_code(content: Any) -> str | None:
    found = [content[name] for name in CODES if isinstance(content.get(name), str)] if isinstance(content, dict) else []
    return found[0] if found else None


def _time(given: Any) -> str | None:
    return given if isinstance(given, str) and _TIME.fullmatch(given) else None

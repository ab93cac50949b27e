"""One run of bytes that holds a JSON object and float arrays: what a packed reading is kept in.

`SIGN`, then a zlib stream (RFC 1950) of the object as one line of UTF-8 and of the arrays' values, float32 with the
lowest byte first, in the order in which the object's `arrays` names them with their shapes. Nothing in it can do
anything, and the stream's own checksum finds what was damaged. Programs before version 4 wrote NumPy archives, whose
16 members took half of the bytes and ten times as long to open; they are read too.
"""

import io
import json
import math
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIGN = b"chasil reading\n"

MOST_BYTES = 64 << 20
"""Of what is packed: a page of thirty numbers of five boxes, with four witnesses each, has 60 MB of values."""

_ARCHIVE = b"PK"
_STORED = np.dtype("<f4")

Arrays = Mapping[str, NDArray[Any]]


def to_bytes(header: Mapping[str, Any], arrays: Arrays) -> bytes:
    """Return a JSON object and arrays as bytes.

    Args:
        header: The object; the key `arrays` is added.
        arrays: By name, of any floats and shapes; kept as float32.

    """
    shapes = {name: list(values.shape) for name, values in arrays.items()}
    line = json.dumps({**header, "arrays": shapes}, ensure_ascii=False, separators=(",", ":")).encode()
    values = b"".join(np.ascontiguousarray(one, _STORED).tobytes() for one in arrays.values())
    return SIGN + zlib.compress(line + b"\n" + values)


def from_bytes(data: bytes) -> tuple[dict[str, Any], Arrays]:
    """Return the JSON object and the arrays that `to_bytes`, or an older program, made these bytes of.

    Raises:
        ValueError: They are no such bytes, are damaged, or hold more than `MOST_BYTES`.

    """
    if data.startswith(_ARCHIVE):
        return _from_archive(data)
    if not data.startswith(SIGN):
        raise ValueError("no packed reading (it begins like nothing that is known)")
    stream = zlib.decompressobj()
    content = stream.decompress(data[len(SIGN) :], MOST_BYTES)
    if not stream.eof or stream.unused_data:
        raise ValueError("more is packed than a page has, or it has no end")
    line, _, values = content.partition(b"\n")
    header: dict[str, Any] = json.loads(line)
    return header, _cut(np.frombuffer(values, _STORED), header.pop("arrays"))


def _cut(values: NDArray[np.float32], shapes: Mapping[str, list[int]]) -> Arrays:
    """Return the arrays of these shapes, which lie one after the other."""
    ends = np.cumsum([math.prod(shape) for shape in shapes.values()], dtype=np.int64)
    if values.size != (ends[-1] if shapes else 0):
        raise ValueError("there are more or fewer values than the arrays have")
    parts = np.split(values, ends[:-1])
    return {name: part.reshape(shape) for (name, shape), part in zip(shapes.items(), parts, strict=False)}


def _from_archive(data: bytes) -> tuple[dict[str, Any], Arrays]:
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    return json.loads(arrays.pop("header").tobytes()), arrays

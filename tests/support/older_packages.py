"""Packed readings as older programs wrote them."""

import io
import json

import numpy as np

from pipeline.packing.arrays import from_bytes


def older_archive(packed: bytes) -> bytes:
    """Return a packed reading as a NumPy archive, which it was before version 4."""
    header, arrays = from_bytes(packed)
    text = json.dumps({**header, "version": 3}).encode()
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, header=np.frombuffer(text, np.uint8), **arrays)
    return stream.getvalue()

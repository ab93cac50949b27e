"""A page's reading as bytes and back, so that its document can be decided again later: `readings` in `arrays`."""

from pipeline.packing.readings import pack, unpack

__all__ = ["pack", "unpack"]

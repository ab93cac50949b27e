"""Bytes to pages: files, folders, ZIPs and uploads become documents whose pages can be decoded one at a time.

    walk        which files there are                 kinds, archive, origins, names
    grouping    which of them make one document
    opening     what is in each file                  headers, tiff, orientation, poppler
    source      a page, decoded when it is asked for  images, pdf, verify

A fault of one file is a rejected page with a reason; it never ends the batch.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.documents.grouping import group_items
from pipeline.documents.limits import DEFAULT_LIMITS, Limits
from pipeline.documents.opening import open_item
from pipeline.documents.source import Document, Page, Pixels, Reduction, RejectedPage, Source
from pipeline.documents.walk import Walk

__all__ = ["Document", "Limits", "Page", "Pixels", "Reduction", "RejectedPage", "Source", "open_documents"]


def open_documents(inputs: Sequence[Path | tuple[str, bytes]], limits: Limits = DEFAULT_LIMITS) -> Iterator[Document]:
    """Open files one document at a time.

    The names of all files are listed first, to find out which belong together; each file is read only when its
    document is reached, and again when a page of it is decoded.

    Args:
        inputs: Files, folders (walked in sorted order) and ZIPs; or uploads as (name, bytes).
        limits: What one file may ask of the machine.

    Yields:
        The documents, each with at least one page; what cannot be opened is a `RejectedPage` among them.

    """
    for group in group_items(Walk(limits).items(inputs)):
        pages = [page for item in group.items for page in open_item(item, group.name, limits)]
        yield Document(group.name, tuple(pages))

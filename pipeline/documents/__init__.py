"""Bytes to pages: files, folders, ZIPs and uploads become documents whose pages can be decoded one at a time.

    walk        which files there are                 kinds, archive, origins, names
    grouping    which of them make one document
    opening     what is in each file                  headers, jpeg, tiff, orientation, poppler
    source      a page, decoded when it is asked for  images, negative, pdf, verify
    limits      how much one file may ask of the machine, and budget, how long

A fault of one file is a rejected page with a reason; it never ends the batch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.documents.grouping import Group, group_items
from pipeline.documents.limits import DEFAULT_LIMITS, Limits
from pipeline.documents.opening import open_item
from pipeline.documents.source import Document, Page, Pixels, Reduction, RejectedPage, Source
from pipeline.documents.walk import Walk
from pipeline.errors import DocumentError

__all__ = [
    "Document",
    "GivenFile",
    "Group",
    "Limits",
    "Page",
    "Pixels",
    "Reduction",
    "RejectedPage",
    "Source",
    "list_documents",
    "open_document",
    "open_documents",
    "open_files",
]


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
    for group in list_documents(inputs, limits):
        yield open_document(group, limits)


def list_documents(inputs: Sequence[Path | tuple[str, bytes]], limits: Limits = DEFAULT_LIMITS) -> list[Group]:
    """Return which files make which documents, in order, before any is opened; see `open_documents`."""
    return group_items(Walk(limits).items(inputs))


def open_document(group: Group, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Open the files of one document."""
    pages = [page for item in group.items for page in open_item(item, group.name, limits)]
    return Document(group.name, tuple(pages))


@dataclass(frozen=True, slots=True)
class GivenFile:
    """One file with its own bytes, for those who keep them.

    Attributes:
        document: Name of the document that it belongs to.
        name: As given; inside an archive "a.zip/inner.jpg".
        media_type: What its first bytes say it is; None where they say nothing that can be read.
        data: Its bytes; None where they cannot be had.
        pages: Its pages, as `open_documents` gives them.

    """

    document: str
    name: str
    media_type: str | None
    data: bytes | None
    pages: tuple[Page | RejectedPage, ...]


def open_files(inputs: Sequence[Path | tuple[str, bytes]], limits: Limits = DEFAULT_LIMITS) -> Iterator[GivenFile]:
    """Open files one at a time, archives taken apart, each with the bytes that it consists of.

    Args:
        inputs: As for `open_documents`.
        limits: What one file may ask of the machine.

    """
    for group in group_items(Walk(limits).items(inputs)):
        for item in group.items:
            try:
                data = None if item.origin is None else item.origin.read(limits.max_file_bytes)
            except DocumentError:  # the page that `open_item` rejects says why
                data = None
            media_type = None if item.kind is None else item.kind.media_type
            yield GivenFile(group.name, item.name, media_type, data, tuple(open_item(item, group.name, limits)))

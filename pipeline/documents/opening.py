"""Open one file: its pages, each ready to be decoded or rejected with a reason."""

from pipeline.documents.headers import check_header
from pipeline.documents.images import open_image
from pipeline.documents.kinds import Kind
from pipeline.documents.limits import Limits
from pipeline.documents.origins import File, read_file
from pipeline.documents.pdf import open_pdf
from pipeline.documents.source import Page, RejectedPage, Source
from pipeline.documents.walk import Item
from pipeline.errors import DocumentError
from pipeline.reasons import Reason


def open_item(item: Item, document: str, limits: Limits) -> list[Page | RejectedPage]:
    """Return the pages of one file; what cannot be opened is a rejected page.

    Args:
        item: The file.
        document: Name of the document to which it belongs.
        limits: What it may ask for.

    """
    if item.origin is None or item.kind is None:
        reason = item.reason or Reason("file_missing", {"path": item.name})
        return [RejectedPage(Source(item.name), document, reason)]
    sha256 = ""
    try:
        file = read_file(item.origin, limits.max_file_bytes)
        sha256 = file.sha256
        if item.kind is Kind.PDF:
            return _pdf_pages(file, document, limits)
        return _image_pages(file, item.kind, document, limits)
    except DocumentError as error:
        return [RejectedPage(Source(item.name, sha256=sha256), document, error.reason)]
    except MemoryError as error:  # this file must not cost the others
        reason = Reason("page_failed", {"error": type(error).__name__})
        return [RejectedPage(Source(item.name, sha256=sha256), document, reason)]


def _image_pages(file: File, kind: Kind, document: str, limits: Limits) -> list[Page | RejectedPage]:
    pages: list[Page | RejectedPage] = []
    for number, (header, pixels) in enumerate(open_image(file, kind, limits), start=1):
        source = Source(file.name, number, file.sha256, *header.upright)
        try:
            check_header(header, file.name, limits)
            pages.append(Page(source, document, pixels))
        except DocumentError as error:
            pages.append(RejectedPage(source, document, error.reason))
    return pages


def _pdf_pages(file: File, document: str, limits: Limits) -> list[Page | RejectedPage]:
    pages: list[Page | RejectedPage] = []
    for number, opened in enumerate(open_pdf(file, limits), start=1):
        if isinstance(opened, DocumentError):
            pages.append(RejectedPage(Source(file.name, number, file.sha256), document, opened.reason))
        else:
            pages.append(Page(Source(file.name, number, file.sha256, *opened.size), document, opened))
    return pages

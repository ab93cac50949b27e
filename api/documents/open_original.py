"""A page on record, opened from the bytes of its original."""

from api.db.tables import Page
from pipeline.documents import Limits, RejectedPage, Source, open_documents
from pipeline.documents import Page as OpenPage
from pipeline.reasons import Reason


def open_page(page: Page, data: bytes, limits: Limits) -> OpenPage | RejectedPage:
    """Return one page of a file's bytes, as the pipeline opens it."""
    pages = [opened for document in open_documents([(page.file_name, data)], limits) for opened in document.pages]
    if page.number <= len(pages):
        return pages[page.number - 1]
    reason = Reason("page_failed", {"error": f"no page {page.number}"})
    return RejectedPage(Source(page.file_name, page.number, page.original), page.document_id, reason)

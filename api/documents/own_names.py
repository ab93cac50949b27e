"""What a file and its document are called for whoever brought them: as they called it themselves.

A file is kept once, under the name of who brought it first, which may name people. Whoever brings the same bytes again
reads their own name for it in lists, documents and readings. At the desk, where people read what others brought, a file
has its first name.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.tables import Document, Page
from api.documents.claims import names_given
from pipeline.documents.grouping import split_page_suffix


def document_names(session: Session, person: str, documents: Iterable[Document]) -> Mapping[str, str]:
    """Return how documents are called for a person who brought files of them, by id; all others keep their name.

    Args:
        session: A session.
        person: Who asks.
        documents: Which; those that the person began have the name that they gave already.

    """
    asked = [document.id for document in documents if document.created_by != person]
    if not asked:
        return {}
    pages = select(Page.document_id, Page.original).where(Page.document_id.in_(asked))
    originals: dict[str, list[str]] = defaultdict(list)
    for document, original in session.execute(pages.order_by(Page.uploaded_at, Page.file_name, Page.number)):
        originals[document].append(original)
    given = names_given(session, person, {one for some in originals.values() for one in some})
    own = {document: [given[one] for one in some if one in given] for document, some in originals.items()}
    return {document: document_name(names[0]) for document, names in own.items() if names}


def document_name(file_name: str) -> str:
    """Return what a document is called by the name of one of its files: without extension and page."""
    return split_page_suffix(PurePosixPath(file_name).stem)[0]


def renamed(reasons: Sequence[Mapping[str, Any]], name: str, own: str | None) -> list[dict[str, Any]]:
    """Return reasons as JSON with a file's own name in place of the first one's; as they are where there is none."""
    if own is None or own == name:
        return [dict(reason) for reason in reasons]
    # As a word of its own: a file may be called "5" or "a".
    named = partial(re.compile(rf"(?<!\w){re.escape(name)}(?!\w)").sub, lambda _: own)
    return [
        {
            **reason,
            "message": named(reason["message"]),
            "translations": {language: named(text) for language, text in reason["translations"].items()},
        }
        for reason in reasons
    ]

"""Which documents a person may see: those of their region, and what they brought themselves."""

from api.db.tables import Document
from api.people.actor import Actor
from api.people.roles import Permission


def region_of_document(row: Document) -> str:
    """Return where a document belongs: its station, or while it has none the region of whoever brought it."""
    return row.station or row.scope


def sees_document(actor: Actor, row: Document) -> bool:
    """Return whether a person may see a document."""
    if row.created_by == actor.id and Permission.READ_DOCUMENTS in actor.permissions:
        return True
    return actor.may(Permission.READ_DOCUMENTS, region_of_document(row))

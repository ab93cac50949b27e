"""What the service remembers: tables, the engine they live in, and how they come to their newest shape.

engine        one URL becomes an engine: SQLite (WAL, BEGIN IMMEDIATE, foreign keys) or PostgreSQL
transactions  reading and writing sessions, and which rows a writing one has touched
types         column types that both databases hold alike
states        the words of how a row stands, as enums
tables        one class a table, in the order of a page's life; `review_tables` has those of the review desk,
              `claim_tables` those of who says which station a file is of, `published_tables` those of published
              figures, `key_tables` those of the keys that people sign with, `log_tables` those of the transparency log
migrate       bring a database to the newest shape by `migrations`; refuse one that is newer than the program
"""

from api.db import claim_tables, key_tables, log_tables, published_tables, review_tables
from api.db.engine import open_database
from api.db.migrate import upgrade
from api.db.transactions import Database

__all__ = [
    "Database",
    "claim_tables",
    "key_tables",
    "log_tables",
    "open_database",
    "published_tables",
    "review_tables",
    "upgrade",
]

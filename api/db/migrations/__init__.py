"""The steps from the first shape of the database to the newest, run by Alembic."""

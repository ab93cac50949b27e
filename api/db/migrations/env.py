"""Run by Alembic with the connection that `api.db.migrate` hands over."""

from alembic import context

from api.db.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()

"""Alembic's entry: runs on the connection that ``webapp.storage.migrate`` has opened."""

from __future__ import annotations

from alembic import context

from webapp.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()

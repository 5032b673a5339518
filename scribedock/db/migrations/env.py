"""Alembic's entry point: runs on the connection that `db.migrate` hands over."""

from alembic import context

from scribedock.db.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()

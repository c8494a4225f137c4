"""Alembic's entry: runs on the connection that store/schema.py hands over."""

from __future__ import annotations

from alembic import context

from store.schema import is_ours
from store.tables import Row

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Row.metadata,
    render_as_batch=True,  # SQLite cannot ALTER most things in place
    compare_type=True,
    include_object=is_ours,
    user_module_prefix="",  # revisions import Utc by its name
)
with context.begin_transaction():
    context.run_migrations()

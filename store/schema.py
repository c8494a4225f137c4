"""The schema: brought up to date at start, compared with the tables on demand."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from store.database import Database
from store.tables import Row

_LOCK = 7_417_081  # any number, the same for every process that migrates


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("store") / "migrations"))
    config.attributes["connection"] = connection
    return config


async def upgrade(database: Database) -> None:
    """Apply the revisions that are missing. Several processes may call it at once."""
    async with database.begin() as connection:
        if not database.is_sqlite:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), "head"))


async def drift(database: Database) -> list[Any]:
    """What the tables declare and the database lacks, or the other way round; [] when alike."""
    async with database.begin() as connection:
        return await connection.run_sync(
            lambda sync: compare_metadata(
                MigrationContext.configure(sync, opts={"compare_type": True}), Row.metadata
            )
        )


async def revise(database: Database, message: str) -> None:
    """Write a new revision from the difference between the tables and the database."""
    async with database.begin() as connection:
        await connection.run_sync(
            lambda sync: command.revision(_config(sync), message=message, autogenerate=True)
        )

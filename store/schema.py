"""The schema: brought up to date at start, compared with the tables on demand."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from store.database import Database, StoreError
from store.tables import Row

if TYPE_CHECKING:  # alembic costs 10 MB; a start with nothing to migrate does without
    from alembic.config import Config

WORDS = "complaint_words"
_LOCK = 7_417_081  # any number, the same for every process that migrates


def head() -> str:
    """The newest revision: its file's name up to the first underscore is its number."""
    names = (path.name for path in (files("store") / "migrations" / "versions").iterdir())
    return max(name.split("_")[0] for name in names if name.startswith("r0"))


def _config(connection: Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(files("store") / "migrations"))
    config.attributes["connection"] = connection
    return config


async def upgrade(database: Database) -> None:
    """Apply the revisions that are missing. Several processes may call it at once."""
    if await is_current(database):
        return
    from alembic import command  # noqa: PLC0415

    async with database.begin() as connection:
        if not database.is_sqlite:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), "head"))


async def is_current(database: Database) -> bool:
    """Whether no revision is missing."""
    return await _current(database) == head()


async def _current(database: Database) -> str | None:
    """The revision that the database stands at, None before the first."""
    try:
        async with database.read() as connection:
            found = await connection.execute(text("SELECT version_num FROM alembic_version"))
            number: str | None = found.scalar()
            return number
    except (DBAPIError, StoreError):  # no such table yet, or no database: upgrading will say
        return None


async def drift(database: Database) -> list[Any]:
    """What the tables declare and the database lacks, or the other way round; [] when alike."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415

    async with database.begin() as connection:
        return await connection.run_sync(
            lambda sync: compare_metadata(
                MigrationContext.configure(
                    sync, opts={"compare_type": True, "include_object": is_ours}
                ),
                Row.metadata,
            )
        )


def is_ours(thing: Any, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:  # noqa: FBT001 - Alembic calls it so
    """What keeps the words of complaints for searching is made by a migration alone."""
    of = name if kind == "table" else thing.table.name
    searching = str(of).startswith(WORDS) or name in {"words", f"ix_{WORDS}"}
    return not (reflected and searching)


async def revise(database: Database, message: str) -> None:
    """Write a new revision from the difference between the tables and the database."""
    from alembic import command  # noqa: PLC0415

    async with database.begin() as connection:
        await connection.run_sync(
            lambda sync: command.revision(_config(sync), message=message, autogenerate=True)
        )

"""The few statements that SQLite and PostgreSQL spell alike but SQLAlchemy keeps apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, ColumnElement, Table, Text, cast, func, or_, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def _insert(connection: AsyncConnection, into: Table) -> Any:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(into)


def one_of(column: ColumnElement[str], values: Sequence[str]) -> ColumnElement[bool]:
    """`column IN values` for a statement that takes many rows: there SQLAlchemy refuses `in_`."""
    return or_(*(column == value for value in values))


async def insert_or_ignore(
    connection: AsyncConnection, into: Table, rows: Sequence[dict[str, Any]]
) -> set[int]:
    """Insert rows that break no UNIQUE; returns the ids of those that went in."""
    if not rows:
        return set()
    statement = _insert(connection, into).on_conflict_do_nothing().returning(into.c.id)
    return set((await connection.execute(statement, list(rows))).scalars())


async def upsert(
    connection: AsyncConnection,
    into: Table,
    rows: Sequence[dict[str, Any]],
    *,
    keys: Sequence[str],
    renew: Sequence[str],
) -> None:
    """Insert rows; where one has the same keys, renew these columns of it."""
    if rows:
        statement = _insert(connection, into)
        fresh = {name: statement.excluded[name] for name in renew}
        await connection.execute(
            statement.on_conflict_do_update(index_elements=keys, set_=fresh), list(rows)
        )


async def insert_once(connection: AsyncConnection, into: Table, row: dict[str, Any]) -> bool:
    """Insert a row unless its key is taken; returns whether it went in."""
    statement = _insert(connection, into).values(row).on_conflict_do_nothing()
    return bool((await connection.execute(statement)).rowcount)


async def plan_for_these(connection: AsyncConnection) -> None:
    """Let PostgreSQL plan each query of this transaction for the values that it is asked with.

    The driver prepares what it is asked again and again, and from the sixth time on the server may
    take one plan for any values: a week and a decade are not found alike. SQLite never does so.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))


def json_text(
    connection: AsyncConnection, document: ColumnElement[Any], name: str
) -> ColumnElement[str]:
    """What stands under a name at the top of a JSON document; NULL for nothing."""
    if connection.dialect.name == "sqlite":
        return func.json_extract(document, f"$.{name}", type_=Text)
    return func.json_extract_path_text(cast(document, JSON), name, type_=Text)

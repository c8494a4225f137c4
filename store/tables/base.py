"""What every table is made of: moments, named constraints, ids, references."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Utc(TypeDecorator[datetime]):
    """A moment: aware in Python, `timestamptz` on PostgreSQL.

    SQLite has no type for it: ISO 8601 text in UTC, always with microseconds, so that the order
    of texts is the order of moments.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite."""
        kind = Text() if dialect.name == "sqlite" else DateTime(timezone=True)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse what has no zone."""
        if value is None:
            return None
        if value.tzinfo is not UTC:
            if value.tzinfo is None:
                raise ValueError(f"{value!r} has no time zone; pass an aware UTC time")
            value = value.astimezone(UTC)
        return value.isoformat(timespec="microseconds") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give the moment back."""
        if value is None or dialect.name != "sqlite":
            return value  # type: ignore[no-any-return]
        return datetime.fromisoformat(value)


class Row(SQLModel):
    """The base of every table: named constraints, so that migrations can name them."""

    metadata = MetaData(naming_convention=NAMES)


def row_id() -> Any:
    """A key that is made before the row (docs/adr/0002)."""
    return Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))


def reference(target: str, *, nullable: bool = False, index: bool = False) -> Any:
    """A row of another table: "table.column"."""
    key = ForeignKey(target)
    return Field(sa_column=Column(BigInteger, key, nullable=nullable, index=index), default=None)


def written(*, nullable: bool = False, default: str | None = "") -> Any:
    """Text; "" unless a default is named."""
    return Field(sa_column=Column(Text, nullable=nullable), default=default)


def moment(*, nullable: bool = False) -> Any:
    """An aware moment."""
    return Field(sa_column=Column(Utc, nullable=nullable), default=None)


def partial_index(name: str, column: str, which: str, sqlite: str = "") -> Index:
    """An index of the few rows that somebody looks for again and again.

    SQLite uses it for a query that says the same in the same words.
    """
    return Index(name, column, postgresql_where=text(which), sqlite_where=text(sqlite or which))


def table(row: type[Row]) -> Table:
    """The Core table under a SQLModel class: the hot path speaks Core."""
    return row.__table__  # type: ignore[attr-defined, no-any-return]

"""What the overview counts with: its days, and which of them have changed (store/days.py)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Text
from sqlmodel import Field

from store.tables.base import Row, written


class OverviewDay(Row, table=True):
    """What counts of the complaints that were filed on a day, in UTC: figures, nobody's words."""

    __tablename__ = "overview_day"
    day: str = Field(sa_column=Column(Text, primary_key=True))  # 2026-11-25
    names: str = written()  # JSON: what the numbers in `facts` stand for
    facts: bytes = Field(sa_column=Column(LargeBinary, nullable=False))  # store/facts.py


class OverviewChange(Row, table=True):
    """A day of which something has changed. Triggers write it (r0017), whoever makes the change."""

    __tablename__ = "overview_change"
    # Never given twice: by it one sees that nobody else has counted the day meanwhile.
    id: int = Field(
        sa_column=Column(
            BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
        )
    )
    day: str = Field(sa_column=Column(Text, nullable=False, index=True))
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's own shape

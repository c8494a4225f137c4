"""How much each kelurahan tells just now, and how much it told in the same hours of past weeks.

Who joins a complaint that another has filed counts as much as who files one: a flood is told by
many and filed by few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from store.facts import Area
from store.overview import COMPLAINT, Within
from store.tables import Supporter, table

SUPPORTER = table(Supporter)
WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a kelurahan has told."""

    area: Area
    now: int  # in the window that ends now
    usual: int  # in the windows of as many hours, each a week before the other, together


async def told(
    connection: AsyncConnection,
    now: datetime,
    window: timedelta,
    weeks: int,
    within: Within = (),
) -> list[Told]:
    """Every kelurahan that tells something in this window."""
    both = union_all(
        _filed(now, window, weeks, within), _joined(now, window, weeks, within)
    ).subquery()
    of = both.c
    recent = case((of.at >= now - window, 1), else_=0)
    lately = func.sum(recent)
    statement = (
        select(of.kelurahan, of.kecamatan, of.kota, lately, func.sum(1 - recent))
        .group_by(of.kelurahan, of.kecamatan, of.kota)
        .having(lately > 0)
    )
    return [
        Told(area=Area(kelurahan, kecamatan or "", kota or ""), now=int(new), usual=int(old))
        for kelurahan, kecamatan, kota, new, old in await connection.execute(statement)
    ]


def _windows(
    at: ColumnElement[Any], now: datetime, window: timedelta, weeks: int
) -> ColumnElement[bool]:
    """This window, and the same hours of each of the weeks before."""
    ends = [now - WEEK * back for back in range(weeks + 1)]
    return or_(*(and_(at >= end - window, at < end) for end in ends))


def _filed(now: datetime, window: timedelta, weeks: int, within: Within) -> Select[Any]:
    return select(
        COMPLAINT.c.kelurahan,
        COMPLAINT.c.kecamatan,
        COMPLAINT.c.kota,
        COMPLAINT.c.filed_at.label("at"),
    ).where(
        COMPLAINT.c.kelurahan.is_not(None),
        _windows(COMPLAINT.c.filed_at, now, window, weeks),
        *within,
    )


def _joined(now: datetime, window: timedelta, weeks: int, within: Within) -> Select[Any]:
    return (
        select(COMPLAINT.c.kelurahan, COMPLAINT.c.kecamatan, COMPLAINT.c.kota, SUPPORTER.c.at)
        .join(COMPLAINT, COMPLAINT.c.id == SUPPORTER.c.complaint_id)
        .where(
            COMPLAINT.c.kelurahan.is_not(None),
            _windows(SUPPORTER.c.at, now, window, weeks),
            *within,
        )
    )


async def of_what(
    connection: AsyncConnection, period: tuple[datetime, datetime], area: Area, most: int = 3
) -> Sequence[str]:
    """The commonest categories of what a kelurahan filed in a period."""
    start, end = period
    statement = (
        select(COMPLAINT.c.category)
        .where(
            COMPLAINT.c.filed_at >= start,
            COMPLAINT.c.filed_at < end,
            COMPLAINT.c.kelurahan == area.kelurahan,
            COMPLAINT.c.kecamatan == area.kecamatan,
        )
        .group_by(COMPLAINT.c.category)
        .order_by(func.count().desc(), COMPLAINT.c.category)
        .limit(most)
    )
    return (await connection.execute(statement)).scalars().all()


async def first(connection: AsyncConnection) -> datetime | None:
    """When the first complaint was filed."""
    found = await connection.execute(
        select(COMPLAINT.c.filed_at).order_by(COMPLAINT.c.filed_at).limit(1)
    )
    at: datetime | None = found.scalar()
    return at

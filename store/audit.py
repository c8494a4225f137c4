"""Who did what in the console: written in the transaction that does it, never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.ids import Ids
from store.tables import Audit, table

AUDIT = table(Audit)


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """Something that somebody did. It holds ids and numbers, never a citizen's words."""

    actor: str
    act: str  # "<room>.<verb>"
    subject: str  # a ticket number, an account's name, a model's version
    at: datetime
    detail: Mapping[str, Any] = field(default_factory=dict)


async def append(connection: AsyncConnection, ids: Ids, *deeds: Deed) -> None:
    """Keep what was done."""
    rows = [
        {
            "id": ids.next(),
            "at": one.at,
            "actor": one.actor,
            "act": one.act,
            "subject": one.subject,
            "detail": json.dumps(dict(one.detail), ensure_ascii=False),
        }
        for one in deeds
    ]
    if rows:
        await connection.execute(insert(AUDIT), rows)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A row of the log."""

    id: int
    at: datetime
    actor: str
    act: str
    subject: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sought:
    """Which rows are looked for; what is empty does not matter."""

    actor: str = ""
    act: str = ""  # the beginning of it: "people" finds "people.add"
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None  # not included


async def found(
    connection: AsyncConnection, sought: Sought, *, before: int | None = None, most: int
) -> list[Kept]:
    """Rows, the newest first, older than the row `before`."""
    conditions: list[ColumnElement[bool]] = []
    if sought.actor:
        conditions.append(AUDIT.c.actor == sought.actor)
    if sought.act:
        conditions.append(AUDIT.c.act.startswith(sought.act, autoescape=True))
    if sought.subject:
        conditions.append(AUDIT.c.subject == sought.subject)
    if sought.since:
        conditions.append(AUDIT.c.at >= sought.since)
    if sought.until:
        conditions.append(AUDIT.c.at < sought.until)
    if before is not None:
        conditions.append(AUDIT.c.id < before)
    rows = await connection.execute(
        select(AUDIT).where(*conditions).order_by(AUDIT.c.id.desc()).limit(most)
    )
    return [
        Kept(
            id=row.id,
            at=row.at,
            actor=row.actor,
            act=row.act,
            subject=row.subject,
            detail=json.loads(row.detail),
        )
        for row in rows
    ]

"""Exchanges: the trace of what was asked of a provider and what it answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.ids import Ids
from store.tables import Exchange, table

EXCHANGE = table(Exchange)


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One attempt at one wire part. `request` holds no secret any more."""

    part: int
    at: datetime
    took_ms: int
    request: str
    outcome: str
    detail: str = ""


async def append(connection: AsyncConnection, ids: Ids, said: Sequence[tuple[int, Said]]) -> None:
    """Keep exchanges, each with its outbox id."""
    rows = [
        {
            "id": ids.next(),
            "outbox_id": outbox_id,
            "part": one.part,
            "at": one.at,
            "took_ms": one.took_ms,
            "request": one.request,
            "outcome": one.outcome,
            "detail": one.detail,
        }
        for outbox_id, one in said
    ]
    if rows:
        await connection.execute(insert(EXCHANGE), rows)


async def of(connection: AsyncConnection, outbox_id: int) -> list[Said]:
    """All exchanges about one message, in order."""
    rows = await connection.execute(
        select(EXCHANGE).where(EXCHANGE.c.outbox_id == outbox_id).order_by(EXCHANGE.c.id)
    )
    return [
        Said(
            part=row.part,
            at=row.at,
            took_ms=row.took_ms,
            request=row.request,
            outcome=row.outcome,
            detail=row.detail,
        )
        for row in rows
    ]


async def forget(connection: AsyncConnection, before: datetime) -> int:
    """Let go of what is older; returns how many."""
    return (await connection.execute(delete(EXCHANGE).where(EXCHANGE.c.at < before))).rowcount

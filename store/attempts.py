"""Failed attempts to enter the console: counted per key, so that several processes share them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import case, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.dialect import insert_once
from store.tables import LoginAttempt, table

ATTEMPT = table(LoginAttempt)


async def hold(connection: AsyncConnection, key: str, now: datetime) -> datetime:
    """Until when nobody may try under this key: `now`, or before, where anybody may.

    On PostgreSQL the row stays locked: who asks at the same moment waits for what this one counts.
    Hold several keys in the same order everywhere.
    """
    row = {"key": key, "failures": 0, "at": now, "until": now}
    await insert_once(connection, ATTEMPT, row)
    asked = select(ATTEMPT.c.until).where(ATTEMPT.c.key == key).with_for_update()
    until: datetime = (await connection.execute(asked)).scalar_one()
    return until


async def add(connection: AsyncConnection, key: str, now: datetime, *, forgotten: datetime) -> int:
    """Count a failure; returns how many there are. Those before `forgotten` count no more."""
    again = case((ATTEMPT.c.at < forgotten, 1), else_=ATTEMPT.c.failures + 1)
    counted = (
        update(ATTEMPT)
        .where(ATTEMPT.c.key == key)
        .values(failures=again, at=now)
        .returning(ATTEMPT.c.failures)
    )
    return int((await connection.execute(counted)).scalar_one())


async def close(connection: AsyncConnection, key: str, until: datetime) -> None:
    """Let nobody try under this key until a moment."""
    await connection.execute(update(ATTEMPT).where(ATTEMPT.c.key == key).values(until=until))


async def take_back(connection: AsyncConnection, key: str) -> int:
    """One of the failures was none; returns how many are left."""
    left = (
        update(ATTEMPT)
        .where(ATTEMPT.c.key == key, ATTEMPT.c.failures > 0)
        .values(failures=ATTEMPT.c.failures - 1)
        .returning(ATTEMPT.c.failures)
    )
    return int((await connection.execute(left)).scalar() or 0)


async def forget(connection: AsyncConnection, key: str) -> None:
    """Nobody has failed under this key."""
    await connection.execute(delete(ATTEMPT).where(ATTEMPT.c.key == key))


async def drop(connection: AsyncConnection, before: datetime) -> int:
    """Delete the counts whose last failure is older; returns how many."""
    return (await connection.execute(delete(ATTEMPT).where(ATTEMPT.c.at < before))).rowcount

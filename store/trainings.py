"""Trainings: one at a time, whoever asks for it; how far it is stands here for every process.

    number = await begin(connection, ids, actor="ani", now=now)      AlreadyTrainingError
    await tell(connection, number, "features", 0.3, now)             every second or so
    await end(connection, number, now, version="20261126-1a2b3c4d")  or failed="why"

The process that trains says often that it lives. One that has not for `SILENT` is taken for dead.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.dialect import insert_once
from store.ids import Ids
from store.tables import Training, table

TRAINING = table(Training)
SILENT = timedelta(minutes=2)
_DIED = "nothing was heard of it any more: its process has ended"


class AlreadyTrainingError(RuntimeError):
    """Another candidate is being trained. The message says since when and who asked for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One training."""

    id: int
    at: datetime
    actor: str
    state: str  # running | done | failed
    step: str  # what is being done now; of a failed one, why it failed
    share: float  # of the work, 0 to 1
    version: str  # of the candidate that came of it; "" for none
    ended_at: datetime | None


async def begin(connection: AsyncConnection, ids: Ids, *, actor: str, now: datetime) -> int:
    """Begin a training; answers its id. Raises: AlreadyTrainingError."""
    await connection.execute(
        update(TRAINING)
        .where(TRAINING.c.state == "running", TRAINING.c.until <= now)
        .values(state="failed", step=_DIED, ended_at=now)
    )
    number = ids.next()
    row = {
        "id": number,
        "at": now,
        "actor": actor,
        "state": "running",
        "step": "",
        "share": 0.0,
        "until": now + SILENT,
        "version": "",
        "ended_at": None,
    }
    if not await insert_once(connection, TRAINING, row):
        other = await newest(connection, now)
        told = f" since {other.at:%Y-%m-%d %H:%M} UTC, as {other.actor} asked" if other else ""
        raise AlreadyTrainingError(f"a candidate is being trained{told}; wait until it has ended")
    return number


async def tell(
    connection: AsyncConnection, number: int, step: str, share: float, now: datetime
) -> None:
    """Say how far a training is, and that it lives."""
    await connection.execute(
        update(TRAINING)
        .where(TRAINING.c.id == number, TRAINING.c.state == "running")
        .values(step=step, share=share, until=now + SILENT)
    )


async def end(
    connection: AsyncConnection, number: int, now: datetime, *, version: str = "", failed: str = ""
) -> None:
    """End a training that runs, with a candidate, without one, or with the reason why it failed."""
    result: dict[str, Any] = {"state": "failed", "step": failed} if failed else {"state": "done"}
    await connection.execute(
        update(TRAINING)
        .where(TRAINING.c.id == number, TRAINING.c.state == "running")
        .values(**result, version=version, ended_at=now, **({} if failed else {"share": 1.0}))
    )


async def newest(connection: AsyncConnection, now: datetime) -> Run | None:
    """The last training that was asked for; one that has fallen silent reads as failed."""
    found = await connection.execute(select(TRAINING).order_by(TRAINING.c.id.desc()).limit(1))
    row = found.one_or_none()
    if row is None:
        return None
    died = row.state == "running" and row.until <= now
    return Run(
        id=row.id,
        at=row.at,
        actor=row.actor,
        state="failed" if died else row.state,
        step=_DIED if died else row.step,
        share=row.share,
        version=row.version,
        ended_at=row.until if died else row.ended_at,
    )

"""One training at a time, seen by every process; a dead one stands in nobody's way."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from store import trainings
from store.database import Database
from store.ids import Ids
from store.trainings import SILENT, AlreadyTrainingError, Run

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


async def begin(database: Database, at: datetime = NOW, actor: str = "ani") -> int:
    async with database.begin() as connection:
        return await trainings.begin(connection, Ids(), actor=actor, now=at)


async def newest(database: Database, at: datetime = NOW) -> Run:
    async with database.read() as connection:
        found = await trainings.newest(connection, at)
    assert found is not None
    return found


async def test_of_two_at_once_one_trains(database: Database) -> None:
    both = await asyncio.gather(begin(database), begin(database), return_exceptions=True)
    (refused,) = [one for one in both if isinstance(one, AlreadyTrainingError)]
    assert "since 2026-11-25 12:00 UTC, as ani asked" in str(refused)
    (number,) = [one for one in both if isinstance(one, int)]
    assert (await newest(database)).id == number


async def test_how_far_it_is_and_how_it_ended(database: Database) -> None:
    number = await begin(database)
    later = NOW + timedelta(seconds=90)
    async with database.begin() as connection:
        await trainings.tell(connection, number, "features", 0.3, later)
    run = await newest(database, later + SILENT - timedelta(seconds=1))
    assert (run.state, run.step, run.share, run.version) == ("running", "features", 0.3, "")
    async with database.begin() as connection:
        await trainings.end(connection, number, later, version="v2")
        await trainings.end(connection, number, later, failed="too late")
        await trainings.tell(connection, number, "too late", 0.1, later)
    run = await newest(database)
    assert (run.state, run.share, run.version, run.ended_at) == ("done", 1.0, "v2", later)
    assert await begin(database, later) != number


async def test_a_silent_one_is_dead(database: Database) -> None:
    first = await begin(database)
    late = NOW + SILENT
    assert (await newest(database, late)).state == "failed"
    second = await begin(database, late, actor="sri")
    assert second != first
    assert (await newest(database, late)).actor == "sri"

"""Pollers and binds: one process at a time, and another takes over."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from gateway.held import while_ours
from store.tables import Lease, table
from tests.gateway.conftest import until

LEASE = timedelta(seconds=1.5)  # long enough for a busy machine to renew it in time


async def lease_end(database) -> datetime:
    async with database.read() as connection:
        return (await connection.execute(select(table(Lease).c.until))).scalar_one()


async def belongs_to(database, owner: str, ends: datetime) -> None:
    async with database.begin() as connection:
        await connection.execute(update(table(Lease)).values(owner=owner, until=ends))


async def test_another_process_takes_over_when_the_first_ends(database) -> None:
    at_work: list[str] = []

    def work(name: str):
        async def hold() -> None:
            at_work.append(name)
            try:
                await asyncio.Event().wait()
            finally:
                at_work.remove(name)

        return hold

    first = asyncio.create_task(while_ours(database, "bind:sms", "one", work("one"), LEASE))
    await until(lambda: at_work == ["one"])
    second = asyncio.create_task(while_ours(database, "bind:sms", "two", work("two"), LEASE))
    ends = await lease_end(database)
    while await lease_end(database) <= ends + LEASE:  # renewed for longer than it lasts
        assert at_work == ["one"]
        await asyncio.sleep(0.01)
    first.cancel()
    with suppress(asyncio.CancelledError):
        await first
    await until(lambda: at_work == ["two"])
    second.cancel()
    with suppress(asyncio.CancelledError):
        await second
    assert at_work == []


async def test_work_is_begun_again_after_the_lease_was_lost(database) -> None:
    begun, ended = [], []

    async def work() -> None:
        begun.append(len(begun))
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(len(ended))

    task = asyncio.create_task(while_ours(database, "bind:sms", "one", work, LEASE))
    await until(lambda: len(begun) == 1)
    await belongs_to(database, "another", datetime.now(UTC) + timedelta(days=1))
    await until(lambda: len(ended) == 1)
    assert len(begun) == 1
    await belongs_to(database, "another", datetime.now(UTC))  # it has ended too
    await until(lambda: len(begun) == 2)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_work_that_breaks_gives_the_lease_back(database) -> None:
    async def work() -> None:
        raise KeyError("id")

    with pytest.raises(KeyError):
        await while_ours(database, "pull:x", "one", work, LEASE)
    async with database.read() as connection:
        assert (await connection.execute(select(table(Lease)))).all() == []

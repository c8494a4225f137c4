"""Work that one process at a time may do: pollers and binds, under a lease in the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog

from store import leases
from store.database import Database, StoreError

log = structlog.get_logger()

LEASE = timedelta(seconds=90)


async def while_ours(
    database: Database,
    name: str,
    owner: str,
    work: Callable[[], Awaitable[None]],
    lease: timedelta = LEASE,
) -> None:
    """Wait for the lease, then work for as long as it can be renewed; for ever, until cancelled.

    `work` runs until cancelled. When the lease is lost (the database was away for too long, another
    process has taken over) it is cancelled, and begun again once the lease is ours anew.
    """
    while True:
        if await _take(database, name, owner, lease):
            await _work(database, name, owner, work, lease)
        await asyncio.sleep(lease.total_seconds() / 3)


async def _work(
    database: Database, name: str, owner: str, work: Callable[[], Awaitable[None]], lease: timedelta
) -> None:
    task = asyncio.ensure_future(work())
    try:
        renewed = datetime.now(UTC)
        while not task.done() and datetime.now(UTC) - renewed < lease:
            await asyncio.wait([task], timeout=lease.total_seconds() / 3)
            if await _take(database, name, owner, lease):
                renewed = datetime.now(UTC)
        if task.done():
            task.result()  # it never ends by itself: an error that it did not foresee
        log.warning("lease.lost", lease=name)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)  # whatever it was, the lease goes back
        with suppress(StoreError):
            async with database.begin() as connection:
                await leases.give_back(connection, name, owner)


async def _take(database: Database, name: str, owner: str, lease: timedelta) -> bool:
    now = datetime.now(UTC)
    try:
        async with database.begin() as connection:
            return await leases.take(connection, name, owner=owner, until=now + lease, now=now)
    except StoreError as error:
        log.error("lease.away", lease=name, reason=str(error))
        return False

"""Pullers: ask the provider, keep what came (T1), only then move the cursor."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from random import Random

import structlog

from channels.adapter import Puller, StoreAway
from channels.errors import ChannelError, Misconfigured, Throttled
from gateway.backoff import backoff
from gateway.intake import Door
from store import journal, leases
from store.database import Database, StoreError

log = structlog.get_logger()

LEASE = timedelta(seconds=90)  # longer than one long poll
_MISCONFIGURED_WAIT = timedelta(minutes=1)


async def pull_forever(door: Door, puller: Puller, database: Database, owner: str) -> None:
    """Pull until cancelled. One process at a time pulls an account: a lease says which."""
    failures, random = 0, Random()
    name = f"pull:{door.channel}:{door.account}"
    while True:
        try:
            if not await _ours(database, name, owner):
                await asyncio.sleep(LEASE.total_seconds() / 3)
                continue
            await pull_once(door, puller, database)
            failures = 0
        except asyncio.CancelledError:
            await _give_back(database, name, owner)
            raise
        except Throttled as error:
            await asyncio.sleep(error.retry_after.total_seconds())
        except Misconfigured as error:
            log.error("channel.misconfigured", channel=door.channel, detail=error.detail)
            await asyncio.sleep(_MISCONFIGURED_WAIT.total_seconds())
        except (ChannelError, StoreAway, StoreError) as error:
            log.warning("pull.failed", channel=door.channel, reason=str(error))
            await asyncio.sleep(backoff(failures, random).total_seconds())
            failures += 1


async def pull_once(door: Door, puller: Puller, database: Database) -> int:
    """Pull one batch; returns how many deliveries came.

    Raises: ChannelError, StoreAway, StoreError; the cursor has not moved then, and the provider
    gives the same again.
    """
    async with database.read() as connection:
        cursor = await journal.cursor(connection, door.channel, door.account)
    raws, moved = await puller.pull(cursor)
    await asyncio.gather(*(door(raw) for raw in raws))
    if moved is not None and moved != cursor:
        async with database.begin() as connection:
            await journal.move_cursor(connection, door.channel, door.account, moved)
    return len(raws)


async def _ours(database: Database, name: str, owner: str) -> bool:
    now = datetime.now(UTC)
    async with database.begin() as connection:
        return await leases.take(connection, name, owner=owner, until=now + LEASE, now=now)


async def _give_back(database: Database, name: str, owner: str) -> None:
    async with database.begin() as connection:
        await leases.give_back(connection, name, owner)

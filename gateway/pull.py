"""Pullers and binds: what comes because we ask, or hold a session; never lost, one process each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random

import structlog

from channels.adapter import Bind, Puller, StoreAway
from channels.errors import ChannelError, Misconfigured, Throttled
from gateway.backoff import backoff
from gateway.intake import Door
from gateway.loops import stopping
from gateway.standing import Standing
from store import journal
from store.database import Database, StoreError

log = structlog.get_logger()

_MISCONFIGURED_WAIT = timedelta(minutes=1)


async def pull_forever(door: Door, puller: Puller, database: Database, standing: Standing) -> None:
    """Pull until cancelled."""

    async def pull() -> None:
        await pull_once(door, puller, database)
        await standing.up(door.channel, door.account)

    await _again_and_again(door, pull, standing)


async def bind_forever(door: Door, bind: Bind, standing: Standing) -> None:
    """Hold the session until cancelled, opening it again whenever it breaks."""

    async def hold() -> None:
        await bind.hold(door)

    await _again_and_again(door, hold, standing)


async def _again_and_again(
    door: Door, once: Callable[[], Awaitable[None]], standing: Standing
) -> None:
    failures, random = 0, Random()
    while True:
        try:
            await _unless_told_to_end(once)
            failures = 0
        except Throttled as error:
            await standing.held(door.channel, door.account, error.detail)
            await asyncio.sleep(error.retry_after.total_seconds())
        except Misconfigured as error:
            await standing.broken(door.channel, door.account, error.detail)
            await asyncio.sleep(_MISCONFIGURED_WAIT.total_seconds())
        except (ChannelError, StoreAway, StoreError) as error:
            log.warning("pull.failed", channel=door.channel, reason=str(error))
            await asyncio.sleep(backoff(failures, random).total_seconds())
            failures += 1
        except Exception as error:  # noqa: BLE001 - an adapter's mistake must not end the reading
            name = type(error).__name__
            log.error("pull.failed", channel=door.channel, error=name)
            await standing.broken(door.channel, door.account, f"the adapter raised {name}")
            await asyncio.sleep(backoff(failures, random).total_seconds())
            failures += 1


async def _unless_told_to_end(once: Callable[[], Awaitable[None]]) -> None:
    """Do it once; what a provider's library makes of being cancelled is no failure."""
    try:
        await once()
    except Exception:
        if stopping():
            raise asyncio.CancelledError from None
        raise


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

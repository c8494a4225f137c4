"""Whoever comes back is sent what waited for him, whichever process decided it.

An answer is parked where nobody listens: by the process that happened to send it, or a moment
before its citizen came back. The process at which he listens looks for such messages every second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Sequence

import structlog

from channels.adapter import Attended
from gateway.intake import Door
from store import outbox
from store.database import Database, StoreError

log = structlog.get_logger()

_LOOK_S = 1.0
_AT_ONCE = 500  # addresses in one question


async def attend(door: Door, adapter: Attended, database: Database) -> None:
    """Look until cancelled."""
    while True:
        await asyncio.sleep(_LOOK_S)
        await wake_present(door, adapter.present(), database)


async def wake_present(door: Door, present: Collection[str], database: Database) -> None:
    """Send what is parked for addresses that listen here."""
    for some in _cut(sorted(present)):
        try:
            async with database.read() as connection:
                waiting = await outbox.parked(connection, door.channel, door.account, some)
        except StoreError as error:
            log.error("presence.away", channel=door.channel, reason=str(error))
            return
        for address in waiting:
            await door.awake(address)


def _cut(addresses: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(addresses), _AT_ONCE):
        yield addresses[start : start + _AT_ONCE]

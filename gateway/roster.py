"""The accounts that are served now: opened, kept open, switched on, off and re-keyed in flight.

`accounts` and `doors` are live: whoever holds them sees a channel from the moment it is opened
until it is closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

import structlog

from channels.adapter import (
    Attended,
    Bind,
    Carder,
    Channel,
    Listener,
    Photos,
    Puller,
    Showing,
    Site,
    Webhook,
)
from channels.errors import ChannelError, Misconfigured
from gateway.accounts import Key
from gateway.backoff import backoff
from gateway.cards import CardDesk
from gateway.held import while_ours
from gateway.intake import Door, Intake, Outgoing
from gateway.loops import Loop, kept_up
from gateway.presence import attend
from gateway.pull import bind_forever, pull_forever
from gateway.standing import Standing
from store.database import Database

log = structlog.get_logger()

_DRAIN_S = 20.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """What a reload did."""

    opened: tuple[Key, ...] = ()
    closed: tuple[Key, ...] = ()
    pages: bool = False  # whether the public door must be built anew

    def __str__(self) -> str:
        told = {"opened": self.opened, "closed": set(self.closed) - set(self.opened)}
        said = [
            f"{what} {', '.join(sorted(':'.join(key) for key in keys))}"
            for what, keys in told.items()
            if keys
        ]
        return "; ".join(said) or "nothing has changed"


class Roster:
    """Opens and closes accounts; each has its own loops."""

    def __init__(
        self,
        database: Database,
        intake: Intake,
        outgoing: Outgoing,
        standing: Standing,
        *,
        accounts: dict[Key, Channel],
        owner: str,
        photos: Photos,
    ) -> None:
        self.accounts = accounts
        self.doors: dict[Key, Door] = {}
        self._database = database
        self._intake = intake
        self._outgoing = outgoing
        self._standing = standing
        self._owner = owner
        self._photos = photos
        self._loops: dict[Key, list[asyncio.Task[None]]] = {}

    def add(self, accounts: Mapping[Key, Channel]) -> None:
        """Know these accounts; nothing is opened."""
        for key, adapter in accounts.items():
            if isinstance(adapter, Showing):
                adapter.use_photos(self._photos)
            self.accounts[key] = adapter
            if isinstance(adapter, Carder):
                adapter.use_desk(CardDesk(self._database, lambda: datetime.now(UTC)))
            self.doors[key] = Door(self._intake, *key, adapter, self._outgoing)

    async def open_all(self) -> None:
        """Start every account and its ways in. Raises: Misconfigured, for a port that is taken."""
        for key in self.accounts:
            await self._start(key)
        for key in self.accounts:
            await self._listen(key)

    async def close_all(self) -> None:
        """Stop the loops, then let go of the connections."""
        for key in list(self._loops):
            await self._stop(key)
        for adapter in self.accounts.values():
            await adapter.close()

    async def replace(self, fresh: Mapping[Key, Channel], gone: set[Key]) -> Changes:
        """Close what is gone or comes anew, then open what is fresh, while the others serve."""
        # After a change that broke off in the middle some of them are closed already.
        closing = {key for key in (*gone, *fresh) if key in self.accounts}
        closed = [self.accounts[key] for key in closing]
        for key in closing:
            await self.close(key)
        for key in gone:
            await self._standing.off(*key)
        self.add(fresh)
        for key in fresh:
            await self._start(key)
            try:
                await self._listen(key)
            except Misconfigured as error:
                await self._standing.broken(*key, error.detail)
        pages = any(isinstance(one, Webhook | Site) for one in (*closed, *fresh.values()))
        return Changes(opened=tuple(fresh), closed=tuple(closing), pages=pages)

    async def close(self, key: Key) -> None:
        """Serve an account no longer; its messages wait in the outbox."""
        await self._stop(key)
        self.doors.pop(key)
        await self.accounts.pop(key).close()

    async def _start(self, key: Key) -> None:
        """Start a channel; one that cannot start is tried again while the others serve."""
        adapter = self.accounts[key]
        try:
            await adapter.start()
        except ChannelError as error:
            await self._trouble(key, error)
            self._begin(key, "start", lambda: self._start_later(key, adapter))
        else:
            await self._standing.up(*key)

    async def _start_later(self, key: Key, adapter: Channel) -> None:
        """Try again until the channel has started. `start` may be called any number of times."""
        for attempt in count():
            await asyncio.sleep(backoff(attempt).total_seconds())
            try:
                await adapter.start()
            except ChannelError as error:
                await self._trouble(key, error)
            else:
                await self._standing.up(*key)
                return

    async def _trouble(self, key: Key, error: ChannelError) -> None:
        if isinstance(error, Misconfigured):
            await self._standing.broken(*key, error.detail)
        else:
            log.error("channel.not_started", channel=key[0], account=key[1], detail=error.detail)

    async def _listen(self, key: Key) -> None:
        adapter, door = self.accounts[key], self.doors[key]
        if isinstance(adapter, Listener):
            await adapter.listen(door)
        if isinstance(adapter, Attended):
            self._begin(key, "attend", lambda: attend(door, adapter, self._database))
        if isinstance(adapter, Puller):
            pull = pull_forever
            self._hold(key, "pull", lambda: pull(door, adapter, self._database, self._standing))
        if isinstance(adapter, Bind):
            self._hold(key, "bind", lambda: bind_forever(door, adapter, self._standing))

    def _hold(self, key: Key, what: str, work: Loop) -> None:
        """Run what one process at a time may do."""
        name = ":".join((what, *key))
        self._begin(key, what, lambda: while_ours(self._database, name, self._owner, work))

    def _begin(self, key: Key, what: str, loop: Loop) -> None:
        task = asyncio.create_task(kept_up(":".join((what, *key)), loop))
        self._loops.setdefault(key, []).append(task)

    async def _stop(self, key: Key) -> None:
        tasks = self._loops.pop(key, [])
        for task in tasks:
            task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_S):
                await asyncio.gather(*tasks, return_exceptions=True)

"""Who listens now: the open sockets of each address, and what they have not confirmed yet.

A frame written to a socket may never be seen: the phone sleeps, the train is in a tunnel. So a
message counts as sent when a page has confirmed it, and is parked otherwise; the page knows each
message by its key and shows it once, however often it comes.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from aiohttp import web

MOST_SOCKETS = 12  # of one session: tabs


@dataclass(frozen=True, eq=False, slots=True)
class Socket:
    """One open tab."""

    wire: web.WebSocketResponse
    transport: asyncio.Transport | None
    address: str
    locale: str

    async def write(self, frame: Mapping[str, Any]) -> None:
        """Write a frame; a socket that has just closed takes nothing."""
        with suppress(ConnectionError):
            await self.wire.send_str(json.dumps(frame, ensure_ascii=False))

    def drop(self) -> None:
        """Hang up without a word: nobody answers there."""
        if self.transport is not None:
            self.transport.abort()


class Listeners:
    """All open sockets of this process."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._open: dict[str, set[Socket]] = {}
        self._unconfirmed: dict[tuple[str, str], asyncio.Future[bool]] = {}

    def count(self, address: str) -> int:
        """How many sockets of this address are open."""
        return len(self._open.get(address, ()))

    def addresses(self) -> list[str]:
        """Every address that has a socket open."""
        return list(self._open)

    @contextmanager
    def listening(self, socket: Socket) -> Iterator[None]:
        """Push to this socket until the block ends."""
        here = self._open.setdefault(socket.address, set())
        here.add(socket)
        try:
            yield
        finally:
            here.discard(socket)
            if not here:
                self._open.pop(socket.address, None)
                self._nobody(socket.address)

    async def push(self, address: str, key: str, frame: Mapping[str, Any]) -> bool:
        """Write to every socket of an address; True once one of its pages has confirmed.

        Sockets that do not confirm in time are dropped: a page that lives comes back at once.
        """
        sockets = tuple(self._open.get(address, ()))
        if not sockets:
            return False
        confirmed: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._unconfirmed[address, key] = confirmed
        writing = asyncio.gather(
            *(socket.write(frame) for socket in sockets), return_exceptions=True
        )
        try:
            async with asyncio.timeout(self._patience_s):
                return await confirmed
        except TimeoutError:
            for socket in sockets:
                socket.drop()
            return False
        finally:
            writing.cancel()
            del self._unconfirmed[address, key]

    def confirm(self, address: str, key: str) -> bool:
        """Take a page's word for a message. False when we did not ask this address for it."""
        waiting = self._unconfirmed.get((address, key))
        if waiting is None or waiting.done():
            return False
        waiting.set_result(True)
        return True

    def _nobody(self, address: str) -> None:
        """Stop waiting for an address that has gone."""
        for (waiting_for, _), waiting in self._unconfirmed.items():
            if waiting_for == address and not waiting.done():
                waiting.set_result(False)

    def drop_all(self) -> None:
        """Hang up everywhere."""
        for here in self._open.values():
            for socket in here:
                socket.drop()

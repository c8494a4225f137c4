"""The way out of one account: how many at once, how fast, and whether it is held.

A provider that says "not now" to one message says it to all of the account, unless it names the
address: then only that address waits.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from channels.adapter import Caps

Clock = Callable[[], float]  # seconds, monotonic

_REMEMBERED = 10_000  # addresses whose last message is remembered
_AHEAD_S = 10.0  # seconds' worth of messages that a slow account may have under way


class Pace:
    """A message per `every_s` seconds and key, `burst` of them at once after a rest (GCRA)."""

    def __init__(self, every_s: float, burst: int, clock: Clock) -> None:
        self._every_s = every_s
        self._ahead_s = every_s * (burst - 1)
        self._clock = clock
        self._next: dict[str, float] = {}

    def take(self, key: str) -> float:
        """Take the key's next place; returns how many seconds away it is."""
        if not self._every_s:
            return 0.0
        now = self._clock()
        at = max(self._next.pop(key, 0.0), now)
        self._next[key] = at + self._every_s
        if len(self._next) > _REMEMBERED:
            del self._next[next(iter(self._next))]
        return max(0.0, at - self._ahead_s - now)


class Lane:
    """One account's way out."""

    def __init__(
        self,
        caps: Caps,
        at_once: int,
        *,
        clock: Clock = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        slow = caps.per_second > 0
        self.at_once = min(at_once, max(1, int(caps.per_second * _AHEAD_S))) if slow else at_once
        self._account = Pace(1 / caps.per_second if slow else 0, max(1, caps.burst), clock)
        self._address = Pace(caps.per_address_s, caps.per_address_burst, clock)
        self._clock = clock
        self._sleep = sleep
        self._held_until = 0.0
        self.under_way = 0

    def room(self) -> int:
        """How many more messages may begin now; 0 while held, or while few places are free."""
        free = self.at_once - self.under_way
        return 0 if self.held() or free < max(1, self.at_once // 2) else free

    def hold(self, wait: timedelta) -> None:
        """Begin nothing for so long."""
        self._held_until = max(self._held_until, self._clock() + wait.total_seconds())

    def held(self) -> timedelta:
        """How long nothing may begin; zero when it may."""
        return timedelta(seconds=max(0.0, self._held_until - self._clock()))

    async def turn(self, address: str) -> None:
        """Wait until the account and the address may be sent their next wire part."""
        wait = max(self._account.take(""), self._address.take(address))
        if wait > 0:
            await self._sleep(wait)

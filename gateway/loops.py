"""The loops of a gateway: tasks that run until it stops, whatever goes wrong in one of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from gateway.backoff import backoff

log = structlog.get_logger()

Loop = Callable[[], Coroutine[Any, Any, None]]

_DRAIN_S = 20.0
_LONGEST_S = 30.0  # between two beginnings of a loop that fails; one that ran longer begins anew


def stopping() -> bool:
    """Whether the task that asks was told to end, whatever it raised on its way out."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def kept_up(name: str, loop: Loop) -> None:
    """Run a loop; one that an error which nobody foresaw has ended is begun again after a while.

    A task that ended would be missed by nobody. The error's name alone is logged: its text may
    quote a citizen.
    """
    failures = 0
    while True:
        began = time.monotonic()
        try:
            await loop()
        except Exception as error:  # noqa: BLE001 - whatever it is, the loop is needed
            failures = failures if time.monotonic() - began < _LONGEST_S else 0
            log.error("loop.failed", loop=name, error=type(error).__name__)
            if stopping():
                return  # it failed on its way out: begun again, it would never be stopped
            await asyncio.sleep(min(backoff(failures).total_seconds(), _LONGEST_S))
            failures += 1
        else:
            return


class Loops:
    """Tasks that run until the gateway stops."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self, name: str, loop: Loop) -> None:
        """Let one run."""
        self._tasks.append(asyncio.create_task(kept_up(name, loop)))

    async def stop(self) -> None:
        """Cancel all; wait for what they finish on the way out."""
        for task in self._tasks:
            task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_S):
                await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def running_loops() -> AsyncIterator[Loops]:
    """Those that are begun within are stopped at the end."""
    loops = Loops()
    try:
        yield loops
    finally:
        await loops.stop()

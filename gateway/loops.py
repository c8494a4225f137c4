"""The loops of a gateway: tasks that run until it stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

_DRAIN_S = 20.0


class Loops:
    """Tasks that run until the gateway stops."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self, loop: Coroutine[Any, Any, None]) -> None:
        """Let one run."""
        self._tasks.append(asyncio.create_task(loop))

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

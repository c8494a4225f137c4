"""A bell between loops of one process: ring it and the loop looks for work at once.

Other processes ring nothing here; they are noticed at the next look, at most `look_every` later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

Result = TypeVar("Result")

LOOK_EVERY = timedelta(seconds=0.5)


class Bell:
    """Rung by whoever made work; waited for by whoever does it."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """There may be work."""
        self._event.set()

    async def wait(self, look_every: timedelta = LOOK_EVERY) -> None:
        """Return when rung, or after `look_every`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(look_every.total_seconds()):
                await self._event.wait()
        self._event.clear()


async def finished(work: Coroutine[Any, Any, Result]) -> Result:
    """Do a piece of work to its end, even when cancelled meanwhile: then the cancelling goes on.

    A loop that is stopped between two statements of a transaction would leave a connection in
    the middle of it.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise

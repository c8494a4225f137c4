"""A bell between loops of one process: ring it and the loop looks for work at once.

Other processes ring nothing here; they are noticed at the next look, at most `look_every` later.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

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

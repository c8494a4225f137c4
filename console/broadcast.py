"""Something has changed: whoever listens looks for himself. It carries nothing.

It is told in this process, after a commit; changes by other processes are found at the next look.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta


class Broadcast:
    """Told once, heard by everybody who waits."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.closed = False

    def tell(self) -> None:
        """Wake everybody who waits now."""
        told, self._event = self._event, asyncio.Event()
        told.set()

    def close(self) -> None:
        """Nothing is told any more: whoever listens lets go."""
        self.closed = True
        self.tell()

    def listen(self) -> asyncio.Event:
        """What is set at the next telling: taken before a look, so that none is missed."""
        return self._event


async def heard(event: asyncio.Event, at_most: timedelta) -> None:
    """Return when it is told, or after `at_most`."""
    with suppress(TimeoutError):
        async with asyncio.timeout(at_most.total_seconds()):
            await event.wait()

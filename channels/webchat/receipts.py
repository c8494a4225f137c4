"""Confirmations of pages, gathered for a second: one delivery, one commit for many.

A receipt that comes before the gateway has recorded the send (T3) is kept until then, which costs
more than the receipt itself: handed in at once, receipts take one and a half times the time.
"""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import structlog

from channels.adapter import Accept, Raw, StoreAway

log = structlog.get_logger()


class Receipts:
    """Gathers keys and hands them in."""

    def __init__(self, wait_s: float) -> None:
        self._wait_s = wait_s
        self._keys: list[str] = []
        self._under_way: asyncio.Task[None] | None = None

    def add(self, key: str, accept: Accept) -> None:
        """A page shows the message of this key."""
        self._keys.append(key)
        if self._under_way is None:
            self._under_way = asyncio.create_task(self._later(accept))

    async def _later(self, accept: Accept) -> None:
        await asyncio.sleep(self._wait_s)
        keys, self._keys = self._keys, []
        self._under_way = None
        raw = Raw(
            body=json.dumps({"got": keys}).encode(),
            received_at=datetime.now(UTC),
            envelope={"kind": "got"},
        )
        try:
            await accept(raw)
        except StoreAway:
            log.warning("webchat.receipts_lost", count=len(keys))

    def close(self) -> None:
        """Drop what was not handed in: the messages themselves are recorded as sent."""
        if self._under_way is not None:
            self._under_way.cancel()
            self._under_way = None

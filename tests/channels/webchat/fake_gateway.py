"""A gateway of a few lines: keeps what it accepts, forgets nothing, goes away when told to."""

from __future__ import annotations

import asyncio

from channels.adapter import Accepted, Outcome, Raw, StoreAway
from channels.webchat.adapter import Adapter


class FakeGateway:
    """An `Accept` as the gateway's: duplicates by external id; `away` and `gate` play a bad day."""

    def __init__(self) -> None:
        self.adapter: Adapter | None = None
        self.raws: list[Raw] = []
        self.texts: list[str] = []
        self.woken: list[str] = []
        self.receipts: list[str] = []
        self.away = False
        self.gate: asyncio.Event | None = None  # accept returns when it is set
        self.asked = asyncio.Event()  # accept was called
        self._ids: set[str] = set()

    async def __call__(self, raw: Raw) -> Accepted:
        self.asked.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.away:
            raise StoreAway("the disk is full")
        assert self.adapter is not None
        received = self.adapter.parse(raw)
        self.raws.append(raw)
        self.receipts += [receipt.provider_id for receipt in received.receipts]
        outcomes = []
        for message in received.messages:
            known = message.external_id in self._ids
            outcomes.append(Outcome.DUPLICATE if known else Outcome.WRITTEN)
            if not known:
                self._ids.add(message.external_id)
                self.texts.append(message.text)
        return Accepted(received=received, outcomes=tuple(outcomes))

    async def awake(self, address: str) -> None:
        self.woken.append(address)

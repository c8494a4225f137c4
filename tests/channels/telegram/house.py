"""A whole gateway on our Bot API server: polls, answers and sends when a test says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from channels.telegram.adapter import Polling, Settings
from channels.telegram.render import CAPS
from gateway.app import compose
from gateway.pull import pull_once
from gateway.running import Gateway
from gateway.settings import Settings as HouseSettings
from nlu.engine import Engine
from store import schema
from store.database import Database
from store.tables import Inbox, Outbox, PartRow, table
from tests.channels.telegram.bot_api import BotApi

RINA = {"id": 5501, "is_bot": False, "first_name": "Rina", "language_code": "id"}
CHAT = {"id": 5501, "type": "private"}


@dataclass
class House:
    """The gateway, the server, and how many updates there were."""

    gateway: Gateway
    adapter: Polling
    bot_api: BotApi
    number: int = 0

    async def says(self, **content: Any) -> str:
        """Send a message; what the bot has said since, when all is answered."""
        self.sends(**content)
        return await self.answers()

    def sends(self, **content: Any) -> None:
        """Send a message; nobody has polled for it yet."""
        message = {"date": 1767225600, "chat": CHAT, "from": RINA, **content}
        self.happens(message={"message_id": self.number + 1, **message})

    def happens(self, **update: Any) -> None:
        self.number += 1
        self.bot_api.updates.append({"update_id": self.number, **update})

    async def answers(self) -> str:
        """Poll, answer, send; returns what was said."""
        before = len(self.bot_api.taken)
        await pull_once(self.door, self.adapter, self.gateway.database)
        await self.settle()
        return "\n".join(one["text"] for one in self.bot_api.taken[before:])

    @property
    def door(self) -> Any:
        return self.gateway.doors["telegram", "main"]

    async def settle(self) -> None:
        """Answer and send all there is, as if every wait were over."""
        await self._due(Inbox, channel="telegram")  # no timers
        await self._due(PartRow)
        while await self.gateway.worker.once():
            pass
        await self.send_due()

    async def send_due(self) -> None:
        await self._due(Outbox)
        self.gateway.dispatcher._lanes.clear()  # lifts every hold
        while await self.gateway.dispatcher.once():
            await self.gateway.dispatcher.drain()

    async def _due(self, rows: Any, **where: str) -> None:
        now = update(table(rows)).filter_by(**where).values(due_at=datetime.now(UTC))
        async with self.gateway.database.begin() as connection:
            await connection.execute(now)

    async def fetch(self) -> None:
        """Fetch or refuse what T1 left as references."""
        media = self.gateway.media
        await media.once()
        await media.drain()

    async def rows(self, rows: Any, *columns: str, **where: str) -> list[tuple[Any, ...]]:
        chosen = [table(rows).c[name] for name in columns]
        wanted = select(*chosen).filter_by(**where).order_by(chosen[0])
        async with self.gateway.database.read() as connection:
            return [tuple(row) for row in await connection.execute(wanted)]


@asynccontextmanager
async def open_house(
    url: str, var: Path, engine: Engine, base: str, api: BotApi
) -> AsyncIterator[House]:
    """A gateway that does nothing by itself; Telegram's own pace is left out."""
    settings = HouseSettings(var=var, store={"url": url})
    database = Database(url, var)
    await schema.upgrade(database)
    adapter = Polling("main", Settings(api_base=base, poll_timeout_s=0))
    adapter.caps = replace(CAPS, per_second=0, per_address_s=0)  # a test has no minute to spare
    await adapter.start()
    gateway = compose(settings, database, engine, {("telegram", "main"): adapter})
    yield House(gateway, adapter, api)
    await adapter.close()
    await database.close()

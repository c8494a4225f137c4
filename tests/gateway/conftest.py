"""A whole gateway on a channel on paper, on both databases, driven step by step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from channels.message import OutboundMessage
from gateway.app import compose
from gateway.areas import CityMap
from gateway.running import Gateway
from gateway.settings import Settings
from gateway.whereabouts import Whereabouts
from nlu.engine import Engine
from store import outbox, schema
from store.database import Database
from store.inbox import INBOX
from store.progress import NEWS
from tests.paper import Paper, line, raw


async def pass_the_minute(database: Database) -> None:
    """News of complaints that waits for its time is due."""
    waits = (INBOX.c.state == "pending") & INBOX.c.external_id.contains(f":{NEWS}:")
    async with database.begin() as connection:
        await connection.execute(update(INBOX).where(waits).values(due_at=datetime.now(UTC)))


class Talk:
    """Speaks for the citizens and hears what they hear."""

    def __init__(self, gateway: Gateway, paper: Paper) -> None:
        self.gateway = gateway
        self.paper = paper
        self._number = 0

    async def deliver(self, *lines):
        """T1 alone."""
        return await self.gateway.doors["paper", "main"](raw(*lines))

    async def say(self, text: str = "", sender: str = "ani", **more) -> str:
        """A message, answered; returns all that was said since."""
        self._number += 1
        before = len(self.paper.sent)
        await self.deliver(line(f"{sender}-{self._number}", text, sender, **more))
        await self.settle()
        return "\n".join(str(one) for one in self.paper.sent[before:])

    async def settle(self) -> None:
        """Answer and send all that is due now."""
        while await self.gateway.worker.once():
            pass
        await self.send_due()

    async def send_due(self) -> None:
        """Send all that is due now."""
        while await self.gateway.dispatcher.once():
            await self.gateway.dispatcher.drain()

    async def queued(self) -> list[OutboundMessage]:
        """What waits to be sent, whether it is due or not."""
        async with self.gateway.database.begin() as connection:
            at = datetime.now(UTC) + timedelta(days=2)
            due = await outbox.claim(
                connection, ("paper", "main"), now=at, lease_for=timedelta(), most=99
            )
        return [one.message for one in due]


@pytest.fixture
async def talk(store_url: str, tmp_path: Path, engine: Engine) -> AsyncIterator[Talk]:
    async with talking(store_url, tmp_path, engine) as one:
        yield one


@asynccontextmanager
async def talking(
    store_url: str,
    tmp_path: Path,
    engine: Engine,
    whereabouts: Whereabouts | None = None,
    **caps: object,
) -> AsyncIterator[Talk]:
    """A gateway that does nothing by itself."""
    settings = Settings(var=tmp_path, store={"url": store_url})
    database = Database(store_url, tmp_path)
    await schema.upgrade(database)
    paper = Paper(**caps)
    gateway = compose(
        settings,
        database,
        engine,
        {("paper", "main"): paper},
        places=CityMap(settings.var),
        whereabouts=whereabouts,
    )
    yield Talk(gateway, paper)
    await database.close()


@pytest.fixture
async def running(talk: Talk) -> AsyncIterator[Talk]:
    """The same with its loops running and no door open."""
    async with talk.gateway.running(doors=False):
        yield talk
        await asyncio.sleep(0)

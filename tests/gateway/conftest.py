"""A whole gateway on a channel on paper, on both databases, driven step by step."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select, update

from channels.message import OutboundMessage
from gateway.app import compose
from gateway.areas import CityMap
from gateway.running import Gateway
from gateway.settings import Settings
from gateway.whereabouts import Whereabouts
from nlu.engine import Engine
from nlu.ticket import find
from store import outbox, schema
from store.database import Database
from store.inbox import INBOX
from store.progress import NEWS
from store.tables import table
from tests.paper import Paper, line, raw

PIN = [-6.1957, 106.8322]  # Menteng
REPORT = "air got depan SD 03 Menteng meluap ke jalan, tolong dibersihkan salurannya"


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


async def rows(gateway: Gateway, of) -> list:
    async with gateway.database.read() as connection:
        return (await connection.execute(select(table(of)))).all()


async def file(talk: Talk, sender: str = "ani") -> str:
    """Report with a pin, pass over what may be passed over, confirm; returns the ticket number."""
    heard = await talk.say(REPORT, sender, pin=PIN)
    while not find(heard):
        ends = (":no", ":skip") if "join:no" in talk.paper.choices else (":yes", ":skip")
        choice = next(one for one in talk.paper.choices if one.endswith(ends))
        heard = await talk.say(sender=sender, choice=choice)
    return find(heard)[0][0]


def photo() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((320, 240), 50).convert("RGB").save(out, "JPEG")
    return out.getvalue()


async def until(condition) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.02)

"""Pages go silent, or away, in the middle of 500 answers: nothing is lost, nothing shown twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import func, select

from channels.message import OutboundMessage
from channels.webchat.adapter import Adapter, Settings
from channels.webchat.session import Session
from gateway.app import compose
from gateway.running import Gateway
from gateway.settings import Settings as HouseSettings
from nlu.engine import Engine
from store import conversations, outbox, schema
from store.database import Database
from store.ids import Ids
from store.tables import Outbox, table

CITIZENS, EACH = 10, 50


class World:
    """All pages: what they were told, what they confirmed, and whether they are well."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.told: Counter[str] = Counter()
        self.confirmed: set[str] = set()
        self.ill = self.struck = False  # they fall ill once: what they confirmed may come again
        self.tabs: list[asyncio.Task[None]] = []

    async def open(self, http: aiohttp.ClientSession) -> None:
        for number in range(CITIZENS):
            line = await http.ws_connect(
                f"{self.base}/channels/webchat/socket", headers={"Origin": self.base},
                protocols=("kanal", f"kanal.{number:043d}"),
            )  # fmt: skip
            self.tabs.append(asyncio.create_task(self._hear(line, silent=number % 2 == 0)))

    async def _hear(self, line: aiohttp.ClientWebSocketResponse, *, silent: bool) -> None:
        async for frame in line:
            key = frame.json()["say"]["key"]
            self.told[key] += 1
            if not self.struck and len(self.confirmed) == CITIZENS * EACH * 2 // 5:
                self.ill = self.struck = True
            if not self.ill:
                self.confirmed.add(key)
                await line.send_json({"got": key})
            elif not silent:
                await line.close()  # the phone is in a tunnel

    async def end(self) -> None:
        for tab in self.tabs:
            tab.cancel()
            with suppress(asyncio.CancelledError):
                await tab


async def test_pages_that_fail_in_the_middle_of_many_answers_lose_none(
    tmp_path: Path, engine: Engine
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'kanal.db'}", tmp_path)
    await schema.upgrade(database)
    adapter = Adapter("main", Settings(), patience_s=0.5, receipts_wait_s=0)
    gateway = compose(HouseSettings(var=tmp_path), database, engine, {("webchat", "main"): adapter})
    app = web.Application()
    app.add_routes(adapter.routes(gateway.doors["webchat", "main"]))
    async with TestServer(app, host="127.0.0.1") as server, aiohttp.ClientSession() as http:
        world = World(str(server.make_url("")).rstrip("/"))
        await queue(gateway)
        await world.open(http)
        await send_due(gateway)
        assert world.ill
        assert set(await states(gateway)) > {"parked"}

        world.ill = False
        await world.open(http)
        async with asyncio.timeout(120):
            while (await states(gateway)).keys() & {"parked", "queued"}:
                await send_due(gateway)
        await world.end()
        await adapter.close()
    await database.close()

    assert len(world.confirmed) == CITIZENS * EACH
    twice = {key for key, times in world.told.items() if times > 1}
    assert len(twice) <= CITIZENS  # what nobody had confirmed; a page knows it by its key


async def queue(gateway: Gateway) -> None:
    now, ids = datetime.now(UTC), Ids()
    addresses = [Session(f"{number:043d}").address for number in range(CITIZENS)]
    whom = [("webchat", "main", address) for address in addresses]
    async with gateway.database.begin() as connection:
        talks = await conversations.ensure(connection, ids, whom, now)
        said = [
            OutboundMessage(
                channel="webchat", account="main", address=address, key=f"{address}-{n}", text="Ya."
            )
            for n in range(EACH)
            for address in addresses
        ]
        rows = [outbox.row(ids, talks["webchat", "main", m.address], m, now) for m in said]
        await outbox.put(connection, rows)


async def send_due(gateway: Gateway) -> None:
    while await gateway.dispatcher.once():
        await gateway.dispatcher.drain()


async def states(gateway: Gateway) -> dict[str, int]:
    rows = table(Outbox)
    counted = select(rows.c.state, func.count().label("n")).group_by(rows.c.state)
    async with gateway.database.read() as connection:
        return {row.state: row.n for row in await connection.execute(counted)}

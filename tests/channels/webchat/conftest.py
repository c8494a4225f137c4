"""A page's side of the web chat: a browser without eyes, and a gateway of a few lines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.webchat.adapter import Adapter, Settings
from channels.webchat.session import COOKIE
from tests.channels.webchat.fake_gateway import FakeGateway

Site = Callable[..., Awaitable["Chat"]]


class Clock:
    """Time that moves when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Chat:
    """One channel at a door, and one browser before it."""

    def __init__(self, adapter: Adapter, gateway: FakeGateway, server: TestServer) -> None:
        self.adapter = adapter
        self.gateway = gateway
        self.server = server
        self.clock = Clock()
        self.tabs: list[aiohttp.ClientWebSocketResponse] = []
        self.origin = str(server.make_url("")).rstrip("/")
        self.browser = aiohttp.ClientSession(
            base_url=server.make_url("/"), cookie_jar=aiohttp.CookieJar(unsafe=True)
        )

    @property
    def token(self) -> str:
        cookies = self.browser.cookie_jar.filter_cookies(self.server.make_url("/"))
        return cookies[COOKIE].value

    async def page(self, **headers: str) -> str:
        async with self.browser.get("/", headers=headers) as answer:
            assert answer.status == 200
            return await answer.text()

    async def tab(self, **headers: str) -> aiohttp.ClientWebSocketResponse:
        headers = {"Origin": self.origin, **headers}
        tab = await self.browser.ws_connect("/channels/webchat/socket", headers=headers)
        self.tabs.append(tab)
        return tab

    async def photo(self, body: Any, photo_id: str = "photo-0001", **headers: str) -> Any:
        own = {"Origin": self.origin, "X-Kanal-Id": photo_id, "Content-Type": "image/jpeg"}
        return await self.browser.post(
            "/channels/webchat/photo", data=body, headers={**own, **headers}
        )


async def say(tab: aiohttp.ClientWebSocketResponse, frame: Any) -> Any:
    """Send a frame and wait for the answer."""
    await tab.send_json(frame)
    return await tab.receive_json(timeout=5)


async def until(true: Callable[[], bool]) -> None:
    """Let the others work until something has come true."""
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """Make a chat with settings of your own."""
    opened: list[Chat] = []

    async def make(*, patience_s: float = 5.0, **settings: Any) -> Chat:
        gateway, clock = FakeGateway(), Clock()
        adapter = Adapter(
            "main",
            Settings(**settings),
            clock=clock,
            patience_s=patience_s,
            receipts_wait_s=0,
        )
        gateway.adapter = adapter
        app = web.Application()
        app.add_routes(adapter.routes(gateway))
        server = TestServer(app, host="127.0.0.1")
        await server.start_server(access_log=None)
        chat = Chat(adapter, gateway, server)
        chat.clock = clock
        opened.append(chat)
        return chat

    yield make
    for chat in opened:
        for tab in chat.tabs:
            await tab.close()
        await chat.browser.close()
        await chat.adapter.close()
        await chat.server.close()


@pytest.fixture
async def chat(site: Site) -> Chat:
    return await site()

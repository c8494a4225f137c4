"""A gateway's side of Telegram, talking to a Bot API server of ours on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from channels.telegram.adapter import Adapter, Hooked, Polling, Settings
from nlu.engine import Engine
from tests.channels.telegram.bot_api import TOKEN, BotApi
from tests.channels.telegram.house import House, open_house


@pytest.fixture
def bot_api() -> BotApi:
    return BotApi()


@pytest.fixture
async def base(bot_api: BotApi) -> AsyncIterator[str]:
    server = TestServer(bot_api.app(), host="127.0.0.1")
    await server.start_server(access_log=None)  # its log would hold the token, which is its right
    yield str(server.make_url("")).rstrip("/")
    await server.close()


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("KANAL_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("KANAL_TELEGRAM_SECRET", "invented_secret-1")
    return TOKEN


@pytest.fixture
async def polling(base: str, token: str) -> AsyncIterator[Polling]:
    adapter = Adapter("main", Settings(api_base=base, poll_timeout_s=0))
    assert isinstance(adapter, Polling)
    await adapter.start()
    yield adapter
    await adapter.close()


@pytest.fixture
def hooked(base: str, token: str) -> Hooked:
    adapter = Adapter(
        "main", Settings(api_base=base, mode="webhook", public_url="https://lapor.example")
    )
    assert isinstance(adapter, Hooked)
    return adapter


@pytest.fixture
async def house(
    store_url: str, tmp_path: Path, engine: Engine, base: str, token: str, bot_api: BotApi
) -> AsyncIterator[House]:
    """A whole gateway, on both databases, that polls our server."""
    async with open_house(store_url, tmp_path, engine, base, bot_api) as opened:
        yield opened

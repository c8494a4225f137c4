"""A gateway's side of X, talking to our own X on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestServer

from channels.twitter.adapter import Hooked, Polling, Settings
from tests.peers.twitter.x_server import Keys, X


@pytest.fixture
def x() -> X:
    return X()


@pytest.fixture
async def base(x: X) -> AsyncIterator[str]:
    server = TestServer(x.app, host="127.0.0.1")
    await server.start_server(access_log=None)
    yield str(server.make_url("")).rstrip("/")
    await server.close()


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Keys:
    own = Keys()
    monkeypatch.setenv("KANAL_TWITTER_CONSUMER_KEY", own.consumer_key)
    monkeypatch.setenv("KANAL_TWITTER_CONSUMER_SECRET", own.consumer_secret)
    monkeypatch.setenv("KANAL_TWITTER_ACCESS_TOKEN", own.access_token)
    monkeypatch.setenv("KANAL_TWITTER_ACCESS_SECRET", own.access_secret)
    monkeypatch.delenv("KANAL_TWITTER_CLIENT_SECRET", raising=False)
    return own


class Slept:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.naps: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.naps.append(round(seconds, 3))
        self.now += seconds


@pytest.fixture
def slept() -> Slept:
    return Slept()


@pytest.fixture
async def polling(base: str, keys: Keys, slept: Slept) -> AsyncIterator[Polling]:
    settings = Settings(api_base=base)
    adapter = Polling("main", settings, clock=slept.clock, sleep=slept.sleep)
    await adapter.start()
    yield adapter
    await adapter.close()


@pytest.fixture
def hooked(base: str, keys: Keys) -> Hooked:
    return Hooked("main", Settings(api_base=base, mode="webhook"))

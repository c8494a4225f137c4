"""A card at a door: a desk with cards on it, a gateway of a few lines, a browser without eyes."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image

from channels.adapter import Accepted, Card, CardState, Outcome, Raw, StoreAway
from channels.card.adapter import Adapter, Settings

KEY = bytes(range(32))
OPEN = Card(
    id="7k2p9x4mqd",
    state=CardState.OPEN,
    channel="email",
    account="main",
    address="rina@contoh.example",
    thread={"message_id": "<satu@contoh.example>"},
)
Door = Callable[..., Awaitable["Counter"]]


class Clock:
    """Time that moves when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """The cards that there are."""

    def __init__(self) -> None:
        self.cards = {OPEN.id: OPEN}
        self.away = False
        self.is_quick = True  # knows at once that a card was used
        self.asked: list[str] = []

    async def card(self, card_id: str) -> Card | None:
        self.asked.append(card_id)
        if self.away:
            raise StoreAway("the disk is full")
        return self.cards.get(card_id)

    def turn(self, state: CardState, card_id: str = OPEN.id) -> None:
        self.cards[card_id] = replace(self.cards[card_id], state=state)


class Counter:
    """The channel at a door; an `Accept` as the gateway's: duplicates by external id."""

    def __init__(self, adapter: Adapter, desk: Desk, clock: Clock) -> None:
        self.adapter = adapter
        self.desk = desk
        self.clock = clock
        self.raws: list[Raw] = []
        self.away = False
        self.dead = False
        self._ids: set[str] = set()
        app = web.Application()
        app.add_routes(adapter.routes(self))
        self.server = TestServer(app, host="127.0.0.1")
        self.browser: aiohttp.ClientSession

    async def __call__(self, raw: Raw) -> Accepted:
        if self.away:
            raise StoreAway("the disk is full")
        received = self.adapter.parse(raw)
        if self.dead:
            return Accepted(received=received, outcomes=(Outcome.DEAD,))
        (message,) = received.messages
        known = message.external_id in self._ids
        self._ids.add(message.external_id)
        if not known:
            self.raws.append(raw)
            if self.desk.is_quick:
                self.desk.turn(CardState.USED)
        outcome = Outcome.DUPLICATE if known else Outcome.WRITTEN
        return Accepted(received=received, outcomes=(outcome,))

    async def awake(self, address: str) -> None:
        pytest.fail("nobody waits for a card")

    @property
    def path(self) -> str:
        return self.adapter.path(OPEN.id)

    @property
    def origin(self) -> str:
        return str(self.server.make_url("")).rstrip("/")

    async def open(self, path: str = "", **headers: str) -> tuple[int, str]:
        async with self.browser.get(path or self.path, headers=headers) as answer:
            return answer.status, await answer.text()

    async def send(self, path: str = "", **said: Any) -> tuple[int, str]:
        """Post a form: words, point, accuracy, photos (bytes each), headers."""
        headers = {"Origin": self.origin, **said.pop("headers", {})}
        form = aiohttp.FormData(default_to_multipart=True)
        for name in ("point", "accuracy", "words"):
            form.add_field(name, said.get(name, ""))
        for photo in said.get("photos", ()):
            form.add_field("photo", photo, filename="foto.jpg", content_type="image/jpeg")
        async with self.browser.post(path or self.path, data=form, headers=headers) as answer:
            return answer.status, await answer.text()


def jpeg(side: int = 64) -> bytes:
    """A picture of nothing."""
    held = io.BytesIO()
    Image.new("RGB", (side, side), (90, 110, 130)).save(held, "JPEG")
    return held.getvalue()


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    """Open a door with settings of your own."""
    opened: list[Counter] = []

    async def make(*, behind_proxy: bool = False, **settings: Any) -> Counter:
        desk, clock = Desk(), Clock()
        adapter = Adapter("main", Settings(**settings), clock=clock)
        adapter.use_key(KEY)
        adapter.use_desk(desk)
        adapter.use_proxy(behind_proxy=behind_proxy)
        counter = Counter(adapter, desk, clock)
        await counter.server.start_server(access_log=None)
        counter.browser = aiohttp.ClientSession(base_url=counter.server.make_url("/"))
        opened.append(counter)
        return counter

    yield make
    for counter in opened:
        await counter.browser.close()
        await counter.adapter.close()
        await counter.server.close()


@pytest.fixture
async def counter(door: Door) -> Counter:
    return await door()

"""The console before a whole gateway that does nothing by itself, on both databases."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from console import app as console
from console.desk import Desk
from console.door import cookie_name, csrf_of
from gateway import door as public_door
from nlu.engine import Engine
from nlu.ticket import find
from store import accounts
from tests.gateway.conftest import Talk, talking


@dataclass
class Person:
    """Somebody at the desk: a signed-in browser that sends the forms of its own session."""

    name: str
    secret: str
    client: TestClient[web.Request, web.Application]

    @property
    def csrf(self) -> str:
        return csrf_of(self.secret)

    async def see(self, path: str, **headers: str) -> tuple[int, str, Any]:
        """GET: status, text, headers; no redirect is followed."""
        async with self.client.get(path, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.text(), answer.headers

    async def send(self, path: str, *, htmx: bool = False, **fields: Any) -> tuple[int, str, Any]:
        """POST a form as our page does, or as htmx does."""
        headers = {"HX-Request": "true"} if htmx else {}
        form = {"csrf": self.csrf, **fields}
        async with self.client.post(
            path, data=form, headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, await answer.text(), answer.headers


class House:
    """A gateway on paper, its citizens, and the people at its desk."""

    def __init__(self, talk: Talk, stack: AsyncExitStack) -> None:
        self.talk = talk
        self.gateway = talk.gateway
        self.desk: Desk = talk.gateway.desk
        self._stack = stack
        self._app: web.Application | None = None

    async def person(self, role: str = "moderator", name: str = "", **more: Any) -> Person:
        """Sign somebody in; `more` may be agency, area, locale."""
        name = name or f"{role}-{secrets.token_hex(3)}"
        secret = secrets.token_urlsafe(32)
        now = self.desk.clock()
        async with self.desk.database.begin() as connection:
            account = await accounts.add(connection, self.desk.ids, name, role, now=now, **more)
            await accounts.start(connection, account, secret, now=now, lifetime=self.desk.lifetime)
        return Person(name, secret, await self.browser({cookie_name(self.desk): secret}))

    async def browser(
        self, cookies: dict[str, str] | None = None
    ) -> TestClient[web.Request, web.Application]:
        """A browser before the console; without cookies nobody is signed in."""
        app = public_door.build({}, self.gateway.ready, self.gateway.meters, self.routes())
        client = TestClient(TestServer(app), cookies=cookies)
        await client.start_server()
        self._stack.push_async_callback(client.close)
        return client

    def routes(self) -> list[web.RouteDef]:
        return console.routes(self.desk)

    async def file(self, text: str = "got depan rumah mampet, air item", **more: Any) -> str:
        """A citizen files a complaint; returns its number."""
        more.setdefault("pin", [-6.1957, 106.8322])  # Menteng
        sender = more.setdefault("sender", f"citizen-{secrets.token_hex(3)}")
        heard = await self.talk.say(text, **more)
        for _ in range(6):
            if found := find(heard):
                return found[0][0]
            choices = self.talk.paper.choices
            choice = next(one for one in choices if one.endswith((":yes", ":skip")))
            heard = await self.talk.say(choice=choice, sender=sender)
        raise AssertionError(heard)


@pytest.fixture
async def house(store_url: str, tmp_path: Path, engine: Engine) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        talk = await stack.enter_async_context(talking(store_url, tmp_path, engine))
        yield House(talk, stack)


def later(desk: Desk, by: timedelta) -> Any:
    """A clock that is ahead of the desk's."""
    return lambda: desk.clock() + by

"""An OpenID provider that others wrote (oidc-provider), on a free port of the loopback."""

from __future__ import annotations

import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from tests.peers.peers import node, npm_install, peer

HERE = Path(__file__).parent
SITE = "http://127.0.0.1:1"  # nobody listens there: where the browser is sent back to is read
CLIENT, SECRET = "kanal", "invented by us: +/%"


@dataclass
class Person:
    """Somebody at a browser of his own, who signs in where he is asked to."""

    http: aiohttp.ClientSession

    async def signs_in(self, where: str, name: str, *, back: str = SITE) -> dict[str, str]:
        """Walk through the provider's pages; returns the query that it sends him back with."""
        url = URL(where)
        while True:
            async with self.http.get(url, allow_redirects=False) as answer:
                page = await answer.text()
            if answer.status in {302, 303}:
                url = url.join(URL(answer.headers["Location"], encoded=True))
                if str(url).startswith(f"{back}/"):
                    return dict(url.query)
                continue
            assert answer.status == 200, page
            action = re.search(r'action="([^"]+)"', page)
            prompt = re.search(r'name="prompt" value="(\w+)"', page)
            assert action is not None
            assert prompt is not None
            form = {"prompt": prompt[1], "login": name, "password": "any"}
            async with self.http.post(action[1], data=form, allow_redirects=False) as answer:
                url = url.join(URL(answer.headers["Location"], encoded=True))


@dataclass
class Peer:
    """The provider."""

    issuer: str

    async def rotates(self) -> None:
        """Let it change its keys."""
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"{self.issuer}/ours/rotate") as answer,
        ):
            assert answer.ok


@pytest.fixture(scope="session")
def sent_back_to() -> str:
    return f"{SITE}/console/login/sso"


@pytest.fixture(scope="session")
def provider(sent_back_to: str) -> Iterator[Peer]:
    """A running provider; its people are in provider.js."""
    engine = node()
    installed = (HERE / "node_modules" / "oidc-provider").is_dir()
    peer(
        "oidc-provider",
        available=bool(engine) and installed,
        install=npm_install("tests/peers/oidc"),
    )
    assert engine is not None
    with subprocess.Popen(
        [engine, str(HERE / "provider.js"), sent_back_to],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # it warns that it is for tests
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield Peer(server.stdout.readline().strip())
        server.stdin.close()  # its sign to end


@pytest.fixture
async def person() -> AsyncIterator[Person]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Person(session)

"""The privacy notice: in both languages, without scripts, linked once by the first answer."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator
from hashlib import sha256

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from gateway.public import notice
from gateway.sections import City, Office, Retention


@pytest.fixture
async def pages() -> AsyncIterator[TestClient]:
    app = web.Application()
    office = Office(name="Biro <Contoh>", contact="halo@biro.example")
    app.add_routes(notice.routes(City(), office, Retention()))
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "says"),
    [("/privasi", "HAPUS DATA SAYA"), ("/privacy", "DELETE MY DATA")],
)
async def test_says_who_keeps_what_and_what_can_be_done(pages, path, says) -> None:
    answer = await pages.get(path)
    text = await answer.text()
    assert answer.status == 200
    assert says in text
    assert "STOP" in text
    assert "Biro &lt;Contoh&gt;" in text
    assert "halo@biro.example" in text
    assert "Jakarta" in text


async def test_its_policy_lets_nothing_but_its_own_style_through(pages) -> None:
    answer = await pages.get("/privasi")
    text = await answer.text()
    style = text.split("<style>")[1].split("</style>")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = answer.headers["Content-Security-Policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "script" not in text


async def test_the_first_answer_links_it_once(talk) -> None:
    first = await talk.say("halo")
    assert "http://127.0.0.1:8080/privasi" in first
    assert "/privasi" not in await talk.say("halo")

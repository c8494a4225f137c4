"""RasaEngine against a server that answers in Rasa's documented shape, or fails to.

Shape: https://legacy-docs-oss.rasa.com/docs/rasa/pages/http-api (POST /model/parse, GET /status);
the fields beside intent and ranking are as Rasa 3.6.21 sends them.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from nlu.baseline import VERSION, KeywordEngine
from nlu.corpus import read
from nlu.engines.breaker import Breaker
from nlu.engines.rasa import SPECIMEN, RasaEngine, RasaServer

TEXT = "sampah numpuk di Jl. Otista sudah 3 hari, banjir selutut"
RANKING = [
    {"name": "report+banjir", "confidence": 0.5},
    {"name": "report+sampah", "confidence": 0.3},
    {"name": "report+banjir+saluran_air", "confidence": 0.15},
]


def parsed(ranking: Any = RANKING) -> dict[str, Any]:
    return {
        "text": TEXT,
        "intent": ranking[0],
        "entities": [],
        "text_tokens": [[0, 6]],
        "intent_ranking": ranking,
    }


class Rasa:
    """A server on loopback; `answer` is what it says to /model/parse."""

    def __init__(self) -> None:
        self.answer: Any = parsed()
        self.status: Any = {"model_file": "nlu.tar.gz", "model_id": "80f430d780f1", "jobs": 0}
        self.code = 200
        self.asked: list[str] = []
        self.tokens: list[str | None] = []
        self.running = self.most = 0
        self.go = asyncio.Event()
        self.go.set()
        self.url = ""

    async def parse(self, request: web.Request) -> web.Response:
        self.asked.append((await request.json())["text"])
        self.tokens.append(request.query.get("token"))
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.go.wait()
        finally:
            self.running -= 1
        body = self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()
        return web.Response(body=body, status=self.code, content_type="application/json")

    async def say_status(self, _request: web.Request) -> web.Response:
        return web.json_response(self.status)


@asynccontextmanager
async def serving() -> AsyncIterator[Rasa]:
    rasa = Rasa()
    app = web.Application()
    app.add_routes([web.post("/model/parse", rasa.parse), web.get("/status", rasa.say_status)])
    async with TestServer(app) as server:
        rasa.url = str(server.make_url("/"))
        yield rasa
        rasa.go.set()


@pytest.fixture
async def rasa() -> AsyncIterator[Rasa]:
    async with serving() as one:
        yield one


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Asked:
    """An engine, its clock, and why it fell back."""

    def __init__(self, url: str, **settings: Any) -> None:
        self.reasons: Counter[str] = Counter()
        self.clock = Clock()
        server = RasaServer(url=url, **settings)
        self.breaker = Breaker(failures=server.failures, wait_s=server.wait_s, clock=self.clock)
        self.engine = RasaEngine(
            server,
            fallback=KeywordEngine(),
            fell_back=lambda reason: self.reasons.update([reason]),
            breaker=self.breaker,
        )

    async def one(self, text: str = TEXT) -> Any:
        return (await self.engine.understand([text]))[0]


@asynccontextmanager
async def asking(url: str, **settings: Any) -> AsyncIterator[Asked]:
    asked = Asked(url, **settings)
    try:
        yield asked
    finally:
        await asked.engine.close()


async def test_rasas_labels_and_our_slots(rasa: Rasa) -> None:
    async with asking(rasa.url, token="invented") as asked:
        assert asked.engine.version == "rasa (not reached yet)"
        reading = await asked.one()
        assert asked.engine.version == "rasa nlu 80f430d7"

    assert (reading.intent, reading.intent_confidence) == ("report", 0.95)
    assert (reading.category, reading.confidence) == ("banjir", 0.65)
    assert [one.category for one in reading.candidates] == ["banjir", "sampah", "saluran_air"]
    assert reading.categories == ("banjir",)
    assert reading.engine == "rasa nlu 80f430d7"
    assert {"depth_cm", "since"} <= {entity.entity for entity in reading.entities}
    assert reading.language == "id"
    assert rasa.asked == [TEXT]
    assert rasa.tokens == ["invented"]
    assert not asked.reasons


async def test_every_ticket_number_is_one_that_rasa_has_seen(rasa: Rasa) -> None:
    async with asking(rasa.url) as asked:
        reading = await asked.one("status jkt h9rs51jt")
    assert rasa.asked == [f"status {SPECIMEN}"]
    assert [one.value for one in reading.entities] == ["JKT-H9RS-51JT"]
    assert SPECIMEN in {example.text for example in read()}


async def test_a_batch_keeps_its_order_and_its_limit(rasa: Rasa) -> None:
    async with asking(rasa.url, at_once=3) as asked:
        texts = [f"banjir {number}" for number in range(20)]
        readings = await asked.engine.understand(texts)

    assert len(readings) == 20
    assert sorted(rasa.asked) == sorted(texts)
    assert rasa.most <= 3
    assert not asked.reasons


async def test_no_text_is_no_question(rasa: Rasa) -> None:
    async with asking(rasa.url) as asked:
        assert await asked.engine.understand([]) == []
    assert rasa.asked == []


async def test_a_text_of_any_length_and_kind_is_sent(rasa: Rasa) -> None:
    async with asking(rasa.url) as asked:
        for text in ("", "x" * 100_000, "\ud800", "\x00", "日本"):
            await asked.one(text)
    assert not asked.reasons
    assert max(map(len, rasa.asked)) < 100_000


async def test_down(rasa: Rasa) -> None:
    async with asking(f"http://127.0.0.1:{unused_port()}") as asked:
        reading = await asked.one()
    assert reading.engine == VERSION
    assert reading.intent == "report"
    assert asked.reasons == {"down": 1}


async def test_slow_a_whole_batch_has_its_answers_within_a_second(rasa: Rasa) -> None:
    rasa.go.clear()
    async with asking(rasa.url) as asked:
        began = time.perf_counter()
        readings = await asked.engine.understand([TEXT] * 32)
        took = time.perf_counter() - began

        assert took < 1
        assert {reading.engine for reading in readings} == {VERSION}
        assert asked.reasons.total() == 32
        assert asked.reasons["slow"] == 8
        assert asked.breaker.is_open

        began = time.perf_counter()
        await asked.engine.understand([TEXT] * 32)
        assert time.perf_counter() - began < 0.2
        assert asked.reasons["open"] == 32


@pytest.mark.parametrize("code", [302, 400, 401, 404, 409, 500, 503])
async def test_another_status(rasa: Rasa, code: int) -> None:
    rasa.code = code
    async with asking(rasa.url) as asked:
        assert (await asked.one()).engine == VERSION
    assert asked.reasons == {"status": 1}


NONSENSE = {
    "nothing": b"",
    "bytes": b"\xff\xfe\x00",
    "html": b"<html>Bad gateway</html>",
    "nested": b"[" * 100_000,
    "endless": b'{"a": "' + b"a" * (1 << 21) + b'"}',
    "list": [],
    "null": b"null",
    "no intent": {"text": TEXT},
    "no ranking": {"intent": RANKING[0]},
    "empty ranking": {"intent": RANKING[0], "intent_ranking": []},
    "ranking of words": {"intent": RANKING[0], "intent_ranking": ["report+banjir"]},
    "intent as a word": {"intent": "report+banjir", "intent_ranking": RANKING},
    "unknown intent": parsed([{"name": "order_pizza", "confidence": 0.9}]),
    "unknown category": parsed([{"name": "report+pizza", "confidence": 0.9}]),
    "confidence a word": parsed([{"name": "report+banjir", "confidence": "high"}]),
    "confidence true": parsed([{"name": "report+banjir", "confidence": True}]),
    "confidence 7": parsed([{"name": "report+banjir", "confidence": 7}]),
    "confidence -1": parsed([{"name": "report+banjir", "confidence": -1}]),
    "confidence NaN": parsed([{"name": "report+banjir", "confidence": float("nan")}]),
    "more than 1": parsed([{"name": "report+banjir", "confidence": 0.9}] * 2),
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
async def test_nonsense(rasa: Rasa, answer: Any) -> None:
    rasa.answer = answer
    async with asking(rasa.url) as asked:
        assert (await asked.one()).engine == VERSION
    assert asked.reasons == {"nonsense": 1}


@pytest.mark.parametrize("status", [[], {}, {"model_file": None, "model_id": None}, "up"])
async def test_a_server_that_cannot_name_its_model(rasa: Rasa, status: Any) -> None:
    rasa.status = status
    async with asking(rasa.url) as asked:
        assert (await asked.one()).engine == VERSION
    assert asked.reasons == {"nonsense": 1}


async def test_it_is_left_alone_after_failures_and_tried_again(rasa: Rasa) -> None:
    rasa.code = 500
    async with asking(rasa.url, failures=3, wait_s=10, at_once=1) as asked:
        await asked.engine.understand([TEXT] * 5)
        assert asked.reasons == {"status": 3, "open": 2}
        assert len(rasa.asked) == 3

        asked.clock.now = 11  # half-open: one may try, and fails
        await asked.engine.understand([TEXT] * 5)
        assert len(rasa.asked) == 4

        rasa.code = 200
        asked.clock.now = 20
        assert (await asked.one()).engine == VERSION  # ten seconds since the failure of 11
        asked.clock.now = 22
        assert (await asked.one()).engine.startswith("rasa")
        assert not asked.breaker.is_open

        asked.reasons.clear()
        await asked.engine.understand([TEXT] * 5)
        assert not asked.reasons


async def test_another_model_after_an_outage_is_named(rasa: Rasa) -> None:
    async with asking(rasa.url) as asked:
        assert (await asked.one()).engine == "rasa nlu 80f430d7"
        rasa.code = 503
        await asked.one()
        rasa.code, rasa.status = 200, {"model_file": "new.tar.gz", "model_id": "11112222333344445"}
        assert (await asked.one()).engine == "rasa new 11112222"


def test_the_token_is_in_no_repr() -> None:
    server = RasaServer(url="http://127.0.0.1:5005", token="invented-secret")
    assert "invented-secret" not in repr(server)

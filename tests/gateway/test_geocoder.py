"""Nominatim on loopback, speaking the documented JSON: asked politely, believed a little."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from gateway import geocoder
from gateway.geocoder import CONFIDENCE, Nominatim, Server, read_answer
from gateway.lookups import LookupFailedError
from nlu.engines.breaker import Breaker
from nlu.places.city import locate
from tests.gateway.strangers import Strangers, strangers

# The shape of https://nominatim.org/release-docs/latest/api/Output/, format jsonv2; invented.
PLACE = {
    "place_id": 100149,
    "licence": "Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright",
    "osm_type": "way",
    "osm_id": 107775,
    "boundingbox": ["-6.2620", "-6.2580", "106.7980", "106.8020"],
    "lat": "-6.2600",
    "lon": "106.8000",
    "display_name": "Jalan Karangan, Cipete, Jakarta Selatan, Indonesia",
    "name": "Jalan Karangan",
    "category": "highway",
    "type": "residential",
    "place_rank": 26,
    "importance": 0.05,
    "addresstype": "road",
}


class Here:
    """What the server answers."""

    def __init__(self, there: Strangers) -> None:
        self.there = there
        self.body: Any = [PLACE]
        self.status = 200
        self.queries: list[dict[str, str]] = []
        there.answers["/search"] = self.answer

    async def answer(self, request: web.Request) -> web.Response:
        self.queries.append(dict(request.query))
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        return web.Response(status=self.status, body=body, content_type="application/json")

    def server(self, **more: Any) -> Server:
        url = f"http://127.0.0.1:{self.there.plain_port}/"
        return Server(**{"url": url, "per_second": 1000.0, "timeout_s": 5.0, **more})


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Here]:
    async with strangers(tmp_path, ["unused.example"]) as there:
        yield Here(there)


@pytest.fixture
async def nominatim(here: Here) -> AsyncIterator[Nominatim]:
    one = Nominatim(here.server(email="admin@kota.example"), breaker=Breaker(failures=9, wait_s=9))
    yield one
    await one.close()


async def test_a_place_is_a_candidate_with_its_kelurahan(here: Here, nominatim: Nominatim) -> None:
    (found,) = await nominatim.find("Jalan Karangan")
    there = locate(-6.26, 106.8)
    assert (found.name, found.lat, found.lon) == ("Jalan Karangan", -6.26, 106.8)
    assert (found.kelurahan, found.boundary) == (there.kelurahan, "nearest centre")
    assert found.confidence <= CONFIDENCE
    assert found.radius_m == 315  # half the diagonal of 0.004 degrees square


async def test_only_the_words_are_sent_politely(here: Here, nominatim: Nominatim) -> None:
    await nominatim.find("Jalan  Karangan")
    assert here.queries == [
        {
            "q": "jalan karangan",
            "format": "jsonv2",
            "limit": "4",
            "countrycodes": "id",
            "viewbox": here.queries[0]["viewbox"],
            "bounded": "1",
            "accept-language": "id",
            "email": "admin@kota.example",
        }
    ]
    west, north, east, south = map(float, here.queries[0]["viewbox"].split(","))
    assert west < 106.8 < east
    assert south < -6.2 < north
    agent = here.there.headers[0]["User-Agent"]
    assert agent.startswith("kanal-warga/")
    assert agent.endswith("admin@kota.example")


async def test_the_pieces_of_a_road_are_one_place(here: Here, nominatim: Nominatim) -> None:
    here.body = [PLACE, {**PLACE, "lat": "-6.2601"}, {**PLACE, "name": "Jalan Karangan Dalam"}]
    names = [place.name for place in await nominatim.find("x")]
    assert names == ["Jalan Karangan", "Jalan Karangan Dalam"]


async def test_a_question_is_asked_once(here: Here, nominatim: Nominatim) -> None:
    await nominatim.find("Jalan Karangan")
    await nominatim.find("JALAN karangan ")
    assert len(here.queries) == 1


async def test_no_more_answers_are_kept_than_agreed(
    here: Here, nominatim: Nominatim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geocoder, "KEPT", 1)
    for words in ("a", "b", "a"):
        await nominatim.find(words)
    assert len(here.queries) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"lat": "-6.9175", "lon": "107.6191"},  # another city
        {"lat": "91", "lon": "0"},
        {"lat": "nan", "lon": "106.8"},
        {"boundingbox": ["-7", "-5", "106", "108"]},  # a province
    ],
)
async def test_what_is_not_in_the_city_or_no_place_to_go_to_is_left_out(
    here: Here, nominatim: Nominatim, change: dict[str, Any]
) -> None:
    here.body = [{**PLACE, **change}, PLACE]
    assert [place.lat for place in await nominatim.find("x")] == [-6.26]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>busy</html>",
        b"[" * 100_000,
        {"error": "Unable to geocode"},
        [5],
        [{"lat": "north", "lon": "106.8"}],
        [{"lat": None, "lon": None}],
        [{**PLACE, "boundingbox": ["a", "b", "c", "d"]}],
        [{**PLACE, "boundingbox": ["-1e999", "1", "1", "1"]}],
        b'[{"lat": "-6.26", "lon": "106.8", "name": "' + b"x" * 300_000 + b'"}]',
    ],
)
async def test_nonsense_is_a_failure(here: Here, nominatim: Nominatim, body: Any) -> None:
    here.body = body
    with pytest.raises(LookupFailedError, match="failed"):
        await nominatim.find("x")


@pytest.mark.parametrize("status", [302, 403, 429, 500])
async def test_a_refusal_is_a_failure(here: Here, nominatim: Nominatim, status: int) -> None:
    here.status = status
    with pytest.raises(LookupFailedError, match="failed"):
        await nominatim.find("x")


async def test_who_fails_is_left_alone(here: Here) -> None:
    now = 0.0
    breaker = Breaker(failures=2, wait_s=60, clock=lambda: now)
    nominatim = Nominatim(here.server(), breaker=breaker)
    here.status = 500
    for reason in ("failed", "failed", "open"):
        with pytest.raises(LookupFailedError, match=reason):
            await nominatim.find("x")
    assert len(here.queries) == 2
    now, here.status = 61.0, 200
    assert await nominatim.find("x")
    await nominatim.close()


async def test_one_question_a_second_and_nobody_waits_long(here: Here) -> None:
    """The second of two comes later than it may wait: it is not asked at all."""
    nominatim = Nominatim(here.server(per_second=0.01))
    first, second = await asyncio.gather(
        nominatim.find("a"), nominatim.find("b"), return_exceptions=True
    )
    assert first
    assert isinstance(second, LookupFailedError)
    assert str(second) == "late"
    assert [query["q"] for query in here.queries] == ["a"]
    await nominatim.close()


async def test_questions_are_spaced(here: Here) -> None:
    nominatim = Nominatim(here.server(per_second=20.0))
    began = asyncio.get_running_loop().time()
    await asyncio.gather(*(nominatim.find(words) for words in "abc"))
    assert asyncio.get_running_loop().time() - began >= 0.1  # two twentieths
    await nominatim.close()


def test_an_answer_without_places() -> None:
    assert read_answer(b"[]") == ()

"""What the network adds to an understanding: in time, where the place is open, or not at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway.areas import CityMap
from gateway.lookups import LookupFailedError
from gateway.metrics import Meters
from gateway.sections import Nlu
from gateway.short_links import ShortLinks
from gateway.whereabouts import (
    MOST_LINKS,
    Whereabouts,
    open_whereabouts,
    short_links,
    words_to_ask,
)
from nlu.engines.embedded import EmbeddedEngine
from nlu.places.place import Place
from nlu.places.resolve import resolve
from nlu.understanding import Understanding
from store.tables import Prediction
from tests.gateway.conftest import rows, talking
from tests.gateway.strangers import Strangers, strangers

SHORT = "https://maps.app.goo.gl/AbC12"
UNKNOWN = "lampu mati di Jl. Karangan 4, lapor dari Budi 0812-0000-0000"
ANSWER = Place(
    name="Jalan Karangan",
    kelurahan="Cipete Utara",
    kecamatan="Kebayoran Baru",
    kota="Jakarta Selatan",
    lat=-6.26,
    lon=106.8,
    radius_m=100,
    confidence=0.55,
    boundary="nearest centre",
)


@dataclass
class Paper:
    """A geocoder on paper."""

    places: tuple[Place, ...] = (ANSWER,)
    error: Exception | None = None
    asked: list[str] = field(default_factory=list)
    before: Callable[[], Awaitable[None]] | None = None

    async def find(self, words: str) -> tuple[Place, ...]:
        self.asked.append(words)
        if self.before:
            await self.before()
        if self.error:
            raise self.error
        return self.places

    async def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Strangers]:
    async with strangers(tmp_path, ["maps.app.goo.gl"]) as one:
        one.redirects["maps.app.goo.gl/AbC12"] = "https://www.google.com/maps?q=-6.1754,106.8272"
        yield one


@asynccontextmanager
async def following(there: Strangers, wait_s: float = 5.0) -> AsyncIterator[Whereabouts]:
    one = Whereabouts(CityMap(), Meters(), links=ShortLinks(there.http()), wait_s=wait_s)
    yield one
    await one.close()


def counted(whereabouts: Whereabouts, asked: str, outcome: str) -> float:
    return whereabouts._meters.lookups.labels(asked, outcome)._value.get()


async def completed(
    whereabouts: Whereabouts, engine: EmbeddedEngine, text: str
) -> tuple[Understanding, Understanding]:
    before = engine.read([text])[0]
    (after,) = await whereabouts.complete([(text, before)])
    return before, after


async def test_a_short_link_becomes_a_place(there: Strangers, engine: EmbeddedEngine) -> None:
    async with following(there) as whereabouts:
        before, after = await completed(whereabouts, engine, f"banjir di sini {SHORT}")
        assert before.place is None
        assert after.place
        assert (after.place.kelurahan, after.place.lat) == ("Gambir", -6.1754)
        assert (
            after.entities == before.entities
        )  # offsets are into the text as the citizen wrote it
        assert counted(whereabouts, "short link", "found") == 1


async def test_a_short_link_beats_words_and_may_lead_out_of_the_city(
    there: Strangers, engine: EmbeddedEngine
) -> None:
    there.redirects["maps.app.goo.gl/far"] = "https://www.google.com/maps?q=-6.9175,107.6191"
    async with following(there) as whereabouts:
        _, after = await completed(whereabouts, engine, f"kel. Klender {SHORT}")
        assert after.place
        assert after.place.kelurahan == "Gambir"
        _, after = await completed(whereabouts, engine, "sampah https://maps.app.goo.gl/far")
        assert after.place is None
        assert after.outside


async def test_without_an_answer_everything_stays(there: Strangers, engine: EmbeddedEngine) -> None:
    there.names.port = 1  # nobody listens there
    async with following(there) as whereabouts:
        before, after = await completed(whereabouts, engine, f"banjir kel. Klender {SHORT}")
        assert after == before
        assert counted(whereabouts, "short link", "failed") == 1


async def test_a_text_waits_so_long_and_no_longer(engine: EmbeddedEngine) -> None:
    forever = asyncio.Event()

    async def wait() -> None:
        await forever.wait()

    paper = Paper(before=wait)
    whereabouts = Whereabouts(CityMap(), Meters(), geocoder=paper, wait_s=0.01)
    before, after = await completed(whereabouts, engine, UNKNOWN)
    assert paper.asked
    assert after == before
    assert counted(whereabouts, "any", "late") == 1


async def test_the_geocoder_hears_the_place_and_nothing_else(engine: EmbeddedEngine) -> None:
    paper = Paper()
    whereabouts = Whereabouts(CityMap(), Meters(), geocoder=paper)
    _, after = await completed(whereabouts, engine, UNKNOWN)
    assert paper.asked == ["Jalan Karangan 4"]
    assert (after.place, after.places) == (None, (ANSWER,))  # a dialog asks whether that is meant


@pytest.mark.parametrize(
    "text",
    [
        "lampu mati di Jl. Karangan, kel. Klender",  # a place
        "sampah di Jl. Karangan, Cipete",  # candidates
        "Jl. Karangan Bekasi",  # another city
        "lubang di jalan depan rumah",  # no words of a place
        "RT 05 RW 03 banjir",  # none that a geocoder knows
        "",
    ],
)
async def test_who_need_not_be_asked_is_not(engine: EmbeddedEngine, text: str) -> None:
    paper = Paper()
    whereabouts = Whereabouts(CityMap(), Meters(), geocoder=paper)
    assert not whereabouts.open(text, engine.read([text])[0])
    before, after = await completed(whereabouts, engine, text)
    assert paper.asked == []
    assert after == before


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(LookupFailedError("late"), "late"), (RuntimeError("a mistake of ours"), "failed")],
)
async def test_whatever_fails_the_text_goes_on(
    engine: EmbeddedEngine, error: Exception, outcome: str
) -> None:
    whereabouts = Whereabouts(CityMap(), Meters(), geocoder=Paper(error=error))
    before, after = await completed(whereabouts, engine, UNKNOWN)
    assert after == before
    assert counted(whereabouts, "geocoder", outcome) == 1


def test_links_that_are_followed() -> None:
    many = " ".join(f"https://goo.gl/maps/{at}" for at in range(9))
    assert len(short_links(many)) == MOST_LINKS
    assert short_links(f"{SHORT} dan lagi {SHORT}") == [SHORT]
    assert short_links(f"-6.1754, 106.8272 {SHORT}") == []  # the text tells the point itself
    assert short_links("https://example.com/x") == []


def test_words_of_a_place_are_few() -> None:
    mentions = resolve("banjir di Jl. Mangsi, Gang Tinta RT 5 RW 3, Komplek Kertas parah").mentions
    assert words_to_ask(mentions) == "Jalan Mangsi, Gang Tinta, Komplek Kertas"
    assert len(words_to_ask(resolve("Jl. " + "Panjangsekali" * 50).mentions)) <= 80


async def test_a_turn_has_the_point_of_its_short_link(
    there: Strangers, tmp_path: Path, engine: EmbeddedEngine
) -> None:
    """Through the whole gateway: the neighbour of the message is answered as well."""
    async with (
        following(there) as whereabouts,
        talking("sqlite", tmp_path, engine, whereabouts=whereabouts) as talk,
    ):
        await talk.deliver(*_two_lines())
        await talk.settle()
        assert len(talk.paper.sent) == 2
        said = [json.loads(row.understanding) for row in await rows(talk.gateway, Prediction)]
        places = [one["place"] for one in said]
    assert [place["kelurahan"] for place in places if place] == ["Gambir"]


def _two_lines() -> list[str]:
    from tests.paper import line

    return [
        line("ani-1", f"banjir selutut, lokasi {SHORT}", "ani"),
        line("budi-1", "terima kasih", "budi"),
    ]


@pytest.mark.parametrize(
    ("said", "asks_links", "asks_words"),
    [
        ({}, True, False),  # as config.yml is delivered
        ({"short_links": False}, False, False),
        ({"geocoder": "nominatim", "nominatim": {"email": "admin@kota.example"}}, True, True),
    ],
)
async def test_config_says_who_is_asked(
    engine: EmbeddedEngine, said: dict[str, object], *, asks_links: bool, asks_words: bool
) -> None:
    whereabouts = open_whereabouts(Nlu.model_validate(said), CityMap(), Meters())
    assert whereabouts.open(SHORT, engine.read([SHORT])[0]) is asks_links
    assert whereabouts.open(UNKNOWN, engine.read([UNKNOWN])[0]) is asks_words
    await whereabouts.close()

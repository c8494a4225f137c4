"""Asks a geocoder for words that the gazetteer does not know. Off unless config.yml names one.

    geocoder = Nominatim(Server(url="http://127.0.0.1:8088"))
    await geocoder.find("Jalan Haji Saiman")  # places in the city, each a candidate, never a fact

Only words of a place leave the house, never the text around them.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

from gateway import __version__
from gateway.lookups import LookupFailedError
from nlu.engines.breaker import Breaker
from nlu.places.city import BadPoint, bounds, locate
from nlu.places.gazetteer import METRES_PER_DEGREE
from nlu.places.place import OutsideCity, Place

KEPT = 5000  # answers that are remembered, as the policy of the public server asks
MOST = 4  # places of one answer
CONFIDENCE = 0.55  # below what a dialog takes without asking
_LARGEST = 256_000  # bytes of an answer
_OK = 200
_LEAST_M = 50
_WIDEST_M = 5000  # a wider answer is no place to go to
Locate = Callable[[float, float], Place | OutsideCity]


class Geocoder(Protocol):
    """Finds places by their words."""

    async def find(self, words: str) -> tuple[Place, ...]:
        """Places in the city that may be meant, best first; none where none is known.

        Raises: LookupFailedError, when there is no answer.
        """
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """A Nominatim server, and how to behave there."""

    url: str
    email: str = ""  # whom its operators may write to
    timeout_s: float = 1.5  # for one question
    per_second: float = 1.0  # questions; the policy of the public server allows one
    country: str = "id"


class Nominatim:
    """Nominatim over HTTP.

    Source: https://nominatim.org/release-docs/latest/api/Search/ and .../api/Output/; the policy of
    the public server: https://operations.osmfoundation.org/policies/nominatim/ (one request a
    second for the whole application, an identifying User-Agent, answers cached, attribution).
    """

    def __init__(
        self,
        server: Server,
        *,
        locate: Locate = locate,
        breaker: Breaker | None = None,
    ) -> None:
        self._server = server
        self._locate = locate
        self._breaker = breaker or Breaker(failures=3, wait_s=60.0)
        self._known: OrderedDict[str, tuple[Found, ...]] = OrderedDict()
        self._next = 0.0
        self._session: aiohttp.ClientSession | None = None

    async def find(self, words: str) -> tuple[Place, ...]:
        asked = " ".join(words.casefold().split())
        if asked not in self._known:
            self._known[asked] = await self._fetched(asked)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        self._known.move_to_end(asked)
        # The kelurahan is found anew: boundaries may have been imported since.
        placed = (placed_at(one, self._locate) for one in self._known[asked])
        # A road is many pieces there: one of each name and kelurahan is enough to ask about.
        told: dict[tuple[str, str | None], Place] = {}
        for place in filter(None, placed):
            told.setdefault((place.name, place.kelurahan), place)
        return tuple(told.values())

    async def _fetched(self, words: str) -> tuple[Found, ...]:
        if not self._breaker.allow():
            raise LookupFailedError("open")
        await self._turn()
        try:
            found = read_answer(await self._ask(words))
        except (aiohttp.ClientError, OSError, ValueError, RecursionError) as error:
            self._breaker.failed()
            raise LookupFailedError("failed") from error
        except BaseException:  # cancelled: the time that a text may wait is over
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        return found

    async def _turn(self) -> None:
        """Wait for the next moment at which a question may be asked; never longer than patient."""
        loop = asyncio.get_running_loop()
        wait = self._next - loop.time()
        if wait > self._server.timeout_s:
            raise LookupFailedError("late")
        self._next = max(self._next, loop.time()) + 1 / self._server.per_second
        if wait > 0:
            await asyncio.sleep(wait)

    async def _ask(self, words: str) -> bytes:
        self._session = self._session or aiohttp.ClientSession(
            headers={"User-Agent": f"kanal-warga/{__version__} {self._server.email}".strip()},
            timeout=aiohttp.ClientTimeout(total=self._server.timeout_s),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        south, west, north, east = bounds()
        asked = {
            "q": words,
            "format": "jsonv2",
            "limit": str(MOST),
            "countrycodes": self._server.country,
            "viewbox": f"{west},{north},{east},{south}",
            "bounded": "1",
            "accept-language": "id",
        }
        if self._server.email:
            asked["email"] = self._server.email
        url = f"{self._server.url.rstrip('/')}/search"
        async with self._session.get(url, params=asked, allow_redirects=False) as response:
            if response.status != _OK:
                raise ValueError(f"status {response.status}")
            body = await response.content.read(_LARGEST)
            if not response.content.at_eof():
                raise ValueError("an answer without end")
            return body

    async def close(self) -> None:
        if self._session:
            await self._session.close()
        self._session = None


@dataclass(frozen=True, slots=True)
class Found:
    """One place of an answer."""

    name: str
    lat: float
    lon: float
    radius_m: int


def read_answer(body: bytes) -> tuple[Found, ...]:
    """Read an answer in the format jsonv2. Raises: ValueError, for anything else."""
    answer = json.loads(body)
    if not isinstance(answer, list):
        raise ValueError("not a list of places")  # noqa: TRY004 (what came is of a wrong value)
    found = [_found(place) for place in answer[:MOST]]
    return tuple(one for one in found if one.radius_m <= _WIDEST_M)


def _found(place: Any) -> Found:
    match place:
        case {"lat": str() | float() as lat, "lon": str() | float() as lon}:
            point = float(lat), float(lon)
        case _:
            raise ValueError("a place without a point")
    name = str(place.get("name") or place.get("display_name") or "")
    name = name.split(",", maxsplit=1)[0].strip()[:80]
    return Found(name, *point, _radius(place.get("boundingbox")))


def _radius(box: Any) -> int:
    """Half the diagonal of `boundingbox`: [south, north, west, east], as strings."""
    if not (isinstance(box, list) and len(box) == 4):  # noqa: PLR2004 (its four sides)
        return _LEAST_M
    south, north, west, east = map(float, box)
    half = math.hypot(north - south, east - west) * METRES_PER_DEGREE / 2
    if not math.isfinite(half):
        raise ValueError("a box without end")
    return max(_LEAST_M, round(half))


def placed_at(found: Found, locate: Locate) -> Place | None:
    """The place of an answer, when it lies in the city."""
    try:
        there = locate(found.lat, found.lon)
    except BadPoint:
        return None
    if isinstance(there, OutsideCity):
        return None
    return Place(
        name=found.name or there.name,
        kelurahan=there.kelurahan,
        kecamatan=there.kecamatan,
        kota=there.kota,
        lat=found.lat,
        lon=found.lon,
        radius_m=found.radius_m,
        confidence=min(CONFIDENCE, there.confidence),
        boundary=there.boundary,
    )

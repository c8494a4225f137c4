"""Asks the network where an understood text leaves the place open. It never stops a turn.

Two questions, each optional: what does a short link lead to, and where are words of a place that
the gazetteer has no point for. A text waits at most `WAIT_S` for both together, and what comes of
it only adds to what was understood: without an answer everything stays as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import TypeVar

from gateway.areas import CityMap
from gateway.geocoder import Geocoder, Nominatim, Server
from gateway.lookups import LookupFailedError
from gateway.metrics import Meters
from gateway.safe_http import SafeHttp
from gateway.sections import Nlu
from gateway.short_links import ShortLinks
from nlu.places import links
from nlu.places.place import Mention
from nlu.understanding import Understanding

_Answer = TypeVar("_Answer")
WAIT_S = 2.0  # seconds that a text waits at most
MOST_LINKS = 2  # of one text that are followed
#: Kinds of mention that a geocoder may know although the gazetteer does not.
_ASKED = frozenset({"road", "gang", "complex", "poi", "kampung"})
_LONGEST = 80  # characters of a place's words


class Whereabouts:
    """Completes understandings by asking outside."""

    def __init__(
        self,
        places: CityMap,
        meters: Meters,
        *,
        links: ShortLinks | None = None,
        geocoder: Geocoder | None = None,
        wait_s: float = WAIT_S,
    ) -> None:
        self._places = places
        self._meters = meters
        self._links = links
        self._geocoder = geocoder
        self._wait_s = wait_s

    def open(self, text: str, understanding: Understanding) -> bool:
        """Whether the network might tell more about the place of a text."""
        if self._links and short_links(text):
            return True
        return bool(self._geocoder and words_to_ask(self._mentions(text, understanding)))

    async def complete(self, texts: Sequence[tuple[str, Understanding]]) -> list[Understanding]:
        """The understandings, with what could be learned in time. Never raises."""
        return await asyncio.gather(*(self._completed(*pair) for pair in texts))

    async def _completed(self, text: str, understanding: Understanding) -> Understanding:
        found = understanding
        try:
            async with asyncio.timeout(self._wait_s):
                found = await self._followed(text, found)
                found = await self._geocoded(text, found)
        except TimeoutError:
            self._meters.lookups.labels("any", "late").inc()
        return found

    async def _followed(self, text: str, understanding: Understanding) -> Understanding:
        """Resolved again with what the short links lead to."""
        if not self._links:
            return understanding
        followed: dict[str, links.Point | links.Query] = {}
        for url in short_links(text):
            target = await self._asked("short link", self._links.follow(url))
            if target is not None:
                followed[url] = target
        if not followed:
            return understanding
        resolution = self._places.resolve(text, followed)
        return replace(
            understanding,
            place=resolution.place,
            places=resolution.candidates,
            outside=resolution.outside is not None and resolution.place is None,
        )

    async def _geocoded(self, text: str, understanding: Understanding) -> Understanding:
        """With candidates of the geocoder, where the gazetteer has found words but no place."""
        words = words_to_ask(self._mentions(text, understanding))
        if not (self._geocoder and words):
            return understanding
        places = await self._asked("geocoder", self._geocoder.find(words))
        return replace(understanding, places=places or ())

    def _mentions(self, text: str, understanding: Understanding) -> tuple[Mention, ...]:
        if understanding.place or understanding.places or understanding.outside:
            return ()  # the gazetteer knows: nobody overrules it
        return self._places.resolve(text).mentions

    async def _asked(self, what: str, question: Awaitable[_Answer]) -> _Answer | None:
        try:
            answer = await question
        except LookupFailedError as error:
            self._meters.lookups.labels(what, str(error)).inc()
            return None
        except Exception:  # noqa: BLE001 - whatever a stranger's server made of it, the text goes on
            self._meters.lookups.labels(what, "failed").inc()
            return None
        self._meters.lookups.labels(what, "found" if answer else "nothing").inc()
        return answer

    async def close(self) -> None:
        """Let go of all connections."""
        if self._links:
            await self._links.close()
        if self._geocoder:
            await self._geocoder.close()


def open_whereabouts(settings: Nlu, places: CityMap, meters: Meters) -> Whereabouts:
    """Who may be asked about places, as config.yml says; nobody is asked yet."""
    said = settings.nominatim
    server = Server(
        url=str(said.url),
        email=said.email,
        timeout_s=said.timeout_s,
        per_second=said.per_second,
        country=said.country,
    )
    asked = settings.geocoder == "nominatim"
    return Whereabouts(
        places,
        meters,
        links=ShortLinks(SafeHttp(timeout_s=WAIT_S)) if settings.short_links else None,
        geocoder=Nominatim(server, locate=places.locate) if asked else None,
    )


def short_links(text: str) -> list[str]:
    """The first short links of a text, each once; none where the text tells a point itself."""
    targets = [link.target for link in links.find(text)]
    if any(isinstance(target, links.Point) for target in targets):
        return []
    urls = (target.url for target in targets if isinstance(target, links.ShortLink))
    return list(dict.fromkeys(urls))[:MOST_LINKS]


def words_to_ask(mentions: Sequence[Mention]) -> str:
    """The words that name a place, and nothing else of the text; "" when there are none."""
    names = dict.fromkeys(one.name for one in mentions if one.kind in _ASKED)
    return ", ".join(names)[:_LONGEST]

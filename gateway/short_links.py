"""Follows the short links of map services to the point that they hide.

    links = ShortLinks(SafeHttp(timeout_s=1.5))
    await links.follow("https://maps.app.goo.gl/AbC12")  # Point(-6.2, 106.8), or None

A point is read off the addresses of the redirects; no page is ever read.
"""

from __future__ import annotations

from collections import OrderedDict
from urllib.parse import parse_qs, urlsplit

import aiohttp
from yarl import URL

from gateway.lookups import LookupFailedError
from gateway.safe_http import SafeHttp, UnsafeUrlError, joined
from nlu.engines.breaker import Breaker
from nlu.places.links import SHORT_HOSTS, Point, Query, read_url

HOPS = 4
KEPT = 2000  # links whose targets are remembered
#: Where a redirect of a short link may lead.
MAP_HOSTS = frozenset(
    {
        "google.com", "www.google.com", "maps.google.com", "google.co.id", "www.google.co.id",
        "maps.google.co.id", "consent.google.com", "waze.com", "www.waze.com", "ul.waze.com",
        "openstreetmap.org", "www.openstreetmap.org", "osm.org", "maps.apple.com",
    }
)  # fmt: skip


class ShortLinks:
    """Asks where short links lead, remembers it, and leaves a network that fails alone."""

    def __init__(self, http: SafeHttp, *, breaker: Breaker | None = None) -> None:
        self._http = http
        self._breaker = breaker or Breaker(failures=5, wait_s=30.0)
        self._known: OrderedDict[str, Point | Query | None] = OrderedDict()

    async def follow(self, url: str) -> Point | Query | None:
        """What a short link leads to: a point, words to search for, or nothing of use.

        Raises: LookupFailedError, when the network does not tell (reason: open, failed, unsafe).
        """
        if url in self._known:
            self._known.move_to_end(url)
            return self._known[url]
        if not self._breaker.allow():
            raise LookupFailedError("open")
        try:
            target = await self._ask(url)
        except (UnsafeUrlError, ValueError) as error:
            self._breaker.succeeded()  # the network is well, the link is not
            self._remember(url, None)
            raise LookupFailedError("unsafe") from error
        except (aiohttp.ClientError, OSError) as error:
            self._breaker.failed()
            raise LookupFailedError("failed") from error
        except BaseException:  # cancelled: the time that a text may wait is over
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        self._remember(url, target)
        return target

    def _remember(self, url: str, target: Point | Query | None) -> None:
        self._known[url] = target
        while len(self._known) > KEPT:
            self._known.popitem(last=False)

    async def _ask(self, url: str) -> Point | Query | None:
        url = secured(url)
        for hop in range(HOPS):
            known = SHORT_HOSTS if hop == 0 else SHORT_HOSTS | MAP_HOSTS
            async with self._http.get(url, may=known.__contains__) as response:
                location = response.headers.get("Location", "")
                if not location:
                    return None
                url = secured(joined(response.url, location))
            target = read_url(_consented(url))
            if isinstance(target, Point | Query):
                return target
        return None

    async def close(self) -> None:
        """Let go of all connections."""
        await self._http.close()


def secured(url: str) -> str:
    """The same address over https: what citizens copy often has http, or no scheme at all."""
    if "://" not in url:
        return f"https://{url}"
    address = URL(url)
    plain = address.scheme == "http" and address.port in {80, None}
    return str(address.with_scheme("https").with_port(None)) if plain else url


def _consented(url: str) -> str:
    """Behind the page that asks Europeans for consent: where they wanted to go."""
    parts = urlsplit(url)
    if parts.hostname != "consent.google.com":
        return url
    return parse_qs(parts.query).get("continue", [url])[0]

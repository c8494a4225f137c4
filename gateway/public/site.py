"""GET /t/<TICKET>: how a complaint stands. GET /t/: a form that asks for the number.

A mistyped number and one that nobody has get the same answer, 404 with the form.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web

from channels.pages import client_of, preferred
from dialogs.phrasebook import LOCALES
from gateway.gallery import Gallery
from gateway.public.pace import Pace
from gateway.public.pages import Pages
from nlu import ticket
from store import publishing
from store.database import Database, StoreError

log = structlog.get_logger()

PAGES_A_MINUTE = 60  # of one address; photos of a page count too
_LONGEST = 60  # characters of a number, with whatever stands around it

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class TicketSite:
    """The routes, with all that they share."""

    def __init__(
        self,
        database: Database,
        gallery: Gallery,
        *,
        zone: ZoneInfo,
        behind_proxy: bool = False,
        a_minute: int = PAGES_A_MINUTE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._gallery = gallery
        self._pages = Pages(zone=zone)
        self._behind_proxy = behind_proxy
        self._pace = Pace(a_minute)
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """Everything below /t."""
        return [
            web.get("/t", self._guarded(self.lookup)),
            web.get("/t/", self._guarded(self.lookup)),
            web.get("/t/{number}", self._guarded(self.complaint)),
            web.get(r"/t/{number}/{photo:\d{1,19}}.jpg", self._guarded(self.photo)),
        ]

    def _guarded(self, handler: Handler) -> Handler:
        """Slow an address that asks too much, and say so when the store is away."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            wait = self._pace.wait_s(
                client_of(request, behind_proxy=self._behind_proxy), self._clock()
            )
            if wait:
                response = self._pages.sorry(language_of(request), 429, "page_too_often")
                response.headers["Retry-After"] = str(wait)
                return response
            try:
                return await handler(request)
            except StoreError as error:
                log.error("page.store_away", reason=str(error))
                response = self._pages.sorry(language_of(request), 503, "page_away")
                response.headers["Retry-After"] = "5"
                return response

        return guarded

    async def lookup(self, request: web.Request) -> web.StreamResponse:
        """The form, or on to the page of the number that was typed into it."""
        typed = request.query.get("number", "")
        if not typed:
            return self._pages.form(language_of(request))
        number = read_number(typed)
        if number is None:
            return self._missing(request)
        raise web.HTTPSeeOther(_with_language(request, f"/t/{number}"))

    async def complaint(self, request: web.Request) -> web.StreamResponse:
        """The page of one complaint."""
        asked = request.match_info["number"]
        number = read_number(asked)
        if number is None:
            return self._missing(request)
        async with self._database.read() as connection:
            found = await publishing.public(connection, number)
        if found is None:
            return self._missing(request)
        if asked != number:
            raise web.HTTPFound(_with_language(request, f"/t/{number}"))
        return self._pages.complaint(found, language_of(request))

    async def photo(self, request: web.Request) -> web.StreamResponse:
        """A published photo."""
        number = read_number(request.match_info["number"])
        content = None
        photo_id = int(request.match_info["photo"])
        if number is not None and photo_id < 2**63:
            content = await self._gallery.published(number, photo_id)
        if content is None:
            return self._missing(request)
        headers = {"Cache-Control": "private, max-age=300", "X-Robots-Tag": "noindex"}
        return web.Response(body=content, content_type="image/jpeg", headers=headers)

    def _missing(self, request: web.Request) -> web.Response:
        return self._pages.sorry(language_of(request), 404, "page_missing")


def read_number(typed: str) -> str | None:
    """A ticket number in its written form, with or without its prefix; None when mistyped."""
    if len(typed) > _LONGEST:
        return None
    found = ticket.find(typed) or ticket.find(f"{ticket.PREFIX} {typed.strip()}")
    return found[0][0] if len(found) == 1 else None


def language_of(request: web.Request) -> str:
    """The language that the reader chose, else his browser's."""
    chosen = request.query.get("lang", "")
    return chosen if chosen in LOCALES else preferred(request.headers.get("Accept-Language", ""))


def _with_language(request: web.Request, path: str) -> str:
    chosen = request.query.get("lang", "")
    return f"{path}?lang={chosen}" if chosen in LOCALES else path

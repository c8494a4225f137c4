"""Who may come in: sessions, rights, forms that nobody else may send, and the pages' policy.

A handler behind `guarded` finds who asks by `visitor(request)` (visitor.py). A form carries `csrf`,
a script the header X-CSRF-Token: an HMAC under the session's own secret, which no other site reads.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import urlencode

import structlog
from aiohttp import web

from channels.pages import Tiles
from console import cookies, pages
from console.desk import Desk
from console.origin import HOME, is_foreign, is_our_page
from console.people import doorstep
from console.rights import Right
from console.visitor import VISITOR, Visitor
from store import accounts
from store.database import StoreError

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LOGIN = "/console/login"
PROVEN_FOR = timedelta(minutes=30)  # who changes accounts has signed in lately, or does so again
_SAFE = frozenset({"GET", "HEAD"})
_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def cookie_name(desk: Desk) -> str:
    """The session's cookie."""
    return cookies.name_of(desk, cookies.SESSION)


def csrf_of(secret: str) -> str:
    """The token that forms of this session carry."""
    return hmac.digest(secret.encode(), b"kanal console form", "sha256").hex()


def guarded(desk: Desk, handler: Handler, right: Right = Right.LOOK) -> Handler:
    """Let `handler` answer only whom it may: signed in, with this right, by a form of ours.

    Whoever changes accounts proves who he is again, when he signed in a while ago: a desk that was
    left open does not make admins.
    """

    async def guarded_handler(request: web.Request) -> web.StreamResponse:
        found = await _visitor(desk, request)
        if found is None:
            return await _sign_in(desk, request)
        request[VISITOR] = found
        if request.method not in _SAFE and not await _is_ours(desk, request, found):
            return await _not_ours(desk, request, found)
        if not found.may(right):
            return pages.refusal(request, 403, "denied")
        is_old = found.proved_at < desk.clock() - PROVEN_FOR
        if right is Right.PEOPLE and request.method not in _SAFE and is_old:
            typed = await doorstep.typed_in(request)
            return doorstep.sign_in(
                desk, request, status=401, typed=typed, name=found.name, error="prove"
            )
        return await handler(request)

    return unguarded(desk, guarded_handler)


def unguarded(desk: Desk, handler: Handler) -> Handler:
    """Let anybody ask: the pages before one is signed in. Every answer keeps the pages' policy."""

    async def unguarded_handler(request: web.Request) -> web.StreamResponse:
        try:
            if await _is_odd(request):
                response: web.StreamResponse = pages.refusal(request, 400, "odd")
            else:
                response = await handler(request)
        except web.HTTPException as leaving:
            harden(leaving, desk.tiles)
            raise
        except StoreError as error:
            log.error("console.store_away", reason=str(error))
            response = pages.refusal(request, 503, "away")
            response.headers["Retry-After"] = "5"
        return harden(response, desk.tiles)

    return unguarded_handler


async def _is_odd(request: web.Request) -> bool:
    """Whether an address or a form holds U+0000: nobody types it, and PostgreSQL keeps none."""
    if "\0" in request.path or "\0" in request.query_string:
        return True
    if request.method in _SAFE or request.content_type not in _FORMS:
        return False
    return any(
        isinstance(value, str) and "\0" in value for value in (await request.post()).values()
    )


async def _visitor(desk: Desk, request: web.Request) -> Visitor | None:
    secret = cookies.read(desk, request, cookies.SESSION)
    if not secret:
        return None
    now = desk.clock()
    async with desk.database.read() as connection:
        found = await accounts.signed_in(connection, secret, now=now, lifetime=desk.lifetime)
    if found is None:
        return None
    if found.is_stale and _is_by_hand(request):
        async with desk.database.begin() as connection:
            await accounts.seen(connection, secret, now)
    return Visitor(
        account=found.person, secret=secret, csrf=csrf_of(secret), proved_at=found.proved_at
    )


def _is_by_hand(request: web.Request) -> bool:
    """Whether a person asks. What a page that was left open asks by itself keeps no session alive.

    That is: parts of a page that renew themselves, and streams of events.
    """
    is_stream = "text/event-stream" in request.headers.get("Accept", "")
    return request.method not in _SAFE or not (is_stream or pages.is_fragment(request))


async def _is_ours(desk: Desk, request: web.Request, found: Visitor) -> bool:
    if is_foreign(desk, request):
        return False
    given = request.headers.get("X-CSRF-Token", "")
    if not given and request.content_type != "application/json":
        typed = (await request.post()).get("csrf", "")
        given = typed if isinstance(typed, str) else ""
    return hmac.compare_digest(given.encode(), found.csrf.encode())


async def _not_ours(desk: Desk, request: web.Request, found: Visitor) -> web.Response:
    """A form without this session's token. One of our own pages has had it since an earlier one."""
    if not is_our_page(desk, request):
        return pages.refusal(request, 403, "forged")
    if pages.is_fragment(request):
        return _stays(403, json.dumps({"console:renewed": {"csrf": found.csrf}}))
    typed = await doorstep.typed_in(request)
    return doorstep.send_again(request, typed) if typed else pages.refusal(request, 403, "forged")


async def _sign_in(desk: Desk, request: web.Request) -> web.StreamResponse:
    """To the form that asks who he is, and back. What was typed waits there, or on its page."""
    if pages.is_fragment(request):
        if request.method in _SAFE:
            return web.Response(status=401, headers={"HX-Redirect": f"{LOGIN}?{_next(HOME)}"})
        return _stays(401, "console:signed-out")
    if request.method in _SAFE:
        raise web.HTTPSeeOther(f"{LOGIN}?{_next(request.path_qs)}")
    typed = await doorstep.typed_in(request) if is_our_page(desk, request) else None
    return doorstep.sign_in(desk, request, status=401, typed=typed, error="expired")


def _stays(status: int, event: str) -> web.Response:
    """Tell a page's script (session.js) what is the case; the page stays as it is."""
    return web.Response(status=status, headers={"HX-Trigger": event, "HX-Reswap": "none"})


def _next(path: str) -> str:
    return urlencode({"next": path})


def harden(response: web.StreamResponse, tiles: Tiles) -> web.StreamResponse:
    """The policy of every page: nothing from elsewhere, nothing inline, nobody frames it."""
    if not response.prepared:
        images = " ".join(filter(None, ["'self'", "data:", "blob:", tiles.origin]))
        response.headers.setdefault(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            f"img-src {images}; font-src 'self'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'",
        )
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow, noarchive")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    return response

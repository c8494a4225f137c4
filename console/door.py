"""Who may come in: sessions, rights, forms that nobody else may send, and the pages' policy.

A handler behind `guarded` finds who asks by `visitor(request)` (visitor.py). A form carries `csrf`,
a script the header X-CSRF-Token: an HMAC under the session's own secret, which no other site reads.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

import structlog
from aiohttp import web

from channels.pages import Tiles
from console import pages
from console.desk import Desk
from console.rights import Right
from console.visitor import VISITOR, Visitor
from store import accounts
from store.database import StoreError

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LOGIN = "/console/login"
_SAFE = frozenset({"GET", "HEAD"})


def cookie_name(desk: Desk) -> str:
    """The session's cookie. `__Host-`: from this host alone, encrypted, for every path."""
    return "__Host-kanal_session" if desk.is_https else "kanal_session"


def csrf_of(secret: str) -> str:
    """The token that forms of this session carry."""
    return hmac.digest(secret.encode(), b"kanal console form", "sha256").hex()


def guarded(desk: Desk, handler: Handler, right: Right = Right.LOOK) -> Handler:
    """Let `handler` answer only whom it may: signed in, with this right, by a form of ours."""

    async def guarded_handler(request: web.Request) -> web.StreamResponse:
        try:
            found = await _visitor(desk, request)
            if found is None:
                return _sign_in(request)
            request[VISITOR] = found
            if request.method not in _SAFE and not await _is_ours(request, found):
                response: web.StreamResponse = pages.refusal(request, 403, "forged")
            elif not found.may(right):
                response = pages.refusal(request, 403, "denied")
            else:
                response = await handler(request)
        except StoreError as error:
            log.error("console.store_away", reason=str(error))
            response = pages.refusal(request, 503, "away")
            response.headers["Retry-After"] = "5"
        return harden(response, desk.tiles)

    return guarded_handler


async def _visitor(desk: Desk, request: web.Request) -> Visitor | None:
    secret = request.cookies.get(cookie_name(desk), "")
    if not secret:
        return None
    now = desk.clock()
    async with desk.database.read() as connection:
        found = await accounts.signed_in(connection, secret, now=now, lifetime=desk.lifetime)
    if found is None:
        return None
    person, is_stale = found
    if is_stale:
        async with desk.database.begin() as connection:
            await accounts.seen(connection, secret, now)
    return Visitor(account=person, secret=secret, csrf=csrf_of(secret))


async def _is_ours(request: web.Request, found: Visitor) -> bool:
    given = request.headers.get("X-CSRF-Token", "")
    if not given and request.content_type != "application/json":
        typed = (await request.post()).get("csrf", "")
        given = typed if isinstance(typed, str) else ""
    return hmac.compare_digest(given.encode(), found.csrf.encode())


def _sign_in(request: web.Request) -> web.StreamResponse:
    """To the form that asks who he is, and back; a script is told where to go."""
    back = request.path_qs if request.method in _SAFE else "/console/"
    if pages.is_fragment(request):
        return web.Response(status=401, headers={"HX-Redirect": f"{LOGIN}?{_next('/console/')}"})
    raise web.HTTPSeeOther(f"{LOGIN}?{_next(back)}")


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
    return response

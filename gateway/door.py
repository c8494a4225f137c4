"""The public door: webhooks, the channels' own pages, health. HTTP in, T1, then the answer."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime

import structlog
from aiohttp import web

from channels.adapter import Challenged, Channel, Raw, Site, StoreAway, Webhook
from gateway.intake import Door
from gateway.metrics import Meters

log = structlog.get_logger()

MOST_BYTES = 32_000_000  # of one request; what a channel allows may be less
_TRY_AGAIN_S = "5"

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'",
    "X-Frame-Options": "DENY",
}
_FRAMED = re.compile(r"frame-ancestors https?:")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def _harden(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Headers that every answer carries; a page may set a policy of its own first."""
    try:
        response = await handler(request)
    except web.HTTPException as leaving:  # a redirect that was raised is an answer too
        _put_headers(leaving)
        raise
    _put_headers(response)
    return response


def _put_headers(response: web.StreamResponse) -> None:
    if not response.prepared:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if _FRAMED.search(response.headers["Content-Security-Policy"]):
            del response.headers["X-Frame-Options"]  # it cannot name who may


def webhook_route(door: Door, webhook: Webhook, meters: Meters) -> web.RouteDef:
    """POST /channels/<name>/<account>: verify, keep, acknowledge, in this order."""

    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        if not webhook.verify(headers, body):
            meters.refused.labels(door.channel, "signature").inc()
            return web.Response(status=401)
        kept = {name: headers[name] for name in webhook.kept_headers if name in headers}
        raw = Raw(body=body, received_at=datetime.now(UTC), envelope=kept)
        try:
            accepted = await door(raw)
        except StoreAway:
            return web.Response(status=503, headers={"Retry-After": _TRY_AGAIN_S})
        reply = webhook.acknowledge(accepted)
        return web.Response(
            status=reply.status, body=reply.body, headers={"Content-Type": reply.content_type}
        )

    return web.post(f"/channels/{door.channel}/{door.account}", receive)


def challenge_route(door: Door, challenged: Challenged, meters: Meters) -> web.RouteDef:
    """GET /channels/<name>/<account>: the provider asks who we are."""

    async def answer(request: web.Request) -> web.Response:
        reply = challenged.challenge(dict(request.query))
        if reply is None:
            meters.refused.labels(door.channel, "challenge").inc()
            return web.Response(status=401)
        return web.Response(
            status=reply.status, body=reply.body, headers={"Content-Type": reply.content_type}
        )

    return web.get(f"/channels/{door.channel}/{door.account}", answer)


def build(
    doors: Mapping[tuple[str, str], Door],
    ready: Callable[[], Awaitable[str]],
    meters: Meters,
    pages: Iterable[web.AbstractRouteDef] = (),
) -> web.Application:
    """Make the application: a route per webhook, the channels' sites, our own `pages`, health.

    `ready` returns "" when the gateway can do its work, else what is wrong.
    """
    app = web.Application(middlewares=[_harden], client_max_size=MOST_BYTES)

    async def live(_: web.Request) -> web.Response:
        return web.json_response({"status": "live"})

    async def is_ready(_: web.Request) -> web.Response:
        wrong = await ready()
        body = {"status": "ready"} if not wrong else {"status": "not ready", "reason": wrong}
        return web.json_response(body, status=503 if wrong else 200)

    app.add_routes([web.get("/health/live", live), web.get("/health/ready", is_ready)])
    app.add_routes(pages)
    for door in doors.values():
        adapter: Channel = door.adapter
        if isinstance(adapter, Webhook):
            app.add_routes([webhook_route(door, adapter, meters)])
        if isinstance(adapter, Challenged):
            app.add_routes([challenge_route(door, adapter, meters)])
        if isinstance(adapter, Site):
            app.add_routes(adapter.routes(door))
    return app

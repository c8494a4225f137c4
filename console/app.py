"""Every route of the console, room by room."""

from __future__ import annotations

from aiohttp import web

from console import api, correct, overview, pages, queue, report, teach
from console.answer import pages as answer
from console.desk import Desk
from console.people import routes as people
from console.teach.trainer import Trainer


def routes(desk: Desk) -> list[web.RouteDef]:
    """All that is served below /console and /api."""
    pages.environment().globals["zone"] = desk.zone
    trainer = Trainer(desk)
    return [
        web.get(r"/console/static/{digest}/{name:.+}", serve),
        *overview.routes(desk),
        *people.routes(desk),
        *report.routes(desk),
        *correct.routes(desk),
        *teach.routes(desk, trainer),
        *api.routes(desk, trainer),
        *answer.routes(desk),
        *queue.routes(desk),
    ]


async def serve(request: web.Request) -> web.StreamResponse:
    """A script, a style or an icon; nothing else has a name here."""
    return pages.static().serve(
        request.match_info["digest"],
        request.match_info["name"],
        request.headers.get("Accept-Encoding", ""),
    )

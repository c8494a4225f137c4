"""The list's own forms: looked at; views that are kept and forgotten."""

from __future__ import annotations

from urllib.parse import parse_qsl

from aiohttp import web

from console import pages
from console.correct.typed import number as typed_number
from console.desk import Desk
from console.queue import acts
from console.queue.asked import Asked
from console.rights import Right
from console.visitor import visitor
from store.views import ViewRefusedError


class Forms:
    """Each leads back to the queue as it was filtered."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def seen(self, request: web.Request) -> web.StreamResponse:
        """A talk, a message or a dead letter has been looked at."""
        form = await request.post()
        kind, number = str(form.get("kind", "")), typed_number(form.get("id"))
        try:
            await acts.seen(self._desk, kind, number, actor=visitor(request).name)
        except (LookupError, ValueError):
            return pages.refusal(request, 404, "missing")
        if pages.is_fragment(request):
            return web.Response(text="", content_type="text/html")  # the row goes
        raise _back(str(form.get("back", "")))

    async def save_view(self, request: web.Request) -> web.StreamResponse:
        """Keep the filter under a name; moderators may keep one for everybody."""
        me, form = visitor(request), await request.post()
        asked = _read(str(form.get("query", "")))
        shared = form.get("shared") == "on" and me.may(Right.CORRECT)
        name = str(form.get("name", ""))
        try:
            await acts.save_view(self._desk, me.account, name, asked, shared=shared)
        except ViewRefusedError:
            return pages.refusal(request, 400, "view")
        raise _back(asked.query())

    async def delete_view(self, request: web.Request) -> web.StreamResponse:
        """Forget a view of one's own; moderators may delete everybody's."""
        me, form = visitor(request), await request.post()
        number = typed_number(request.match_info["view"])
        try:
            shared_too = me.may(Right.CORRECT)
            await acts.delete_view(self._desk, me.account, number, shared_too=shared_too)
        except LookupError:
            return pages.refusal(request, 404, "missing")
        raise _back(str(form.get("back", "")))


def _read(query: str) -> Asked:
    """A filter, whatever a form sent."""
    return Asked.read(dict(parse_qsl(query[:4000])))


def _back(query: str) -> web.HTTPSeeOther:
    """To the queue as it was filtered, and nowhere else."""
    wanted = _read(query).query()
    return web.HTTPSeeOther(f"/console/?{wanted}" if wanted else "/console/")

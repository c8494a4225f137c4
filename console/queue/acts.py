"""What is done in the list itself: something that is no complaint was looked at; views are kept."""

from __future__ import annotations

from urllib.parse import parse_qsl

from aiohttp import web

from console import pages
from console.desk import Desk
from console.queue.asked import Asked
from console.rights import Right
from console.visitor import visitor
from store import audit, loose, views
from store.audit import Deed
from store.views import ViewRefusedError


class Acts:
    """Each is one transaction with its entry in the audit log."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def seen(self, request: web.Request) -> web.StreamResponse:
        """A talk, a message or a dead letter has been looked at: it waits no longer."""
        me, form, now = visitor(request), await request.post(), self._desk.clock()
        kind, number = str(form.get("kind", "")), str(form.get("id", ""))
        if kind not in loose.KINDS or not number.isdecimal() or int(number) >= 1 << 63:
            return pages.refusal(request, 404, "missing")
        async with self._desk.database.begin() as connection:
            await loose.settle(connection, kind, int(number), actor=me.name, now=now)
            deed = Deed(actor=me.name, act="queue.seen", subject=f"{kind}:{number}", at=now)
            await audit.append(connection, self._desk.ids, deed)
        self._desk.news.tell()
        if pages.is_fragment(request):
            return web.Response(text="", content_type="text/html")  # the row goes
        raise _back(str(form.get("back", "")))

    async def save_view(self, request: web.Request) -> web.StreamResponse:
        """Keep the filter under a name; moderators may keep one for everybody."""
        me, form, now = visitor(request), await request.post(), self._desk.clock()
        query = _clean(str(form.get("query", "")))
        shared = form.get("shared") == "on" and me.may(Right.CORRECT)
        name = str(form.get("name", ""))
        try:
            async with self._desk.database.begin() as connection:
                number = await views.save(
                    connection,
                    self._desk.ids,
                    owner=None if shared else me.account.id,
                    name=name,
                    query=query,
                    now=now,
                )
                deed = Deed(actor=me.name, act="queue.save_view", subject=str(number), at=now)
                await audit.append(connection, self._desk.ids, deed)
        except ViewRefusedError:
            return pages.refusal(request, 400, "view")
        raise _back(query)

    async def delete_view(self, request: web.Request) -> web.StreamResponse:
        """Forget a view of one's own; moderators may delete everybody's."""
        me, form, now = visitor(request), await request.post(), self._desk.clock()
        number = request.match_info["view"]
        if not number.isdecimal() or int(number) >= 1 << 63:
            return pages.refusal(request, 404, "missing")
        try:
            async with self._desk.database.begin() as connection:
                await views.drop(
                    connection,
                    int(number),
                    owner=me.account.id,
                    shared_too=me.may(Right.CORRECT),
                )
                deed = Deed(actor=me.name, act="queue.delete_view", subject=number, at=now)
                await audit.append(connection, self._desk.ids, deed)
        except LookupError:
            return pages.refusal(request, 404, "missing")
        raise _back(str(form.get("back", "")))


def _clean(query: str) -> str:
    """A filter as an address holds it, whatever a form sent."""
    return Asked.read(dict(parse_qsl(query[:4000]))).query()


def _back(query: str) -> web.HTTPSeeOther:
    """To the queue as it was filtered, and nowhere else."""
    wanted = _clean(query)
    return web.HTTPSeeOther(f"/console/?{wanted}" if wanted else "/console/")

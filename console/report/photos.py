"""Photos: shown to whoever may see their report, made unreadable in parts, published."""

from __future__ import annotations

from aiohttp import web

from console import pages
from console.desk import Desk
from console.door import guarded
from console.report import acts
from console.report.acts import By, MissingError
from console.report.changing import changed
from console.report.unreadable import parts_of
from console.rights import Right
from console.visitor import visitor

_ID = r"{photo:\d{1,18}}"


def routes(desk: Desk) -> list[web.RouteDef]:
    """The files, and the forms beside them."""
    site = _Photos(desk)
    here = rf"/console/reports/{{ticket}}/photos/{_ID}"
    return [
        web.get(rf"/console/photos/{_ID}.jpg", guarded(desk, site.file)),
        web.post(f"{here}/unreadable", guarded(desk, site.unreadable, Right.ANSWER)),
        web.post(f"{here}/published", guarded(desk, site.published, Right.ANSWER)),
    ]


class _Photos:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A photo as it is kept."""
        number = int(request.match_info["photo"])
        try:
            content = await acts.content_of(self._desk, number, visitor(request).scope)
        except MissingError:
            return pages.refusal(request, 404, "missing")
        headers = {"X-Content-Type-Options": "nosniff", "Content-Disposition": "inline"}
        return web.Response(body=content, content_type="image/jpeg", headers=headers)

    async def unreadable(self, request: web.Request) -> web.StreamResponse:
        """A copy with parts that nobody can read."""
        form = await request.post()
        columns = [[str(one) for one in form.getall(name, [])] for name in ("x", "y", "w", "h")]
        photo = int(request.match_info["photo"])
        turn = str(form.get("turn", "0"))

        async def act(ticket: str, by: By) -> None:
            parts = parts_of(list(zip(*columns, strict=False)))
            await acts.make_unreadable(
                self._desk,
                ticket,
                photo,
                parts,
                turn=int(turn) if turn.isdecimal() else 0,
                publish=form.get("publish") == "1",
                by=by,
            )

        return await changed(request, act, anchor="photos")

    async def published(self, request: web.Request) -> web.StreamResponse:
        """Let everybody see it, or take it back."""
        shown = (await request.post()).get("shown") == "1"
        photo = int(request.match_info["photo"])

        async def act(ticket: str, by: By) -> None:
            await acts.publish_photo(self._desk, ticket, photo, shown=shown, by=by)

        return await changed(request, act, anchor="photos")

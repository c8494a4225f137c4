"""Where a report is: looked up and shown first, saved then."""

from __future__ import annotations

from aiohttp import web

from console import pages
from console.desk import Desk
from console.door import guarded
from console.report import acts
from console.report.acts import By
from console.report.changing import address, changed
from console.report.where import FIELDS, Found, look
from console.rights import Right
from console.visitor import visitor
from store import dossier


def routes(desk: Desk) -> list[web.RouteDef]:
    """The look-up and what is saved."""
    site = _Place(desk)
    path = "/console/reports/{ticket}/place"
    return [
        web.get(path, guarded(desk, site.found, Right.CORRECT)),
        web.post(path, guarded(desk, site.saved, Right.CORRECT)),
    ]


class _Place:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def found(self, request: web.Request) -> web.StreamResponse:
        """What lies there; nothing is changed."""
        ticket = request.match_info["ticket"]
        async with self._desk.database.read() as connection:
            report = await dossier.of(connection, ticket, visitor(request).scope)
        if report is None:
            return pages.refusal(request, 404, "missing")
        typed = {name: request.query.get(name, "") for name in FIELDS}
        return self._shown(request, report.rev, look(self._desk, **typed), typed)

    async def saved(self, request: web.Request) -> web.StreamResponse:
        """The same, taken on."""
        form = await request.post()
        typed = {name: str(form.get(name, "")) for name in FIELDS}
        found = look(self._desk, **typed)
        if found.spot is None:
            rev = str(form.get("rev", ""))
            return self._shown(request, rev, found, typed, status=422)
        spot = found.spot

        async def act(ticket: str, by: By) -> None:
            await acts.place(self._desk, ticket, spot, by=by)

        return await changed(request, act, anchor="place")

    def _shown(
        self,
        request: web.Request,
        rev: int | str,
        found: Found,
        typed: dict[str, str],
        status: int = 200,
    ) -> web.Response:
        ticket = request.match_info["ticket"]
        query = "&".join(
            part
            for part in request.query_string.split("&")
            if part.partition("=")[0] not in FIELDS and part
        )
        return pages.render(
            request,
            "report/found.html",
            status=status,
            ticket=ticket,
            rev=rev,
            found=found,
            typed=typed,
            query=query,
            back=address(ticket, query),
        )

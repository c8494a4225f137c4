"""The words that everybody may read on the ticket's page."""

from __future__ import annotations

from aiohttp import web

from console.desk import Desk
from console.door import guarded
from console.report import acts
from console.report.acts import By
from console.report.changing import changed
from console.rights import Right


def routes(desk: Desk) -> list[web.RouteDef]:
    """The form that publishes words."""

    async def published(request: web.Request) -> web.StreamResponse:
        form = await request.post()
        text = str(form.get("text", "")) if form.get("shown") == "1" else ""

        async def act(ticket: str, by: By) -> None:
            await acts.publish_words(desk, ticket, text, by=by)

        return await changed(request, act, anchor="published")

    path = "/console/reports/{ticket}/words"
    return [web.post(path, guarded(desk, published, Right.ANSWER))]

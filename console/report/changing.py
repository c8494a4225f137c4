"""What every form of a report's page shares: who acts, what he saw, and where he goes back to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from aiohttp import web

from console import pages
from console.correct.typed import number
from console.report.acts import By, TooLongError
from console.report.unreadable import BadPartError
from console.visitor import visitor
from store.pictures import EditedError
from store.revisions import ConflictError

Act = Callable[[str, By], Awaitable[None]]
_OURS = frozenset({"csrf", "rev"})  # fields that a form's second try gets anew


async def changed(request: web.Request, act: Act, *, anchor: str = "") -> web.StreamResponse:
    """Do what a form asks and go back to the report, or say why not; nothing typed is lost."""
    ticket = request.match_info["ticket"]
    me = visitor(request)
    by = By(actor=me.name, scope=me.scope, rev=await _rev(request))
    try:
        await act(ticket, by)
    except LookupError:
        return pages.refusal(request, 404, "missing")
    except ConflictError as conflict:
        return await _meanwhile(request, conflict)
    except (BadPartError, TooLongError, EditedError) as refused:
        key = {BadPartError: "bad_part", TooLongError: "too_long"}.get(type(refused), "edited")
        back = address(ticket, request.query_string)
        return pages.render(request, "report/refused.html", status=422, word=key, back=back)
    location = address(ticket, request.query_string) + (f"#{anchor}" if anchor else "")
    return web.Response(status=303, headers={"Location": location})


async def _rev(request: web.Request) -> int | None:
    typed = (await request.post()).get("rev")
    return number(typed) if typed else None


async def _meanwhile(request: web.Request, conflict: ConflictError) -> web.Response:
    """What happened since, and the same form once more."""
    form = await request.post()
    fields = [
        (name, value)
        for name, value in form.items()
        if isinstance(value, str) and name not in _OURS
    ]
    return pages.render(
        request,
        "report/changed.html",
        status=409,
        ticket=conflict.ticket,
        rev=conflict.rev,
        since=conflict.changes,
        fields=fields,
        action=request.path_qs,
        back=address(conflict.ticket, request.query_string),
    )


def address(ticket: str, query: str = "") -> str:
    """A report's page; `query` is that of the queue that it was opened from."""
    return f"/console/reports/{quote(ticket, safe='')}" + (f"?{query}" if query else "")

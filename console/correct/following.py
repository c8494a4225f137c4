"""The next report of the queue that nobody has looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote, urlencode

from sqlalchemy.ext.asyncio import AsyncConnection

from console.queue.asked import Asked
from store import desk
from store.desk import ANY, Cursor, Filter, Item
from store.scope import Scope

AT = "at"  # in an address: the report's place in the queue when it was opened
DONE = "/console/correct/done"


async def place_of(
    connection: AsyncConnection, ticket: str, query: Mapping[str, str], scope: Scope
) -> Cursor | None:
    """Where a report stands in the queue, or stood when it was opened; None: it is not there."""
    try:
        return Cursor.read(query.get(AT, ""))
    except ValueError:
        found = await desk.among(connection, [ticket], Filter(status=ANY), scope)
        return found[0].cursor if found else None


async def after(
    connection: AsyncConnection,
    ticket: str,
    place: Cursor | None,
    query: Mapping[str, str],
    scope: Scope,
    *,
    now: datetime,
) -> str:
    """The address of the report after a place, from the queue's beginning where it ends there."""
    which = replace(Asked.read(query).filter(now), unchecked=True)
    rows = await desk.conditions(connection, which, scope)
    for begin in dict.fromkeys((place, None)):
        page = await desk.page_of(connection, rows, (), begin, 2)
        for item in page.items:
            if item.ticket != ticket:
                return address(item, query)
    return f"{DONE}?{urlencode(_carried(query))}"


def address(item: Item, query: Mapping[str, str]) -> str:
    """A report's page, as it is opened from the queue."""
    return here(item.ticket, {**_carried(query), AT: str(item.cursor)})


def here(ticket: str, query: Mapping[str, str]) -> str:
    """A report's page."""
    said = urlencode(dict(query))
    return f"/console/reports/{quote(ticket, safe='')}" + (f"?{said}" if said else "")


def _carried(query: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in query.items() if name not in (AT, "why", "after")}

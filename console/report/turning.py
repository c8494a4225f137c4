"""The reports before and after one, in the queue that it was opened from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from console.queue.asked import Asked
from store import desk
from store.desk import Cursor, Item
from store.dossier import Dossier
from store.scope import Scope

AT = "at"  # the report's place in the queue when it was opened: it may have moved since


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """Addresses: where one goes from here; "" where the queue ends."""

    before: str
    after: str
    queue: str


async def of(
    connection: AsyncConnection,
    report: Dossier,
    query: Mapping[str, str],
    scope: Scope,
    now: datetime,
) -> Turn:
    """Where the reports beside this one are; the queue's filter is that of the address."""
    asked = Asked.read(query)
    place = _place(report, query.get(AT, ""))
    before, after = await desk.beside(connection, place, asked.filter(now), scope)
    return Turn(
        before=_address(before, asked),
        after=_address(after, asked),
        queue=f"/console/?{asked.query()}".rstrip("?"),
    )


def _place(report: Dossier, written: str) -> Cursor:
    try:
        return Cursor.read(written)
    except ValueError:
        return Cursor(urgency=report.urgency, at=report.filed_at, id=report.id)


def _address(item: Item | None, asked: Asked) -> str:
    if item is None:
        return ""
    return f"/console/reports/{item.ticket}?{asked.query(**{AT: str(item.cursor)})}"

"""The reports before and after one, in the queue that it was opened from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncConnection

from store import desk
from store.desk import Cursor, Filter
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
    connection: AsyncConnection, report: Dossier, query: Mapping[str, str], scope: Scope
) -> Turn:
    """Where the reports beside this one are; the filter is that of the address."""
    said = {name: value for name, value in query.items() if name not in (AT, "why")}
    place = _place(report, query.get(AT, ""))
    before, after = await desk.beside(connection, place, _wanted(said), scope)
    return Turn(
        before=_address(before, said),
        after=_address(after, said),
        queue="/console/" + (f"?{urlencode(said)}" if said else ""),
    )


def _wanted(said: Mapping[str, str]) -> Filter:
    """The queue's filter, as its own address says it."""
    return Filter(
        words=said.get("q", ""),
        category=said.get("category", ""),
        channel=said.get("channel", ""),
        area=said.get("area", ""),
        status=said.get("status", ""),
        agency=said.get("agency", ""),
    )


def _place(report: Dossier, written: str) -> Cursor:
    try:
        return Cursor.read(written)
    except ValueError:
        return Cursor(urgency=report.urgency, at=report.filed_at, id=report.id)


def _address(item: desk.Item | None, said: Mapping[str, str]) -> str:
    if item is None:
        return ""
    return f"/console/reports/{item.ticket}?{urlencode({**said, AT: str(item.cursor)})}"

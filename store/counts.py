"""How many there are of what in the queue: beside each choice of a filter stands its count."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store import desk
from store.desk import Cursor, Filter, Item, Page
from store.scope import Scope
from store.tables import Complaint, table

COMPLAINT = table(Complaint)
COUNTED = 2_000  # complaints that are counted at most: "2,000 or more"
FACETS = ("urgency", "status", "category", "channel", "agency", "kota")


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """How many there are of what, in a filter: `by["channel"]["sms"]`."""

    total: int  # COUNTED at most
    capped: bool  # there are more, and the counts are of the first COUNTED that were found
    by: Mapping[str, Mapping[Any, int]]  # FACETS


async def look(
    connection: AsyncConnection,
    wanted: Filter,
    scope: Scope,
    *,
    now: datetime,
    after: Cursor | None = None,
) -> tuple[Page, Tally]:
    """A page of the queue with its counts. Raises: ValueError for a bad area."""
    which = await desk.conditions(connection, wanted, scope)
    loose_ones = await desk.waiting_beside(connection, wanted, scope, now)
    page = await desk.page_of(connection, which, loose_ones, after)
    if after is None and page.next is None:
        return page, tally_of(page.items)
    return page, await tally(connection, which, loose_ones)


async def tally(
    connection: AsyncConnection,
    which: Collection[ColumnElement[bool]],
    loose_ones: Sequence[Item],
) -> Tally:
    """Count the complaints that these conditions hold, COUNTED at most, and what waits beside."""
    some = select(*(COMPLAINT.c[name] for name in FACETS)).where(*which).limit(COUNTED + 1)
    found = some.subquery()
    columns = [found.c[name] for name in FACETS]
    rows = (await connection.execute(select(*columns, func.count()).group_by(*columns))).all()
    by: dict[str, Counter[Any]] = defaultdict(Counter)
    for *values, count in rows:
        for name, value in zip(FACETS, values, strict=True):
            by[name][value] += count
    total = sum(count for *_, count in rows)
    _beside(by, loose_ones)
    return Tally(total=min(total, COUNTED), capped=total > COUNTED, by=by)


def tally_of(items: Sequence[Item]) -> Tally:
    """The counts of a page that holds all there is: nothing need be asked for."""
    filed = [item for item in items if item.ticket]
    by = {name: Counter(getattr(item, name) for item in filed) for name in FACETS}
    _beside(by, [item for item in items if not item.ticket])
    return Tally(total=len(filed), capped=False, by=by)


def _beside(by: Mapping[str, Counter[Any]], loose_ones: Sequence[Item]) -> None:
    for item in loose_ones:
        by["urgency"][item.urgency] += 1
        by["channel"][item.channel] += 1

"""What the overview counts of: the days as they are kept, those that changed counted again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC

from store import days
from store.database import Database
from store.days import Marked, Packed
from store.facts import Facts, together
from store.overview import Period
from store.scope import EVERYTHING, Scope

AT_ONCE = 7  # days that are counted in one transaction: a look after long holds nobody up


async def facts(database: Database, period: Period, scope: Scope = EVERYTHING) -> Facts:
    """What counts of the complaints of a period, as they are now. Raises: StoreError."""
    first, last = (at.astimezone(UTC).date() for at in (period.start, period.end))
    async with database.read() as connection:
        found, marked = await days.kept(connection, first, last)
    for some in _some(marked):
        found |= await _renew(database, some)
    packed = [found[day] for day in sorted(found)]
    return await asyncio.to_thread(
        lambda: together(packed).between(period.start, period.end, scope)
    )


async def catch_up(database: Database, most: int) -> int:
    """Count the days that changed, where more marks wait than so many; how many days it was.

    Raises: StoreError.
    """
    async with database.read() as connection:
        behind = await days.waiting(connection) > most
        marked = await days.marks(connection) if behind else []
    for some in _some(marked):
        await _renew(database, some)
    return len(marked)


def _some(marked: Sequence[Marked]) -> Iterator[Sequence[Marked]]:
    return (marked[begin : begin + AT_ONCE] for begin in range(0, len(marked), AT_ONCE))


async def _renew(database: Database, marked: Sequence[Marked]) -> dict[str, Packed]:
    async with database.read() as connection:
        counted = await days.count(connection, [one.day for one in marked])
    async with database.begin() as connection:
        await days.keep(connection, marked, counted)
    return counted

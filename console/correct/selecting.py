"""Which reports are corrected together: those of a filter, or those of it that look alike."""

from __future__ import annotations

import asyncio

from console.desk import Desk
from nlu.alike import likeness
from store import desk, dossier
from store.desk import Filter, Item
from store.scope import Scope

MOST = 1000  # reports of one selection
COMPARED = 4000  # reports of the filter whose words are compared with one
LIKE = 0.3  # likeness from which on a report is shown; those from TICKED on are ticked
TICKED = 0.5


async def of_filter(
    shared: Desk, which: Filter, scope: Scope, most: int = MOST
) -> tuple[list[Item], bool]:
    """The complaints of a filter in the queue's order, and whether there are more.

    Raises: ValueError for a bad area.
    """
    async with shared.database.read() as connection:
        rows = await desk.conditions(connection, which, scope)
        page = await desk.page_of(connection, rows, (), most=most)
    return list(page.items), page.next is not None


async def alike(
    shared: Desk, ticket: str, which: Filter, scope: Scope
) -> tuple[list[tuple[Item, float]], bool]:
    """Those of a filter that are like one report in words, itself first, then the likest.

    Each with its likeness, 0 to 1; and whether the filter holds more than were compared.
    Raises: LookupError for an unknown ticket; ValueError for a bad area.
    """
    async with shared.database.read() as connection:
        report = await dossier.of(connection, ticket, scope)
    if report is None:
        raise LookupError(f"no complaint has the number {ticket}")
    items, more = await of_filter(shared, which, scope, COMPARED)
    # On another thread: thousands of texts are a tenth of a second.
    like = await asyncio.to_thread(likeness, report.text, [one.text for one in items])
    near = sorted(
        ((item, float(share)) for share, item in zip(like, items, strict=True)
         if share >= LIKE or item.ticket == ticket),
        key=lambda pair: (pair[0].ticket != ticket, -pair[1]),
    )  # fmt: skip
    return near[:MOST], more

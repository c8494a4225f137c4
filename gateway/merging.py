"""A moderator merges two complaints: one status, and everybody concerned hears of it."""

from __future__ import annotations

from datetime import datetime

from gateway.unasked import unasked
from store import joining, outbox
from store.database import Database
from store.ids import Ids


async def merge(
    database: Database, ids: Ids, ticket: str, *, into: str, actor: str, now: datetime
) -> int:
    """Let `ticket` be a duplicate of `into`, in one transaction (T2); returns how many are told.

    Who filed or joined the first one is told the other number, and of all that happens to it.
    Raises: LookupError, IllegalMoveError, ValueError, StoreError.
    """
    told = 0
    async with database.begin() as connection:
        people = await joining.merge(connection, ids, ticket, into=into, actor=actor, now=now)
        for one in people:
            said = unasked(one, f"merged:{ids.next()}", "merged", ticket=ticket, into=into)
            if said is not None:
                row = outbox.row(ids, one.conversation_id, said, now)
                await outbox.put(connection, [row])
                told += 1
    return told

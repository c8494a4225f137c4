"""The reports whose correction would teach most. docs/nlu.md says how they are ranked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from nlu.learning.correction import plain_of
from nlu.learning.queue import Asked, Waiting, ranked
from nlu.slots.personal import masked
from store import corrections
from store.corrections import Kept
from store.database import Database
from store.waiting import Predicted, uncorrected

LOOKED_AT = 2000  # newest messages that are chosen from
KNOWN = 5000  # newest corrections that they are compared with


async def instructive(
    database: Database, most: int, *, looked_at: int = LOOKED_AT, known: int = KNOWN
) -> list[Asked]:
    """The texts to ask about first, masked."""
    async with database.read() as connection:
        waiting = await uncorrected(connection, looked_at)
        said = await corrections.newest(connection, known)
    return await asyncio.to_thread(_ranked, waiting, said, most)


def _ranked(waiting: Sequence[Predicted], said: Sequence[Kept], most: int) -> list[Asked]:
    chosen = [
        Waiting(
            inbox_id=one.inbox_id,
            ticket=one.ticket,
            masked=masked(one.text),
            plain=plain_of(one.text),
            candidates=one.understanding.candidates,
        )
        for one in waiting
    ]
    return ranked(chosen, [plain_of(one.text) for one in said], most)

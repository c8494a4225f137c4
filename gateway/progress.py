"""Progress reported back: no change of status without its message to the citizen."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from dialogs.conversation import Status
from gateway.media import Limits
from store import progress
from store.database import Database
from store.ids import Ids
from store.media import Kept
from store.progress import Result


async def change_status(
    database: Database,
    ids: Ids,
    ticket: str,
    status: Status,
    *,
    actor: str,
    note: str,
    now: datetime,
    photos: Sequence[Kept] = (),
    publish: bool = False,
) -> None:
    """Move a complaint and wake whoever follows it, in one transaction (T2).

    Raises: LookupError for an unknown ticket, IllegalMoveError, StoreError.
    """
    result = Result(status=status, actor=actor, note=note, photos=tuple(photos), publish=publish)
    async with database.begin() as connection:
        await progress.move(connection, ids, ticket, result, now)


async def keep_photos(contents: Sequence[bytes], folder: Path, limits: Limits) -> tuple[Kept, ...]:
    """Keep an officer's photos as a citizen's are kept: pixels only, upright, scaled down.

    Raises: PhotoRefusedError, naming the sentence that says why.
    """
    from gateway.photos import keep  # noqa: PLC0415 - the image libraries wait for a first photo

    return tuple([await asyncio.to_thread(keep, one, folder, limits) for one in contents])

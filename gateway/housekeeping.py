"""What follows an erasure, and what is not kept for ever: files, last answers, old words."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from console.overview import counting
from gateway.sections import Retention
from gateway.wake import Bell, finished
from store import (
    attempts,
    audit_chain,
    erased,
    erasure,
    exchanges,
    people,
    receipts,
    retention,
    staff,
)
from store.database import Database, StoreError
from store.ids import Ids

log = structlog.get_logger()

LOOK_EVERY = timedelta(seconds=30)
_MOST_MARKS = 2_000  # of changed days: who looks at the overview next is not kept waiting
_WRITING = timedelta(days=1)  # a file younger than this may still get its row


class Housekeeping:
    """Finishes erasures while the gateway runs. Any number of processes may do it."""

    def __init__(self, database: Database, ids: Ids, *, folder: Path) -> None:
        self._database = database
        self._ids = ids
        self._folder = folder
        self._bell = Bell()

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            try:
                await finished(self.once(datetime.now(UTC)))
            except StoreError as error:
                log.error("housekeeping.away", reason=str(error))
            await self._bell.wait(LOOK_EVERY)

    async def once(self, now: datetime) -> None:
        """Finish what can be finished now: nothing is written where nothing is open."""
        async with self._database.read() as connection:
            is_open = await erased.is_open(connection)
            waiting = await erased.files(connection)
            loose = await audit_chain.is_loose(connection)
        if is_open:
            async with self._database.begin() as connection:
                await erased.finish(connection, self._ids, now)
        if loose:
            await self._seal()
        for erasure_id, hashes in waiting.items():
            async with self._database.begin() as connection:
                needed = await erasure.held(connection, hashes)
                await asyncio.to_thread(_delete, self._folder, set(hashes) - needed)
                await erased.files_gone(connection, erasure_id)
        await counting.catch_up(self._database, _MOST_MARKS)

    async def _seal(self) -> None:
        """Seal the audit log; where it stands is noted in our own log, too."""
        async with self._database.begin() as connection:
            count = await audit_chain.extend(connection)
            head = await audit_chain.head(connection)
        log.info("audit.sealed", rows=count, number=head.number, seal=head.seal)


def _delete(folder: Path, hashes: Collection[str]) -> None:
    for name in hashes:
        (folder / name[:2] / f"{name}.jpg").unlink(missing_ok=True)


async def keep_no_longer(
    database: Database, folder: Path, kept: Retention, now: datetime
) -> dict[str, int]:
    """Empty what is older than the settings allow; how many rows of each kind, and files."""
    done = {
        "deliveries": await _until_none(
            database, retention.empty_journal, now - timedelta(days=kept.journal_days)
        ),
        "messages": await _until_none(
            database, retention.empty_messages, now - timedelta(days=kept.messages_days)
        ),
        "answers": await _until_none(
            database, retention.empty_answers, now - timedelta(days=kept.messages_days)
        ),
        "photos": await _until_none(
            database, retention.drop_photos, now - timedelta(days=kept.photos_days)
        ),
    }
    async with database.begin() as connection:
        traced = now - timedelta(days=kept.journal_days)
        done["exchanges"] = await exchanges.forget(connection, traced)
        done["receipts"] = await receipts.forget_early(connection, traced)
        done["cards"] = await retention.drop_cards(connection, traced)
        done["codes"] = await people.forget_codes(connection, now - timedelta(days=1))
        done["attempts"] = await attempts.drop(connection, now - timedelta(days=1))
        done["sessions"] = await staff.drop_sessions(connection, now)
        done["links"] = await staff.drop_links(connection, now)
    async with database.read() as connection:
        held = await retention.photos(connection)
    done["files"] = await asyncio.to_thread(_sweep, folder, held, now - _WRITING)
    return done


Empty = Callable[[AsyncConnection, datetime], Awaitable[int]]


async def _until_none(database: Database, empty: Empty, before: datetime) -> int:
    """Empty a batch at a time: nobody waits long for the database meanwhile."""
    total = 0
    while True:
        async with database.begin() as connection:
            count = await empty(connection, before)
        total += count
        if not count:
            return total


def _sweep(folder: Path, held: Collection[str], before: datetime) -> int:
    """Delete files that no row names, but for the newest: their row may still be on its way."""
    gone = 0
    for path in folder.glob("*/*.*"):
        old = datetime.fromtimestamp(path.stat().st_mtime, UTC) < before
        if path.stem not in held and old:
            path.unlink(missing_ok=True)
            gone += 1
    return gone

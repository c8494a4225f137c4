"""A training as every process sees it: begun once, told of while it goes on, ended in any case."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from store import trainings
from store.database import Database, StoreError
from store.ids import Ids

EVERY_S = 1.0  # how often a training says how far it is


@dataclass
class Report:
    """What a training says of itself; `tell` may be called from any thread."""

    step: str = ""
    share: float = 0.0
    version: str = ""  # of the candidate that came of it

    def tell(self, step: str, share: float) -> None:
        """Say what is being done, and how much of the work lies behind it."""
        self.step, self.share = step, share


@asynccontextmanager
async def reported(
    database: Database,
    ids: Ids,
    *,
    actor: str,
    clock: Callable[[], datetime],
    number: int | None = None,
) -> AsyncIterator[Report]:
    """Begin a training, or go on with `number`; whatever happens then, it is ended.

    Raises: AlreadyTrainingError.
    """
    if number is None:
        async with database.begin() as connection:
            number = await trainings.begin(connection, ids, actor=actor, now=clock())
    report = Report()
    telling = asyncio.create_task(_tell(database, number, report, clock))
    failed = "it was stopped"
    try:
        yield report
        failed = ""
    except Exception as error:
        failed = str(error) or type(error).__name__
        raise
    finally:
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling
        async with database.begin() as connection:
            await trainings.end(connection, number, clock(), version=report.version, failed=failed)


async def _tell(
    database: Database, number: int, report: Report, clock: Callable[[], datetime]
) -> None:
    while True:
        with suppress(StoreError):  # told again in a second
            async with database.begin() as connection:
                await trainings.tell(connection, number, report.step, report.share, clock())
        await asyncio.sleep(EVERY_S)

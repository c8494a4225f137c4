"""The store, opened for one command."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from gateway.settings import Settings, load
from store.database import Database

Answer = TypeVar("Answer")


def with_store(
    work: Callable[[Database], Awaitable[Answer]], settings: Settings | None = None
) -> Answer:
    """Do `work` on the database that config.yml names, and let go of it."""

    async def call() -> Answer:
        chosen = settings or load()
        database = Database(chosen.store.url, chosen.var)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(call())

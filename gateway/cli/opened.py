"""The store, opened for one command; and who gives the command."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from typing import TypeVar

from gateway.settings import Settings, load
from store import schema
from store.database import Database

Answer = TypeVar("Answer")


def _name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user has no name
        return "operator"


NAME = _name()  # whoever sits at the terminal


def with_store(
    work: Callable[[Database], Awaitable[Answer]], settings: Settings | None = None
) -> Answer:
    """Run `work` on the store that config.yml names."""

    async def call() -> Answer:
        chosen = settings or load()
        chosen.var.mkdir(parents=True, exist_ok=True)
        database = Database(chosen.store.url, chosen.var)
        try:
            await schema.upgrade(database)
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(call())

"""Photos that may leave the house: an officer's, and those that a moderator has published."""

from __future__ import annotations

import asyncio
from pathlib import Path

from store import publishing
from store.database import Database


class Gallery:
    """Reads kept photos by hash or by number, and only those that may be seen."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder

    async def sendable(self, sha256: str) -> bytes | None:
        """A photo for a citizen's own conversation; None when it may not be sent, or is gone.

        Raises: StoreError.
        """
        async with self._database.read() as connection:
            allowed = await publishing.may_be_sent(connection, sha256)
        return await self._read(sha256) if allowed else None

    async def published(self, ticket: str, photo_id: int) -> bytes | None:
        """A photo on a ticket's public page. Raises: StoreError."""
        async with self._database.read() as connection:
            sha256 = await publishing.public_photo(connection, ticket, photo_id)
        return await self._read(sha256) if sha256 else None

    async def _read(self, sha256: str) -> bytes | None:
        path = self._folder / sha256[:2] / f"{sha256}.jpg"
        try:
            return await asyncio.to_thread(path.read_bytes)
        except OSError:  # erased meanwhile
            return None

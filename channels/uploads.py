"""Photos on their way in: counted, bounded in size and in time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

_AT_ONCE = 8  # each may hold a whole photo in memory
_OF_ONE_SESSION = 2
_LONGEST_S = 300.0  # 20 MB at half a megabit a second
_CHUNK = 65_536  # bytes


class UploadError(Exception):
    """A photo that is not taken: HTTP status, and `code` that names the sentence."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class Uploads:
    """Every photo that is being read."""

    def __init__(self) -> None:
        self._reading: Counter[str] = Counter()

    @asynccontextmanager
    async def room(self, address: str) -> AsyncIterator[bool]:
        """Give room for one more photo, if there is."""
        free = self._reading.total() < _AT_ONCE and self._reading[address] < _OF_ONE_SESSION
        self._reading[address] += free
        try:
            yield free
        finally:
            self._reading[address] -= free
            if not self._reading[address]:
                del self._reading[address]

    async def read(self, request: web.Request, most: int) -> bytes:
        """Read a body of 1 to `most` bytes.

        Raises: UploadError; of a size, as soon as it is known.
        """
        if (request.content_length or 0) > most:
            raise UploadError(413, "photo_too_large")
        body = bytearray()
        try:
            async with asyncio.timeout(_LONGEST_S):
                async for chunk in request.content.iter_chunked(_CHUNK):
                    body += chunk
                    if len(body) > most:
                        raise UploadError(413, "photo_too_large")
        except TimeoutError:
            raise UploadError(408, "photo_too_slow") from None
        if not body:
            raise UploadError(400, "photo_empty")
        return bytes(body)

"""What has changed while somebody looks at the queue, as server-sent events.

`fresh` counts what has come since the list was made and would stand in it; an event of a
complaint's number says that its row has changed. Both tell what is so, not what was: whoever lost
the connection is told the same again, so nothing must be remembered for him.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from console import pages
from console.broadcast import heard
from console.desk import Desk
from console.queue.asked import Asked
from console.visitor import visitor
from store import desk as queue
from store import pulse
from store.database import StoreError
from store.desk import ANY, Filter
from store.ids import first_of
from store.pulse import Beat
from store.scope import Scope

LOOK_EVERY = timedelta(seconds=3)  # what other processes did is seen then
AT_MOST = timedelta(minutes=10)  # then the browser comes again, and shows that it may
_PAUSE = timedelta(milliseconds=500)  # between two looks, however much happens
_LATE = timedelta(seconds=10)  # a commit may be seen so long after its ids were made
_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would hold back what is small
    "X-Content-Type-Options": "nosniff",
}


@dataclass
class Watch:
    """What one reader has been told."""

    asked: Asked
    scope: Scope
    floor: int  # everything up to this id is known
    known: set[int] = field(default_factory=set)
    fresh: set[str] = field(default_factory=set)

    def news(self, beats: Sequence[Beat], now: datetime) -> list[Beat]:
        """Of what was found, what he does not know yet."""
        new = [beat for beat in beats if beat.id not in self.known]
        self.known |= {beat.id for beat in new}
        settled = beats[-1].id if len(beats) >= pulse.MOST else first_of(now - _LATE)
        self.floor = max(self.floor, settled)
        self.known = {one for one in self.known if one > self.floor}
        return new


class Events:
    """The stream of one reader."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Tell until he goes, or ten minutes have passed."""
        watch = Watch(
            asked=Asked.read(request.query),
            scope=visitor(request).scope,
            floor=_number(request.query.get("since", "")),
        )
        response = web.StreamResponse(headers=_HEADERS)
        await response.prepare(request)
        await response.write(b"retry: 2000\n\n")
        until = self._desk.clock() + AT_MOST
        # He has gone, or comes again by himself when the store is back.
        with suppress(ConnectionResetError, StoreError):
            while self._desk.clock() < until and not self._desk.news.closed:
                event = self._desk.news.listen()
                told = await _whole(self._look(request, watch))
                await response.write(told or b": \n\n")  # a comment asks whether he is there
                await asyncio.sleep(_PAUSE.total_seconds())
                await heard(event, LOOK_EVERY)
        return response

    async def _look(self, request: web.Request, watch: Watch) -> bytes:
        now = self._desk.clock()
        async with self._desk.database.read() as connection:
            beats = watch.news(await pulse.since(connection, watch.floor), now)
            tickets = {beat.ticket for beat in beats if beat.ticket}
            if not beats:
                return b""
            wanted = watch.asked.filter(now)
            mine = await queue.among(connection, tickets, Filter(status=ANY), watch.scope)
            held = await queue.among(connection, tickets, wanted, watch.scope)
        before = len(watch.fresh)
        watch.fresh |= _filed(beats) & {item.ticket for item in held}
        if watch.scope.whole and not watch.asked.query():
            watch.fresh |= {f"task {beat.id}" for beat in beats if not beat.ticket}
        parts = [_event(item.ticket, "") for item in mine]
        if len(watch.fresh) > before:
            parts.append(_event("fresh", self._counter(request, watch)))
        return b"".join(parts)

    def _counter(self, request: web.Request, watch: Watch) -> str:
        count = len(watch.fresh)
        return pages.render(request, "queue/fresh.html", count=count, asked=watch.asked).text or ""


async def _whole(look: Coroutine[Any, Any, bytes]) -> bytes:
    """A look to its end, even when the stream is cut off: it holds a connection of the store."""
    task = asyncio.ensure_future(look)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def _filed(beats: Collection[Beat]) -> set[str]:
    return {beat.ticket for beat in beats if beat.new and beat.ticket}


def _event(name: str, text: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in (text.splitlines() or [""]))
    return f"event: {name}\n{lines}\n".encode()


def _number(written: str) -> int:
    number = int(written) if written.isdecimal() else 0
    return min(number, (1 << 63) - 1)

"""The embedded engine behind the shape of Rasa's `POST /model/parse`, with all that it understands.

python -m benchmarks.parse_server PORT VAR [WORKERS]
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import socket
import sys
from dataclasses import fields
from itertools import cycle
from pathlib import Path
from typing import Any

from aiohttp import web

from nlu.engines.embedded import EmbeddedEngine
from nlu.places.place import Place
from nlu.places.resolve import resolve
from nlu.understanding import Understanding

_PLACE = tuple(field.name for field in fields(Place))
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


def shape(text: str, reading: Understanding) -> dict[str, Any]:
    """Rasa's fields, and beside them what Rasa does not say."""
    ranking = [
        {"name": f"report+{one.category}", "confidence": one.confidence}
        for one in reading.candidates
    ]
    return {
        "text": text,
        "intent": {"name": reading.intent, "confidence": reading.intent_confidence},
        "entities": [
            {"entity": one.entity, "value": one.value, "start": one.start, "end": one.end}
            for one in reading.entities
        ],
        "intent_ranking": ranking,
        "categories": reading.categories,
        "place": placed(reading.place) if reading.place else None,
        "places": [placed(place) for place in reading.places],
        "language": reading.language,
        "emergency": reading.emergency,
        "engine": reading.engine,
    }


def placed(place: Place) -> dict[str, Any]:
    """All fields of a place."""
    return {name: getattr(place, name) for name in _PLACE}


class Together:
    """Reads in one batch what comes in the same turn of the loop and the next, as a worker does."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self._engine = engine
        self._waiting: list[tuple[str, asyncio.Future[Understanding]]] = []

    def read(self, text: str) -> asyncio.Future[Understanding]:
        """Promise the reading of a text."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(loop.call_soon, self._flush)
        promise: asyncio.Future[Understanding] = loop.create_future()
        self._waiting.append((text, promise))
        return promise

    def _flush(self) -> None:
        asked, self._waiting = self._waiting, []
        readings = self._engine.read([text for text, _ in asked])
        for (_, promise), reading in zip(asked, readings, strict=True):
            if not promise.done():
                promise.set_result(reading)


class Door:
    """Takes connections and hands them round: one to each worker in turn.

    Left to the kernel, be it with SO_REUSEPORT or with one socket that all listen on, eight
    connections may all but one end at the same worker.
    """

    def __init__(self, server: web.Server[web.BaseRequest]) -> None:
        self._server = server

    async def open(self, port: int, others: list[socket.socket]) -> None:
        """Listen on loopback; every connection is either ours or sent to one of the others."""
        loop = asyncio.get_running_loop()
        with socket.create_server(("127.0.0.1", port), backlog=128) as listening:
            listening.settimeout(0)
            for worker in cycle([None, *others]):
                connection, _ = await loop.sock_accept(listening)
                if worker is None:
                    await self._welcome(connection)
                else:
                    socket.send_fds(worker, [b"."], [connection.fileno()])
                    connection.close()

    async def stand_behind(self, first: socket.socket) -> None:
        """Take what the first worker sends, until it ends."""
        loop = asyncio.get_running_loop()
        arrived = asyncio.Event()
        first.settimeout(0)
        loop.add_reader(first, arrived.set)
        while True:
            await arrived.wait()
            arrived.clear()
            try:
                said, sent, _, _ = socket.recv_fds(first, 1, 1)
            except BlockingIOError:
                continue  # told once more of what was taken already
            if not said:
                return
            for number in sent:
                await self._welcome(socket.socket(fileno=number))

    async def _welcome(self, connection: socket.socket) -> None:
        connection.settimeout(0)
        loop = asyncio.get_running_loop()
        await loop.connect_accepted_socket(self._server, connection)


async def serve(engine: EmbeddedEngine, port: int, others: list[socket.socket]) -> None:
    """The first worker: answers until it is told to stop; so do the others, when it ends."""
    door = Door(answering(Together(engine)))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    opened = asyncio.create_task(door.open(port, others))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([opened, stopped], return_when=asyncio.FIRST_COMPLETED)
    if opened.done():
        opened.result()  # the port is taken


def answering(together: Together) -> web.Server[web.BaseRequest]:
    """The server of each worker. One path needs no router."""

    async def parse(request: web.BaseRequest) -> web.Response:
        if request.path != "/model/parse" or request.method != "POST":
            return web.Response(status=404)
        text = json.loads(await request.read())["text"]
        said = _encode(shape(text, await together.read(text)))
        return web.Response(
            body=said.encode("utf-8", "surrogatepass"), content_type="application/json"
        )

    return web.Server(parse, access_log=None)


async def help_out(engine: EmbeddedEngine, first: socket.socket) -> None:
    """Another worker."""
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, lambda: None)  # the first one's
    await Door(answering(Together(engine))).stand_behind(first)


def main() -> None:
    """Serve until told to stop, with as many processes as asked for, or as there are cores."""
    port, var = int(sys.argv[1]), Path(sys.argv[2])
    workers = int(sys.argv[3]) if len(sys.argv) > 3 else os.cpu_count() or 1
    engine = EmbeddedEngine.load(var / "models", places=resolve)
    engine.read(["Banjir di dekat pasar"])  # the tables are read at the first text
    gc.freeze()  # they stay: no collection need look at them again, nor copy them into a worker
    others = []
    for _ in range(workers - 1):
        ours, its = socket.socketpair()
        if os.fork() == 0:
            for other in (ours, *others):
                other.close()
            asyncio.run(help_out(engine, its))
            return
        its.close()
        others.append(ours)
    asyncio.run(serve(engine, port, others))


if __name__ == "__main__":
    main()

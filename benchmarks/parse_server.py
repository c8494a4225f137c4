"""The embedded engine behind the shape of Rasa's `POST /model/parse`, with all that it understands.

python -m benchmarks.parse_server PORT VAR
"""

from __future__ import annotations

import asyncio
import gc
import json
import signal
import sys
from dataclasses import fields
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
    """Reads in one batch what comes in the same turn of the loop, as the gateway's worker does."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self._engine = engine
        self._waiting: list[tuple[str, asyncio.Future[Understanding]]] = []

    def read(self, text: str) -> asyncio.Future[Understanding]:
        """Promise the reading of a text."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._flush)
        promise: asyncio.Future[Understanding] = loop.create_future()
        self._waiting.append((text, promise))
        return promise

    def _flush(self) -> None:
        asked, self._waiting = self._waiting, []
        readings = self._engine.read([text for text, _ in asked])
        for (_, promise), reading in zip(asked, readings, strict=True):
            if not promise.done():
                promise.set_result(reading)


async def serve(port: int, together: Together) -> None:
    """Answer on loopback until told to stop. One path needs no router."""

    async def parse(request: web.BaseRequest) -> web.Response:
        if request.path != "/model/parse" or request.method != "POST":
            return web.Response(status=404)
        text = json.loads(await request.read())["text"]
        said = _encode(shape(text, await together.read(text)))
        return web.Response(
            body=said.encode("utf-8", "surrogatepass"), content_type="application/json"
        )

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.ServerRunner(web.Server(parse, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await stop.wait()
    await runner.cleanup()


def main() -> None:
    """Serve until told to stop."""
    port, var = int(sys.argv[1]), Path(sys.argv[2])
    together = Together(EmbeddedEngine.load(var / "models", places=resolve))
    resolve("")  # the gazetteer is read at the first text
    gc.freeze()  # model and gazetteer stay: no collection need look at them again
    asyncio.run(serve(port, together))


if __name__ == "__main__":
    main()

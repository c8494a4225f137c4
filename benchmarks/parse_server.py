"""The embedded engine behind the shape of Rasa's `POST /model/parse`, with all that it understands.

python -m benchmarks.parse_server PORT VAR
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aiohttp import web

from nlu.engines.embedded import EmbeddedEngine
from nlu.places.resolve import resolve
from nlu.understanding import Understanding


def shape(text: str, reading: Understanding) -> dict[str, Any]:
    """Rasa's fields, and beside them what Rasa does not say."""
    ranking = [
        {"name": f"report+{one.category}", "confidence": one.confidence}
        for one in reading.candidates
    ]
    return {
        "text": text,
        "intent": {"name": reading.intent, "confidence": reading.intent_confidence},
        "entities": [asdict(entity) for entity in reading.entities],
        "intent_ranking": ranking,
        "categories": reading.categories,
        "place": asdict(reading.place) if reading.place else None,
        "places": [asdict(place) for place in reading.places],
        "language": reading.language,
        "emergency": reading.emergency,
        "engine": reading.engine,
    }


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


def main() -> None:
    """Serve until killed."""
    port, var = int(sys.argv[1]), Path(sys.argv[2])
    together = Together(EmbeddedEngine.load(var / "models", places=resolve))

    async def parse(request: web.Request) -> web.Response:
        text = json.loads(await request.read())["text"]
        return web.json_response(shape(text, await together.read(text)))

    app = web.Application()
    app.add_routes([web.post("/model/parse", parse)])
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


if __name__ == "__main__":
    main()

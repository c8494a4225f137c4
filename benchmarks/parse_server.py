"""The embedded engine behind the shape of Rasa's `POST /model/parse`, with all that it understands.

python -m benchmarks.parse_server PORT VAR
"""

from __future__ import annotations

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


def main() -> None:
    """Serve until killed."""
    port, var = int(sys.argv[1]), Path(sys.argv[2])
    engine = EmbeddedEngine.load(var / "models", places=resolve)

    async def parse(request: web.Request) -> web.Response:
        text = json.loads(await request.read())["text"]
        (reading,) = engine.read([text])
        return web.json_response(shape(text, reading))

    app = web.Application()
    app.add_routes([web.post("/model/parse", parse)])
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


if __name__ == "__main__":
    main()

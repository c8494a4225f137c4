"""Reading many texts by Rasa alone, for measuring: no hurry, and no answer but its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from nlu.engine import Engine
from nlu.engines.rasa import RasaEngine, RasaServer
from nlu.rasa.environment import RasaMissingError
from nlu.understanding import Understanding

_PATIENCE_S = 600.0


def reader(server: RasaServer, fallback: Engine) -> Callable[[Sequence[str]], list[Understanding]]:
    """Read texts with the server at `server.url`; `fallback` gives slots and places.

    What it returns raises RasaMissingError where a single text is not answered by Rasa itself: a
    figure of two engines mixed would be nobody's.
    """

    def read(texts: Sequence[str]) -> list[Understanding]:
        return asyncio.run(_read(replace(server, timeout_s=_PATIENCE_S), fallback, texts))

    return read


async def _read(server: RasaServer, fallback: Engine, texts: Sequence[str]) -> list[Understanding]:
    reasons: list[str] = []
    engine = RasaEngine(server, fallback=fallback, fell_back=reasons.append)
    try:
        answers = await engine.understand(texts)
    finally:
        await engine.close()
    if reasons:
        raise RasaMissingError(
            f"{len(reasons)} of {len(texts)} texts were not answered by {server.url}"
            f" ({reasons[0]}): start it by `make rasa-serve`, with the same KANAL_RASA_TOKEN"
        )
    return answers

"""Rasa as the engine: intents and categories from its server, everything else from ours.

    engine = RasaEngine(RasaServer(url="http://127.0.0.1:5005"), fallback=embedded)
    (await engine.understand(["banjir selutut di Menteng"]))[0].engine  # "rasa nlu-20261123"

The fallback engine reads every text first, which takes it less than a millisecond. Rasa's intents
and categories then take the place of its own; slots, place, language and emergency stay. Where
Rasa is down, slow or answers nonsense the fallback's reading stands as it is, and is counted.

Rasa's HTTP API: https://legacy-docs-oss.rasa.com/docs/rasa/pages/http-api
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

import aiohttp

from nlu import ticket
from nlu.engine import Engine
from nlu.engines.breaker import Breaker
from nlu.engines.embedded import EmbeddedEngine
from nlu.engines.labels import NonsenseError, Reading, reading_of
from nlu.normalise import MAX_CHARS
from nlu.understanding import Understanding

SPECIMEN = "JKT-BZ5D-N23M"  # of the corpus: one number for all, for its letters say nothing
_LARGEST = 1 << 20  # bytes of an answer; Rasa's own have about a kilobyte
_KEEP_S = 3  # an idle connection: shorter than Sanic's 5 s, or we write into one that it closes
_OK = 200

FellBack = Callable[[str], None]  # told why: down, slow, busy, status, nonsense, open


@dataclass(frozen=True, kw_only=True, slots=True)
class RasaServer:
    """Where Rasa answers, and how patient we are with it."""

    url: str
    token: str = field(default="", repr=False)  # what `rasa run --auth-token` was given
    timeout_s: float = 0.7  # for a whole batch; with the fallback it stays under a second
    at_once: int = 8  # requests under way
    failures: int = 5  # in a row, after which Rasa is left alone
    wait_s: float = 10.0  # until it is tried again


class RasaEngine:
    """Fulfils nlu.engine.Engine. Give it an engine that cannot be down as `fallback`."""

    def __init__(
        self,
        server: RasaServer,
        *,
        fallback: Engine,
        fell_back: FellBack = lambda _reason: None,
        breaker: Breaker | None = None,
    ) -> None:
        self._server = server
        self._fallback = fallback
        self._fell_back = fell_back
        self._breaker = breaker or Breaker(failures=server.failures, wait_s=server.wait_s)
        self._slots = asyncio.Semaphore(server.at_once)
        self._http: aiohttp.ClientSession | None = None
        self._model = ""

    @property
    def version(self) -> str:
        return f"rasa {self._model or '(not reached yet)'}"

    def reload(self) -> bool:
        """Let the fallback take its current model; whether it was another one.

        Raises: ModelError, and keeps the one in use.
        """
        return isinstance(self._fallback, EmbeddedEngine) and self._fallback.reload()

    async def understand(self, texts: Sequence[str]) -> list[Understanding]:
        own = await self._fallback.understand(texts)
        deadline = asyncio.get_running_loop().time() + self._server.timeout_s
        return await asyncio.gather(
            *(
                self._reading(text, reading, deadline)
                for text, reading in zip(texts, own, strict=True)
            )
        )

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
        await self._fallback.close()

    async def _reading(self, text: str, own: Understanding, deadline: float) -> Understanding:
        sent = False

        async def ask() -> Understanding:
            nonlocal sent
            async with self._slots:
                if not self._breaker.allow():
                    raise _OpenError
                sent = True
                return _joined(own, *await self._ask(text))

        try:
            async with asyncio.timeout_at(deadline):
                return await ask()
        except TimeoutError:
            self._fell_back("slow" if sent else "busy")
        except _OpenError:
            self._fell_back("open")
        except _StatusError:
            self._fell_back("status")
        except NonsenseError:
            self._fell_back("nonsense")
        except (aiohttp.ClientError, OSError):
            self._fell_back("down")
        return own

    async def _ask(self, text: str) -> tuple[Reading, str]:
        """Rasa's reading and its version; the breaker learns how it went, even if cut off."""
        try:
            asked = ticket.replaced(text[:MAX_CHARS], SPECIMEN)
            said = await self._call("POST", "/model/parse", {"text": asked})
            reading = reading_of(said)
            if not self._model:
                self._model = _model_of(await self._call("GET", "/status"))
        except BaseException:
            self._model = ""  # whoever answers next may have loaded another one
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        return reading, self.version

    async def _call(self, method: str, path: str, body: Any = None) -> Any:
        parameters = {"token": self._server.token} if self._server.token else {}
        url = self._server.url.rstrip("/") + path
        async with self._session().request(
            method, url, params=parameters, json=body, allow_redirects=False
        ) as answer:
            if answer.status != _OK:
                raise _StatusError
            return await _json(answer)

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._server.at_once, keepalive_timeout=_KEEP_S
                ),
                trust_env=False,
            )
        return self._http


class _OpenError(Exception):
    """The breaker is open: Rasa was not asked."""


class _StatusError(Exception):
    """Rasa answered, but not with 200: 401 (token), 409 (no model), 5xx."""


async def _json(answer: aiohttp.ClientResponse) -> Any:
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > _LARGEST:
            raise NonsenseError(f"more than {_LARGEST} bytes")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NonsenseError("no JSON") from error


def _model_of(status: Any) -> str:
    """Name the loaded model by what /status says: {"model_file": "nlu.tar.gz", "model_id": …}."""
    match status:
        case {"model_file": str(file), "model_id": str(number)}:
            return f"{PurePosixPath(file).name.removesuffix('.tar.gz')} {number[:8]}"
    raise NonsenseError("/status names no model")


def _joined(own: Understanding, said: Reading, version: str) -> Understanding:
    return replace(
        own,
        intent=said.intent,
        intent_confidence=said.intent_confidence,
        category=said.candidates[0].category,
        confidence=said.candidates[0].confidence,
        candidates=said.candidates,
        categories=said.categories,
        engine=version,
    )

"""A Bot API server of ours, built from its documentation: says what a test tells it to say."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN = "7000001:invented-by-us_0123456789"
BOT = {"id": 7000001, "is_bot": True, "first_name": "Lapor", "username": "LaporContohBot"}

Answer = Callable[[web.Request], web.StreamResponse]


@dataclass
class BotApi:
    """Answers each method from a queue; `calls` are the requests so far."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: dict[str, deque[web.Response | Exception]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)  # not confirmed yet
    taken: list[dict[str, Any]] = field(default_factory=list)  # messages that a citizen reads

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", f"/bot{TOKEN}/{{method}}", self._method)
        app.router.add_get(f"/file/bot{TOKEN}/{{path:.+}}", self._file)
        return app

    def then(self, method: str, answer: web.Response | Exception) -> None:
        self.answers.setdefault(method, deque()).append(answer)

    def refuse(self, method: str, code: int, description: str, **parameters: Any) -> None:
        body = {"ok": False, "error_code": code, "description": description}
        if parameters:
            body["parameters"] = parameters
        self.then(method, web.json_response(body, status=code))

    def give(self, method: str, result: Any) -> None:
        self.then(method, web.json_response({"ok": True, "result": result}))

    def bodies(self, method: str) -> list[dict[str, Any]]:
        return [body for name, body in self.calls if name == method]

    async def _method(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        form = await request.post()
        self.calls.append((method, {key: unpacked(value) for key, value in form.items()}))
        waiting = self.answers.get(method)
        if not waiting:
            return web.json_response({"ok": True, "result": self._usual(*self.calls[-1])})
        answer = waiting.popleft()
        if isinstance(answer, TimeoutError):
            self._usual(*self.calls[-1])  # taken, and nobody is ever told
            while request.transport is not None:  # until the bot has hung up
                await asyncio.sleep(0.01)
            raise answer
        if isinstance(answer, Exception):
            if isinstance(answer, BrokenPipeError):
                self._usual(*self.calls[-1])  # taken, before the line broke
            assert request.transport is not None
            request.transport.close()  # the request arrived; no answer ever will
            await asyncio.Event().wait()
        assert isinstance(answer, web.Response)
        return answer

    def _usual(self, method: str, body: dict[str, Any]) -> Any:
        """What Telegram does and answers on a good day."""
        if method == "getMe":
            return BOT
        if method == "getUpdates":
            offset = body.get("offset", 0)
            self.updates = [one for one in self.updates if one["update_id"] >= offset]
            return self.updates[:100]  # "limit": 100 by default
        if method == "sendMessage":
            self.taken.append(body)
            return {
                "message_id": len(self.taken),
                "date": 1767225600,
                "chat": {"id": body["chat_id"]},
            }
        return {"url": ""} if method == "getWebhookInfo" else True

    async def _file(self, request: web.Request) -> web.StreamResponse:
        body = self.files.get(request.match_info["path"])
        return web.Response(status=404) if body is None else web.Response(body=body)


def unpacked(value: str | web.FileField) -> Any:
    """A form's value: objects, numbers and lists stand in it as JSON, files as their bytes."""
    if isinstance(value, web.FileField):
        return value.content_type, value.file.read()
    try:
        return json.loads(value)
    except ValueError:
        return value

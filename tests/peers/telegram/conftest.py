"""Telegram as telegram-test-api plays it, on a free port of the loopback."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.peers.peers import node, npm_install, peer

HERE = Path(__file__).parent
TOKEN = "666:invented-by-us_0123456789"
RINA = {"id": 5501, "is_bot": False, "first_name": "Rina", "language_code": "id"}
CHAT = {"id": 5501, "first_name": "Rina", "type": "private"}


@dataclass
class Citizen:
    """Rina and her telephone: writes to the bot, and reads what it answers."""

    base: str
    http: aiohttp.ClientSession
    clock: int = 1767225600

    async def sends(self, **content: Any) -> None:
        """Send a message with this content (text, photo, location …)."""
        self.clock += 1
        await self._post("/sendMessage", {
            "botToken": TOKEN, "from": RINA, "chat": CHAT, "date": self.clock, **content,
        })  # fmt: skip

    async def presses(self, button: str, message_id: int = 1) -> None:
        """Press an inline button of the bot's message."""
        shown = {"message_id": message_id, "chat": CHAT, "date": self.clock}
        await self._post("/sendCallback", {
            "botToken": TOKEN, "from": RINA, "message": shown, "data": button,
        })  # fmt: skip

    async def has_photo(self, file_id: str, body: bytes) -> None:
        """Upload a file to Telegram."""
        async with self.http.put(f"{self.base}/ours/files/{file_id}", data=body) as answer:
            assert answer.ok

    async def reads(self, count: int) -> list[dict[str, Any]]:
        """Wait until the bot has sent `count` messages, and read them all."""
        messages: list[dict[str, Any]] = await self._post(
            "/ours/answers", {"token": TOKEN, "count": count}
        )
        assert len(messages) >= count, messages
        return messages

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        async with self.http.post(f"{self.base}{path}", json=body) as answer:
            assert answer.ok, await answer.text()
            return await answer.json()


@pytest.fixture
def emulator() -> Iterator[str]:
    """The address of a fresh emulator."""
    engine = node()
    installed = (HERE / "node_modules" / "telegram-test-api").is_dir()
    peer(
        "telegram-test-api",
        available=bool(engine) and installed,
        install=npm_install("tests/peers/telegram"),
    )
    assert engine is not None
    with subprocess.Popen(
        [engine, str(HERE / "emulator.js")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.stdin.close()  # its sign to end


@pytest.fixture
async def citizen(emulator: str) -> AsyncIterator[Citizen]:
    async with aiohttp.ClientSession() as http:
        yield Citizen(emulator, http)

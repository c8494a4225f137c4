"""The whole gateway on the emulator: a citizen writes, and holds a ticket number in the end."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gateway.app import open_gateway
from gateway.running import Gateway
from gateway.settings import Settings
from tests.peers.telegram.conftest import TOKEN, Citizen

pytestmark = pytest.mark.peer("telegram-test-api")

TICKET = re.compile(r"JKT-[0-9A-Z]{4}-[0-9A-Z]{4}")
MENTENG = {"latitude": -6.1951, "longitude": 106.8325}


@pytest.fixture
def var(model_var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A gateway's folder with a model in it, and an environment with the secrets."""
    monkeypatch.setenv("KANAL_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("KANAL_TELEGRAM_SECRET", "invented_secret-1")
    (tmp_path / "models").symlink_to(model_var / "models")
    return tmp_path


@pytest.fixture
async def gateway(emulator: str, var: Path) -> AsyncIterator[Gateway]:
    """A running gateway with Telegram alone, polling."""
    settings = Settings.model_validate({
        "var": var,
        "dialogs": {"gather_s": 0},
        "channels": {"telegram": {"api_base": emulator, "poll_timeout_s": 20}},
    })  # fmt: skip
    async with open_gateway(settings) as opened, opened.running(doors=False):
        yield opened


class Talk:
    """Rina's conversation: what she does, and the bot's next message."""

    def __init__(self, citizen: Citizen) -> None:
        self._citizen = citizen
        self._read = 0

    async def sends(self, **content: Any) -> dict[str, Any]:
        await self._citizen.sends(**content)
        return await self._next()

    async def presses(self, shown: dict[str, Any], ending: str) -> dict[str, Any]:
        """Press the button of `shown` whose value ends so."""
        rows = shown["reply_markup"]["inline_keyboard"]
        values = [button["callback_data"] for row in rows for button in row]
        (value,) = [value for value in values if value.endswith(ending)]
        await self._citizen.presses(value)
        return await self._next()

    async def _next(self) -> dict[str, Any]:
        self._read += 1
        return (await self._citizen.reads(self._read))[self._read - 1]


@pytest.fixture
def talk(citizen: Citizen) -> Talk:
    return Talk(citizen)


async def test_text_then_position_then_yes_gives_a_ticket(gateway: Gateway, talk: Talk) -> None:
    where = await talk.sends(text="sampah menumpuk sudah seminggu tidak diangkut, baunya menyengat")
    assert where["reply_markup"]["keyboard"][0][0]["request_location"] is True

    summary = await talk.sends(location=MENTENG)
    filed = await talk.presses(summary, "yes")
    ticket = TICKET.search(filed["text"])
    assert ticket is not None, filed["text"]

    status = await talk.sends(text="/status")
    assert ticket[0] in status["text"]


async def test_a_photo_at_full_resolution_joins_the_complaint(
    gateway: Gateway, talk: Talk, citizen: Citizen, var: Path
) -> None:
    await citizen.has_photo("AgACfull", jpeg(1280, 960))
    await talk.sends(text="sampah menumpuk sudah seminggu tidak diangkut, baunya menyengat")
    await talk.sends(location=MENTENG)

    summary = await talk.sends(photo=[
        {"file_id": "AgACthumb", "file_unique_id": "t", "width": 90, "height": 67},
        {"file_id": "AgACfull", "file_unique_id": "f", "width": 1280, "height": 960},
    ])  # fmt: skip
    filed = await talk.presses(summary, "yes")

    assert TICKET.search(filed["text"]), filed["text"]
    (kept,) = [file for file in (var / "media").rglob("*") if file.is_file()]
    with Image.open(kept) as picture:
        assert picture.size == (1280, 960)


async def test_by_webhook_the_same_and_a_forged_call_is_refused(
    emulator: str, var: Path, citizen: Citizen, talk: Talk
) -> None:
    port = free_port()
    door = f"http://127.0.0.1:{port}"
    telegram = {"api_base": emulator, "mode": "webhook", "public_url": door}
    settings = Settings.model_validate({
        "var": var, "public": {"port": port}, "metrics": {"port": 0},
        "dialogs": {"gather_s": 0},
        "channels": {"telegram": telegram},
    })  # fmt: skip
    update = {"update_id": 1, "message": {"message_id": 1, "text": "palsu"}}
    async with open_gateway(settings) as opened, opened.running():
        where = await talk.sends(text="lampu jalan mati sudah tiga malam, gelap sekali")
        hook = f"{door}/channels/telegram/main"
        async with citizen.http.post(hook, json=update) as forged:
            answered = (forged.status, await forged.read())

    assert where["reply_markup"]["keyboard"][0][0]["request_location"] is True
    assert answered == (401, b"")


def free_port() -> int:
    """A port that nobody listens on: Telegram must know it before the gateway opens it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def jpeg(width: int, height: int) -> bytes:
    """A picture of nothing."""
    held = BytesIO()
    Image.new("RGB", (width, height), (90, 110, 130)).save(held, "JPEG")
    return held.getvalue()

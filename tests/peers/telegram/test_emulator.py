"""The adapter against an emulator of the Bot API that others wrote (telegram-test-api 4.2.1)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.adapter import Accepted, Raw, Received, Sent
from channels.message import Choice, MediaRef, OutboundMessage
from channels.telegram.adapter import Adapter, Hooked, Polling, Settings
from tests.peers.telegram.conftest import TOKEN, Citizen

pytestmark = pytest.mark.peer("telegram-test-api")


@pytest.fixture
async def polling(emulator: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Polling]:
    monkeypatch.setenv("KANAL_TELEGRAM_TOKEN", TOKEN)
    adapter = Adapter("main", Settings(api_base=emulator, poll_timeout_s=20))
    assert isinstance(adapter, Polling)
    await adapter.start()
    yield adapter
    await adapter.close()


def answer(text: str, **more: object) -> OutboundMessage:
    return OutboundMessage(
        channel="telegram", account="main", address="5501", key="k", text=text, **more  # type: ignore[arg-type]
    )  # fmt: skip


async def say(adapter: Polling | Hooked, message: OutboundMessage) -> None:
    for part in adapter.render(message):
        assert isinstance(await adapter.send(part), Sent)


async def test_text_comes_in_by_polling_and_an_answer_goes_out(
    polling: Polling, citizen: Citizen
) -> None:
    await citizen.sends(text="air got meluap di Menteng")

    raws, cursor = await polling.pull(None)
    (message,) = polling.parse(raws[0]).messages
    await say(polling, answer("Di mana lokasinya?", ask_location=True))
    (read,) = await citizen.reads(1)

    assert message.text == "air got meluap di Menteng"
    assert message.sender == message.address == "5501"
    assert message.external_id.startswith("666:5501:")
    assert cursor is not None
    assert read["text"] == "Di mana lokasinya?"
    assert read["chat_id"] == "5501"


async def test_polling_waits_for_news(polling: Polling, citizen: Citizen) -> None:
    waiting = asyncio.create_task(polling.pull(None))
    await citizen.sends(text="banjir")

    raws, _ = await waiting

    assert polling.parse(raws[0]).messages[0].text == "banjir"


async def test_position_and_photo_come_in(polling: Polling, citizen: Citizen) -> None:
    body = bytes(range(256)) * 2_000
    await citizen.has_photo("AgACfull", body)
    await citizen.sends(location={"latitude": -6.1951, "longitude": 106.8325})
    await citizen.sends(photo=[
        {"file_id": "AgACthumb", "file_unique_id": "t", "width": 90, "height": 67},
        {"file_id": "AgACfull", "file_unique_id": "f", "width": 1280, "height": 960},
    ])  # fmt: skip

    raws, _ = await polling.pull(None)
    place, photo = (polling.parse(raw).messages[0] for raw in raws)

    assert place.location is not None
    assert (place.location.lat, place.location.lon) == (-6.1951, 106.8325)
    assert await fetched(polling, photo.media[0], raws[1]) == body


async def fetched(adapter: Polling, media: MediaRef, raw: Raw) -> bytes:
    return b"".join([chunk async for chunk in adapter.fetch(media, raw)])


async def test_a_button_goes_out_and_its_press_comes_in(polling: Polling, citizen: Citizen) -> None:
    choices = (Choice(value="confirm", label="Ya, kirim"), Choice(value="cancel", label="Batal"))
    await say(polling, answer("Kirim laporan ini?", choices=choices))
    (shown,) = await citizen.reads(1)
    (first, _) = shown["reply_markup"]["inline_keyboard"]

    await citizen.presses(first[0]["callback_data"])
    raws, _ = await polling.pull(None)
    (press,) = polling.parse(raws[0]).messages
    await say(polling, answer("Terkirim.", thread=press.thread))

    assert press.choice == "confirm"
    assert [each["text"] for each in await citizen.reads(2)] == ["Kirim laporan ini?", "Terkirim."]


async def test_webhook_is_set_and_believed(
    emulator: str, citizen: Citizen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KANAL_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("KANAL_TELEGRAM_SECRET", "invented_secret-1")
    heard: asyncio.Queue[Received] = asyncio.Queue()

    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        if not adapter.verify(headers, body):
            return web.Response(status=401)
        received = adapter.parse(Raw(body=body, received_at=datetime.now(UTC)))
        heard.put_nowait(received)
        return web.Response(
            status=adapter.acknowledge(Accepted(received=received, outcomes=())).status
        )

    app = web.Application()
    app.router.add_post("/channels/telegram/main", receive)
    async with TestServer(app, host="127.0.0.1") as door:
        public = str(door.make_url("")).rstrip("/")
        adapter = Adapter("main", Settings(api_base=emulator, mode="webhook", public_url=public))
        assert isinstance(adapter, Hooked)
        await adapter.start()
        await citizen.sends(text="lampu jalan mati")
        received = await asyncio.wait_for(heard.get(), 20)
        forged = await citizen.http.post(f"{public}/channels/telegram/main", json={"update_id": 1})
        await adapter.close()

    assert [message.text for message in received.messages] == ["lampu jalan mati"]
    assert forged.status == 401

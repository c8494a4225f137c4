"""The socket: kept, then acknowledged; told when not; nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from tests.channels.webchat.conftest import Chat, Site, say


async def test_ack_comes_after_accept_has_returned(chat: Chat) -> None:
    chat.gateway.gate = asyncio.Event()
    tab = await chat.tab()
    await tab.send_json({"id": "aaaaaaaa", "text": "got mampet"})
    answer = asyncio.create_task(tab.receive_json(timeout=5))
    await chat.gateway.asked.wait()

    assert chat.gateway.raws == []
    assert not answer.done()
    chat.gateway.gate.set()
    assert await answer == {"ack": "aaaaaaaa"}
    assert chat.gateway.texts == ["got mampet"]


async def test_a_message_sent_again_is_acknowledged_again_and_kept_once(chat: Chat) -> None:
    frame = {"id": "aaaaaaaa", "text": "got mampet"}
    await chat.page()
    first, second = await chat.tab(), await chat.tab()

    assert await say(first, frame) == {"ack": "aaaaaaaa"}
    await first.close()
    assert await say(second, frame) == {"ack": "aaaaaaaa"}
    assert chat.gateway.texts == ["got mampet"]


async def test_while_the_store_is_away_the_page_is_told_to_send_again(chat: Chat) -> None:
    tab = await chat.tab()
    frame = {"id": "aaaaaaaa", "text": "got mampet"}

    chat.gateway.away = True
    assert await say(tab, frame) == {"retry": "aaaaaaaa"}
    chat.gateway.away = False
    assert await say(tab, frame) == {"ack": "aaaaaaaa"}
    assert chat.gateway.texts == ["got mampet"]


@pytest.mark.parametrize(
    ("frame", "answer"),
    [
        ("", {"error": "not_json", "id": ""}),
        ("{", {"error": "not_json", "id": ""}),
        ('{"hello": 1}', {"error": "unknown", "id": ""}),
        ('{"id": "aaaaaaaa", "text": "  "}', {"error": "empty", "id": "aaaaaaaa"}),
        (
            json.dumps({"id": "aaaaaaaa", "text": "x" * 100_000}),
            {"error": "too_long", "id": "aaaaaaaa"},
        ),
        ('{"id": "aaaaaaaa", "pin": [99, 0]}', {"error": "bad_pin", "id": "aaaaaaaa"}),
        (b"\xff\xfe", {"error": "not_json", "id": ""}),
    ],
)
async def test_bad_frames_are_answered(
    chat: Chat, frame: str | bytes, answer: dict[str, Any]
) -> None:
    tab = await chat.tab()
    await (tab.send_str(frame) if isinstance(frame, str) else tab.send_bytes(frame))

    assert await tab.receive_json(timeout=5) == answer
    assert chat.gateway.raws == []
    assert await say(tab, {"id": "bbbbbbbb", "text": "halo"}) == {"ack": "bbbbbbbb"}


async def test_a_frame_beyond_all_measure_closes_the_socket(chat: Chat) -> None:
    tab = await chat.tab()
    await tab.send_str("x" * 300_000)
    closing = await tab.receive(timeout=5)

    assert closing.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}
    assert tab.close_code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
    again = await chat.tab()
    assert await say(again, {"id": "bbbbbbbb", "text": "halo"}) == {"ack": "bbbbbbbb"}


async def test_who_writes_too_fast_waits_and_loses_nothing(site: Site) -> None:
    chat = await site(messages_per_minute=6)
    tab = await chat.tab()
    for number in range(6):
        assert "ack" in await say(tab, {"id": f"aaaaaaa{number}", "text": "halo"})

    held = {"id": "bbbbbbbb", "text": "tunggu"}
    assert await say(tab, held) == {"wait": "bbbbbbbb", "seconds": 10}  # 60 s / 6
    assert await say(tab, {}) == {"error": "too_fast", "id": ""}
    chat.clock.now += 10
    assert await say(tab, held) == {"ack": "bbbbbbbb"}
    assert chat.gateway.texts[-1] == "tunggu"


async def test_the_pace_is_one_sessions_own(site: Site) -> None:
    chat = await site(messages_per_minute=1)
    await chat.page()
    tab = await chat.tab()
    await say(tab, {"id": "aaaaaaaa", "text": "halo"})
    async with aiohttp.ClientSession() as other:
        theirs = await other.ws_connect(
            f"{chat.origin}/channels/webchat/socket", headers={"Origin": chat.origin}
        )
        assert await say(theirs, {"id": "aaaaaaaa", "text": "halo"}) == {"ack": "aaaaaaaa"}

    assert len({raw.envelope["session"] for raw in chat.gateway.raws}) == 2


async def test_tabs_are_counted(chat: Chat) -> None:
    await chat.page()
    tabs = [await chat.tab() for _ in range(12)]

    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await chat.tab()
    assert refused.value.status == 429
    await tabs[0].close()


@pytest.mark.parametrize(
    ("query", "locale"), [("?lang=en", "en"), ("?lang=id", "id"), ("?lang=xx", "id")]
)
async def test_the_page_tells_its_language(chat: Chat, query: str, locale: str) -> None:
    tab = await chat.browser.ws_connect(
        f"/channels/webchat/socket{query}", headers={"Origin": chat.origin}
    )
    await say(tab, {"id": "aaaaaaaa", "text": "halo"})

    assert chat.gateway.raws[0].envelope["locale"] == locale

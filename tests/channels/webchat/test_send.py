"""Answers: sent when a page shows them, parked while none does, and out when one comes back."""

from __future__ import annotations

import asyncio

import aiohttp

from channels.adapter import Attended, Parked, Refused, Sent, WirePart
from channels.webchat.session import Session
from tests.channels.webchat.conftest import Chat, Site, until


def answer(chat: Chat, key: str = "7:answer.0") -> WirePart:
    say = {"key": key, "text": "Di mana?", "choices": [], "ask_location": True, "locale": "id"}
    return WirePart(method="say", body={"to": Session(chat.token).address, "say": say})


async def listening(chat: Chat) -> aiohttp.ClientWebSocketResponse:
    """Open a tab and wait until the gateway knows of it."""
    woken = len(chat.gateway.woken)
    tab = await chat.tab()
    await until(lambda: len(chat.gateway.woken) > woken)
    return tab


async def test_an_answer_is_sent_when_the_page_has_confirmed_it(chat: Chat) -> None:
    await chat.page()
    tab = await listening(chat)
    sending = asyncio.create_task(chat.adapter.send(answer(chat)))
    heard = await tab.receive_json(timeout=5)

    assert heard["say"]["text"] == "Di mana?"
    assert not sending.done()
    await tab.send_json({"got": heard["say"]["key"]})
    assert await sending == Sent(provider_id="7:answer.0")
    await until(lambda: chat.gateway.receipts == ["7:answer.0"])


async def test_every_tab_hears_it_and_one_word_is_enough(chat: Chat) -> None:
    await chat.page()
    tabs = [await listening(chat) for _ in range(3)]
    sending = asyncio.create_task(chat.adapter.send(answer(chat)))
    heard = [await tab.receive_json(timeout=5) for tab in tabs]

    assert {one["say"]["key"] for one in heard} == {"7:answer.0"}
    await tabs[1].send_json({"got": "7:answer.0"})
    assert await sending == Sent(provider_id="7:answer.0")


async def test_with_no_tab_open_it_is_parked_and_asked_for_when_one_opens(chat: Chat) -> None:
    await chat.page()
    address = Session(chat.token).address

    assert await chat.adapter.send(answer(chat)) == Parked()
    assert isinstance(chat.adapter, Attended)
    assert list(chat.adapter.present()) == []
    tab = await listening(chat)
    assert chat.gateway.woken == [address]
    assert list(chat.adapter.present()) == [address]  # and is looked after by the gateway
    await tab.close()
    await until(lambda: not chat.adapter.present())


async def test_a_tab_that_confirms_nothing_is_hung_up_and_the_answer_parked(site: Site) -> None:
    chat = await site(patience_s=0.01)
    await chat.page()
    tab = await listening(chat)

    assert await chat.adapter.send(answer(chat)) == Parked()
    await tab.receive_json(timeout=5)
    closed = await tab.receive(timeout=5)
    assert closed.type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}


async def test_a_tab_that_closes_meanwhile_parks_the_answer_at_once(chat: Chat) -> None:
    await chat.page()
    tab = await listening(chat)
    sending = asyncio.create_task(chat.adapter.send(answer(chat)))
    await tab.receive_json(timeout=5)
    await tab.close()

    assert await sending == Parked()


async def test_nobody_confirms_for_somebody_else(chat: Chat) -> None:
    await chat.page()
    tab = await listening(chat)
    sending = asyncio.create_task(chat.adapter.send(answer(chat)))
    heard = await tab.receive_json(timeout=5)
    async with aiohttp.ClientSession() as stranger:
        theirs = await stranger.ws_connect(
            f"{chat.origin}/channels/webchat/socket", headers={"Origin": chat.origin}
        )
        await theirs.send_json({"got": heard["say"]["key"]})
        await theirs.send_json({"id": "aaaaaaaa", "text": "halo"})
        await theirs.receive_json(timeout=5)  # so the word before it has been read

    assert not sending.done()
    await tab.send_json({"got": heard["say"]["key"]})
    assert await sending == Sent(provider_id="7:answer.0")


async def test_a_word_for_what_was_never_said_is_no_receipt(chat: Chat) -> None:
    tab = await chat.tab()
    await tab.send_json({"got": "99:answer.0"})
    await tab.send_json({"id": "aaaaaaaa", "text": "halo"})
    await tab.receive_json(timeout=5)

    assert chat.gateway.receipts == []


async def test_a_lost_receipt_harms_nobody(chat: Chat) -> None:
    await chat.page()
    tab = await listening(chat)
    chat.gateway.away = True
    sending = asyncio.create_task(chat.adapter.send(answer(chat)))
    heard = await tab.receive_json(timeout=5)
    await tab.send_json({"got": heard["say"]["key"]})

    assert await sending == Sent(provider_id="7:answer.0")
    await chat.gateway.asked.wait()
    assert chat.gateway.receipts == []


async def test_what_is_no_message_is_refused(chat: Chat) -> None:
    outcome = await chat.adapter.send(WirePart(method="say", body={}))

    assert isinstance(outcome, Refused)

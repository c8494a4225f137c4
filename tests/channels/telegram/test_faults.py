"""Telegram fails for a minute in the middle of 500 messages, going out and coming in."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from aiohttp import web
from sqlalchemy import select

from channels.errors import ChannelError
from channels.message import OutboundMessage
from gateway.pull import pull_once
from store import conversations, outbox
from store.ids import Ids
from store.tables import Exchange, Inbox, Outbox, table
from tests.channels.telegram.bot_api import BotApi
from tests.channels.telegram.house import CHAT, RINA, House

# One database is enough here: it is the wire that fails.
pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)

MANY = 500
FAULTS = {
    "500": lambda: web.json_response({"ok": False, "error_code": 500}, status=500),
    "502 of a proxy": lambda: web.Response(status=502, text="<html>nginx"),
    "429": lambda: web.json_response(
        {"ok": False, "error_code": 429, "parameters": {"retry_after": 30}}, status=429
    ),
    "garbage": lambda: web.Response(text="<html>welcome to the hotel"),
    "not taken, line broken": ConnectionResetError,
    "taken, line broken": BrokenPipeError,
    "taken, no answer": TimeoutError,
}


@pytest.mark.parametrize("fault", [*FAULTS, "all of them"])
async def test_going_out_nothing_is_lost_and_only_what_was_in_doubt_is_sent_twice(
    house: House, bot_api: BotApi, fault: str
) -> None:
    kinds = list(FAULTS.values()) if fault == "all of them" else [FAULTS[fault]]
    if TimeoutError in kinds:  # else a busy machine's answer that comes late would be in doubt
        await give_up_soon(house)
    usual = bot_api._usual

    def after_200(method: str, body: dict) -> object:
        answer = usual(method, body)
        if len(bot_api.taken) == MANY * 2 // 5:
            for number in range(60):
                bot_api.then("sendMessage", kinds[number % len(kinds)]())
        return answer

    bot_api._usual = after_200  # type: ignore[method-assign]
    await queue(house)
    for _ in range(40):
        if {state for (state,) in await house.rows(Outbox, "state")} == {"sent"}:
            break
        await house.send_due()

    assert {state for (state,) in await house.rows(Outbox, "state")} == {"sent"}
    heard = Counter(one["text"] for one in bot_api.taken)
    assert len(heard) == MANY  # each citizen has his answer
    twice = {text for text, times in heard.items() if times > 1}
    assert twice <= await in_doubt(house)
    assert bool(twice) == any(kind in (BrokenPipeError, TimeoutError) for kind in kinds)


async def give_up_soon(house: House) -> None:
    """Wait half a second for an answer, not fifteen."""
    assert house.adapter._api is not None
    requests = house.adapter._api._requests
    await requests.session.close()
    requests._session, requests._read_timeout_s = None, 0.5


async def queue(house: House) -> None:
    now, ids = datetime.now(UTC), Ids()
    chats = [str(6000 + number) for number in range(MANY)]
    async with house.gateway.database.begin() as connection:
        whom = [("telegram", "main", chat) for chat in chats]
        talks = await conversations.ensure(connection, ids, whom, now)
        said = [
            OutboundMessage(
                channel="telegram", account="main", address=chat, key=chat, text=f"untuk {chat}"
            )
            for chat in chats
        ]
        rows = [outbox.row(ids, talks["telegram", "main", m.address], m, now) for m in said]
        await outbox.put(connection, rows)


async def in_doubt(house: House) -> set[str]:
    """The texts of which an attempt ended in doubt, and is on record as such."""
    rows = table(Exchange)
    async with house.gateway.database.read() as connection:
        found = await connection.execute(
            select(table(Outbox).c.key)
            .join(rows, rows.c.outbox_id == table(Outbox).c.id)
            .where(rows.c.outcome == "unknown")
        )
        return {f"untuk {key}" for key in found.scalars()}


@pytest.mark.parametrize("fault", ["500", "429", "garbage", "not taken, line broken"])
async def test_coming_in_nothing_is_lost_and_nothing_taken_twice(
    house: House, bot_api: BotApi, fault: str
) -> None:
    bot_api.updates = [
        {"update_id": n, "message": {
            "message_id": n, "date": 1767225600, "text": f"halo {n}",
            "from": {**RINA, "id": 6000 + n}, "chat": {**CHAT, "id": 6000 + n},
        }}
        for n in range(1, MANY + 1)
    ]  # fmt: skip
    for poll in range(40):
        if poll == 2:
            for _ in range(20):
                bot_api.then("getUpdates", FAULTS[fault]())
        with suppress(ChannelError):
            await pull_once(house.door, house.adapter, house.gateway.database)

    assert bot_api.updates == []  # all confirmed
    kept = await house.rows(Inbox, "external_id")
    assert sorted(kept) == sorted((f"7000001:{6000 + n}:{n}",) for n in range(1, MANY + 1))

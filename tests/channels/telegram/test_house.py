"""Telegram in the whole house: what a citizen hears, wherever he writes and whatever he sends."""

from __future__ import annotations

import asyncio
import io
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

import channels.telegram
from channels.adapter import Raw
from channels.errors import Malformed, Misconfigured
from gateway.pull import pull_once
from store import channel_states
from store.tables import (
    Complaint,
    ConversationRow,
    Delivery,
    Inbox,
    Media,
    Outbox,
    PartRow,
    Task,
    table,
)
from tests.channels.telegram.bot_api import BotApi
from tests.channels.telegram.house import RINA, House

TICKET = re.compile(r"JKT-[0-9A-Z]{4}-[0-9A-Z]{4}")
GROUP = {"id": -4400, "type": "group", "title": "RW 03"}
SUPERGROUP = {"id": -1009900, "type": "supergroup", "title": "RW 03"}
AT_THE_BOT = "@LaporContohBot"
MENTENG = {"latitude": -6.1951, "longitude": 106.8325}
RUBBISH = "sampah menumpuk sudah seminggu tidak diangkut, baunya menyengat"


def jpeg(shade: int) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, 110, 130)).save(held, "JPEG")
    return held.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        {"sticker": {"file_id": "s", "emoji": "😡"}},
        {"voice": {"file_id": "v", "duration": 4}},
        {"video_note": {"file_id": "n", "duration": 4}},
        {"audio": {"file_id": "a", "duration": 4}},
    ],
    ids=lambda content: next(iter(content)),
)
async def test_what_we_cannot_use_is_said_kindly(house: House, content: dict[str, Any]) -> None:
    house.sends(**content)
    await pull_once(house.door, house.adapter, house.gateway.database)
    await house.fetch()
    await house.settle()

    (heard,) = (one["text"] for one in house.bot_api.taken)
    assert "foto" in heard.lower() or "tulis" in heard.lower(), heard
    assert house.bot_api.bodies("getFile") == []  # nothing is downloaded for it


async def test_the_first_position_of_a_live_location_is_the_place_and_its_moves_are_none(
    house: House,
) -> None:
    await house.says(text=RUBBISH)
    live = {**MENTENG, "live_period": 900, "horizontal_accuracy": 12.0}
    asked = await house.says(location=live)
    number = house.number
    for step in range(1, 4):
        moved = {**live, "latitude": -6.30 - step / 100}
        house.happens(edited_message={
            "message_id": number, "date": 1767225600, "edit_date": 1767225600 + step,
            "chat": {"id": 5501, "type": "private"}, "from": RINA, "location": moved,
        })  # fmt: skip

    assert "foto" in asked.lower()
    assert await house.answers() == ""
    assert await house.rows(Inbox, "state", channel="telegram") == [("done",)] * 2


async def test_an_album_is_one_report_with_all_its_photos(house: House, bot_api: BotApi) -> None:
    for number in range(3):
        bot_api.give("getFile", {"file_id": f"p{number}", "file_path": f"photos/{number}.jpg"})
        bot_api.files[f"photos/{number}.jpg"] = jpeg(60 * number)
        house.sends(
            media_group_id="album-1",
            photo=[{"file_id": f"p{number}", "width": 64, "height": 48}],
            **({"caption": f"{RUBBISH} di Menteng"} if number == 0 else {}),
        )
    await pull_once(house.door, house.adapter, house.gateway.database)
    await house.settle()  # the album has been quiet for long enough: it is one message now
    await house.fetch()
    await house.settle()

    assert await house.rows(Inbox, "external_id", channel="telegram") == [("7000001:5501:1",)]
    assert await house.rows(Media, "state") == [("kept",)] * 3
    assert len(bot_api.taken) == 1


async def test_a_group_is_answered_when_it_asks_and_told_nothing_personal(house: House) -> None:
    assert await house.says(chat=GROUP, text=RUBBISH) == ""
    heard = await house.says(chat=GROUP, text=f"{AT_THE_BOT} pohon tumbang di Kel. Bangka")

    assert TICKET.search(heard)
    (complaint,) = await house.rows(Complaint, "ticket", "kelurahan")
    assert complaint[1] == "Bangka"
    again = await house.says(chat=GROUP, text=f"{AT_THE_BOT} status laporan saya?")
    assert not TICKET.search(again)
    assert "pribadi" in again
    assert {one["chat_id"] for one in house.bot_api.taken} == {-4400}


async def told_of_the_move(house: House) -> None:
    house.sends(chat=GROUP, migrate_to_chat_id=-1009900)
    house.sends(chat=SUPERGROUP, migrate_from_chat_id=-4400)
    assert await house.answers() == ""


async def found_by_a_send(house: House) -> None:
    moved = "Bad Request: group chat was upgraded to a supergroup chat"
    house.bot_api.refuse("sendMessage", 400, moved, migrate_to_chat_id=-1009900)
    assert await house.says(chat=GROUP, text=f"{AT_THE_BOT} halo")


@pytest.mark.parametrize("way", [told_of_the_move, found_by_a_send])
async def test_a_group_that_has_moved_goes_on_with_the_same_conversations(
    house: House, way: Any
) -> None:
    await house.says(chat=GROUP, text=f"{AT_THE_BOT} pohon tumbang di Kel. Bangka")
    await house.says(chat=GROUP, text=f"{AT_THE_BOT} halo", **{"from": {**RINA, "id": 5502}})
    before = await house.rows(ConversationRow, "id", "address")
    await way(house)
    after = await house.rows(ConversationRow, "id", "address")

    moved = {"-1009900:5501", "-1009900:5502"}
    if way is told_of_the_move:
        assert {address for _, address in after} == moved
    assert [number for number, _ in after] == [number for number, _ in before]
    await house.says(chat=SUPERGROUP, text=f"{AT_THE_BOT} terima kasih")
    assert house.bot_api.taken[-1]["chat_id"] == -1009900
    assert await house.rows(ConversationRow, "id", "address") == after  # no new one
    assert {address for _, address in after} == moved


async def test_a_move_that_is_told_again_or_too_late_harms_nobody(house: House) -> None:
    await house.says(chat=GROUP, text=f"{AT_THE_BOT} pohon tumbang di Kel. Bangka")
    await house.says(chat=SUPERGROUP, text=f"{AT_THE_BOT} halo")
    await told_of_the_move(house)
    await told_of_the_move(house)

    addresses = [address for (address,) in await house.rows(ConversationRow, "address")]
    assert addresses == ["-1009900:5501", "-4400:5501"]


async def test_a_revoked_token_is_told_once_and_what_came_before_is_kept(
    house: House, bot_api: BotApi
) -> None:
    house.sends(text="halo")
    await pull_once(house.door, house.adapter, house.gateway.database)  # T1
    for _ in range(3):
        bot_api.refuse("sendMessage", 401, "Unauthorized")
        await house.settle()
        bot_api.refuse("getUpdates", 401, "Unauthorized")
        with pytest.raises(Misconfigured, match="KANAL_TELEGRAM_TOKEN"):
            await pull_once(house.door, house.adapter, house.gateway.database)

    async with house.gateway.database.read() as connection:
        (state,) = await channel_states.all_of_them(connection)
        tasks = (await connection.execute(select(table(Task).c.reason))).scalars().all()
    assert (state.state, state.detail.partition(":")[0]) == ("broken", "KANAL_TELEGRAM_TOKEN")
    assert tasks == ["channel_broken:telegram:main"]
    assert await house.rows(Inbox, "state", channel="telegram") == [("done",)]
    assert await house.rows(Outbox, "state", "attempts") == [("queued", 0)]
    assert len(await house.rows(Delivery, "id")) == 1
    await house.settle()  # the token works again
    assert [one["chat_id"] for one in bot_api.taken] == [5501]


@pytest.mark.parametrize("seed", range(3))
async def test_in_any_order_and_however_often_updates_give_the_same_messages(
    house: House, seed: int
) -> None:
    files = sorted((Path(channels.telegram.__file__).parent / "fixtures").glob("*.in.json"))
    now = datetime(2026, 1, 2, tzinfo=UTC)
    raws = [Raw(body=file.read_bytes(), received_at=now) for file in files]
    expected, parts = set(), set()
    for raw in raws:
        with suppress(Malformed):
            received = house.adapter.parse(raw)
            expected |= {(message.external_id,) for message in received.messages}
            parts |= {(part.message.external_id,) for part in received.parts}
    several = raws * 2 + [Raw(body=raw.body[:-9], received_at=now) for raw in raws]  # cut short
    Random(seed).shuffle(several)
    await asyncio.gather(*(house.door(raw) for raw in several))

    assert len(expected) > 15
    assert set(await house.rows(Inbox, "external_id")) == expected
    assert set(await house.rows(PartRow, "external_id")) == parts


async def test_who_blocks_the_bot_is_reminded_of_nothing(house: House, bot_api: BotApi) -> None:
    bot_api.refuse("sendMessage", 403, "Forbidden: user is deactivated")
    await house.says(text=RUBBISH)

    assert await house.rows(ConversationRow, "stopped") == [(True,)]
    assert await house.rows(Outbox, "state") == [("dead",)]

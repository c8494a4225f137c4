"""The whole gateway on our own X: citizens tweet and write, complaints are filed, answers come."""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from PIL import Image
from sqlalchemy import select, update

from channels.twitter.adapter import Hooked, Polling, Settings
from gateway.app import compose
from gateway.running import Gateway
from gateway.settings import Settings as GatewaySettings
from store import complaints, schema
from store import outbox as outbox_of
from store.database import Database
from store.tables import Complaint, Media, Outbox, table
from tests.channels.twitter.conftest import keys as own_keys
from tests.peers.twitter.x_server import HANGS_UP, Fault, Keys, X

BUSY = 7200  # questions an hour: a round every second
FLOOD = "@LaporKota banjir selutut di Jl. Kemang Raya dekat Pasar Minggu"


keys = own_keys  # the fixture


@pytest.fixture
async def served() -> AsyncIterator[tuple[X, str]]:
    x = X()
    x.budget.default_factory = lambda: 1_000_000
    async with TestServer(x.app, host="127.0.0.1") as server:
        yield x, str(server.make_url("")).rstrip("/")


@asynccontextmanager
async def gateway_on(base: str, tmp_path: Path, engine, **more) -> AsyncIterator[Gateway]:
    public = {"host": "127.0.0.1", "port": 0}
    settings = GatewaySettings(var=tmp_path, public=public, metrics={"port": 0})
    database = Database("sqlite", tmp_path)
    await schema.upgrade(database)
    own = Settings(api_base=base, requests_per_hour=BUSY, **more)
    adapter = Hooked("main", own) if own.mode == "webhook" else Polling("main", own)
    gateway = compose(settings, database, engine, {("twitter", "main"): adapter})
    async with gateway.running():
        yield gateway
    await database.close()


async def until(condition, seconds: float = 60):
    async with asyncio.timeout(seconds):
        while not (found := condition()):
            await asyncio.sleep(0.02)
        return found


def ours(x: X) -> list[dict]:
    return [one for one in x.posts.values() if one["author_id"] == "1708"]


def dms(x: X) -> list[dict]:
    return [one for one in x.events.values() if one["sender_id"] == "1708"]


async def ready(x: X) -> None:
    """Wait until the first round, which takes nothing, is over."""
    await until(lambda: [path for _, path in x.asked if path == "/2/dm_events"])


async def filed(gateway: Gateway):
    async with gateway.database.read() as connection:
        return (await connection.execute(select(table(Complaint)))).all()


async def test_a_mention_becomes_a_complaint_and_is_answered_in_its_thread(
    served,
    keys,
    tmp_path,
    engine,
) -> None:
    x, base = served
    async with gateway_on(base, tmp_path, engine) as gateway:
        await ready(x)
        picture = io.BytesIO()
        Image.new("RGB", (64, 48), "brown").save(picture, "JPEG")
        key = x.photo(picture.getvalue(), base)
        ani = x.citizen("ani")
        asked = x.post(ani, FLOOD, attachments={"media_keys": [key]})
        (answer,) = await until(lambda: ours(x))
        (complaint,) = await filed(gateway)
        assert answer["conversation_id"] == asked
        assert answer["text"].startswith("@ani ")
        assert complaint.ticket in answer["text"]
        assert complaint.category == "banjir"
        assert "Kemang" not in answer["text"]  # nothing of what he told in public
        async with gateway.database.read() as connection:
            photo = (await connection.execute(select(table(Media)))).one()
        assert (photo.state, photo.complaint_id) == ("kept", complaint.id)


async def test_a_direct_message_is_a_talk(served, keys, tmp_path, engine) -> None:
    x, base = served
    async with gateway_on(base, tmp_path, engine) as gateway:
        await ready(x)
        ani = x.citizen("ani")
        said = 0
        for text in (
            "lampu jalan mati",
            "di Jl. Kemang Raya, Bangka, Mampang Prapatan",
            "lewati",
            "ya",
        ):
            if await filed(gateway):
                break
            x.dm(ani, text)
            await until(lambda: len(dms(x)) > said)  # noqa: B023 - awaited here
            said = len(dms(x))
        await until(lambda: any("JKT-" in one["text"] for one in dms(x)))
        (complaint,) = await filed(gateway)
        assert complaint.category == "lampu_jalan"
        assert not ours(x)  # nothing in public


async def test_a_webhook_is_proved_believed_and_answered(served, keys, tmp_path, engine) -> None:
    x, base = served
    async with gateway_on(base, tmp_path, engine, mode="webhook") as gateway:
        url = f"http://127.0.0.1:{gateway.public_port}/channels/twitter/main"
        ani = x.citizen("ani")
        number = x.post(ani, FLOOD)
        event = {
            "created_at": datetime.now(UTC).strftime("%a %b %d %H:%M:%S +0000 %Y"),
            "id_str": number,
            "text": FLOOD,
            "user": {"id_str": ani, "screen_name": "ani"},
            "entities": {"urls": []},
        }
        body = json.dumps({"for_user_id": "1708", "tweet_create_events": [event]}).encode()
        async with aiohttp.ClientSession() as http:
            async with http.get(url, params={"crc_token": "t"}) as reply:
                assert await reply.json() == x.crc_answer("t")
            async with http.get(url) as reply:
                assert (reply.status, await reply.read()) == (401, b"")
            for unproved in ({}, x.signed(body + b" "), X(Keys(consumer_secret="x")).signed(body)):
                async with http.post(url, data=body, headers=unproved) as reply:
                    assert (reply.status, await reply.read()) == (401, b"")
            async with http.get(url, params={"crc_token": body.decode()}) as reply:
                assert (reply.status, await reply.read()) == (401, b"")  # no oracle of signatures
            for _ in range(2):  # X delivers twice now and then
                async with http.post(url, data=body, headers=x.signed(body)) as reply:
                    assert (reply.status, await reply.read()) == (200, b"")
        (answer,) = await until(lambda: ours(x))
        assert "JKT-" in answer["text"]
        assert len(await filed(gateway)) == 1


async def test_x_fails_for_a_while_in_the_middle_of_many(served, keys, tmp_path, engine) -> None:
    """500 mentions; from the middle on X refuses, is busy, talks nonsense and hangs up."""
    x, base = served
    async with gateway_on(base, tmp_path, engine) as gateway:
        await ready(x)
        at_full_speed(gateway)
        people = [x.citizen(f"warga{number}") for number in range(500)]
        for number, citizen in enumerate(people[:250]):
            x.post(citizen, f"{FLOOD} nomor {number}")
        await until(lambda: len(ours(x)) >= 100)
        soon = {"x-rate-limit-reset": f"{time.time() + 1:.0f}"}
        x.faults = [
            Fault("/2/users/1708", 503),
            Fault("/2/users/1708", 429, headers=soon),
            Fault("/2/tweets", 503, times=20),
            Fault("/2/tweets", 500, times=5),
            Fault("/2/tweets", 200, b"<html>", times=5),
            Fault("/2/tweets", HANGS_UP, times=5),
            Fault("/2/tweets", HANGS_UP, times=5, taken=True),
            Fault("/2/tweets", 429, headers=soon),
        ]
        for number, citizen in enumerate(people[250:], 250):
            x.post(citizen, f"{FLOOD} nomor {number}")

        async def answered() -> bool:
            await without_waiting(gateway)
            return len(ours(x)) >= len(people) and not await waiting(gateway)

        async with asyncio.timeout(120):
            while not await answered():
                await asyncio.sleep(0.2)
        assert not x.faults
        assert len({one["text"].split()[0] for one in ours(x)}) == len(ours(x)) == len(people)
        tried = x.asked.count(("POST", "/2/tweets"))
        assert tried == len(people) + 41  # nothing again but what was refused or in doubt
        assert len(await filed(gateway)) == len(people)


def at_full_speed(gateway: Gateway) -> None:
    """As if X had no limits: they are its own, and those of the channel are tested elsewhere."""
    gateway.dispatcher._lanes.clear()
    for _, lane in gateway.dispatcher._open_lanes():
        lane.at_once = 64
        lane._account = type(lane._account)(0, 1, lane._clock)


async def without_waiting(gateway: Gateway) -> None:
    """As if all waits were over; what is under way keeps its lease."""
    outbox = table(Outbox)
    rests = outbox.c.state.in_(("queued", "unknown")) & outbox.c.lease_until.is_(None)
    async with gateway.database.begin() as connection:
        await connection.execute(update(outbox).where(rests).values(due_at=datetime.now(UTC)))
    gateway.outgoing.ring()


async def waiting(gateway: Gateway) -> int:
    async with gateway.database.read() as connection:
        return await outbox_of.count(connection, "queued", "unknown")


async def test_progress_is_told_in_the_thread(served, keys, tmp_path, engine) -> None:
    from console.answer.acts import change_status
    from dialogs.conversation import Status
    from store.ids import Ids

    x, base = served
    async with gateway_on(base, tmp_path, engine) as gateway:
        await ready(x)
        asked = x.post(x.citizen("ani"), FLOOD)
        await until(lambda: ours(x))
        (complaint,) = await filed(gateway)
        await change_status(
            gateway.database,
            Ids(),
            complaint.ticket,
            Status.ASSIGNED,
            actor="petugas",
            note="",
            now=datetime.now(UTC),
        )
        gateway.outgoing.ring()
        await until(lambda: len(ours(x)) == 2)
        assert ours(x)[1]["conversation_id"] == asked
        assert complaint.ticket in ours(x)[1]["text"]
        assert await _status(gateway, complaint.ticket) == "assigned"


async def _status(gateway: Gateway, ticket: str) -> str:
    async with gateway.database.read() as connection:
        found = await complaints.by_number(connection, [ticket])
    return str(found[ticket][0].status)

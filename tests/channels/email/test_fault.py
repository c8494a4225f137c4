"""The relay fails for a minute in the middle of 500 messages; 10,000 machines write to us."""

from __future__ import annotations

import asyncio
import email
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select, update

import channels.email
from channels.adapter import Outcome, Raw, Received
from channels.email import mime
from channels.errors import Malformed
from channels.message import OutboundMessage
from gateway.app import open_gateway
from gateway.running import Gateway
from gateway.settings import Settings as AllSettings
from store import conversations, outbox
from store.ids import Ids
from store.tables import Delivery, Exchange, Inbox, Outbox, table
from tests.channels.email.conftest import RINA, RelayOfOurs, relay_of_ours
from tests.conformance.folders import Folder, raw_of

OUTBOX = table(Outbox)
MANY = [f"warga-{number}@contoh.example" for number in range(500)]


@pytest.fixture
async def relay() -> AsyncIterator[RelayOfOurs]:
    async with relay_of_ours() as one:
        yield one


@pytest.fixture
async def gateway(relay: RelayOfOurs, model_var: Path, tmp_path: Path) -> AsyncIterator[Gateway]:
    """A gateway that sends when a test tells it to."""
    (tmp_path / "models").symlink_to(model_var / "models")
    own = {"listen": False, "relay": f"smtp://127.0.0.1:{relay.port}"}
    said = {"var": tmp_path, "channels": {"email": own}}
    async with open_gateway(AllSettings.model_validate(said)) as opened:
        yield opened


async def queue(gateway: Gateway) -> None:
    """A message to each."""
    now, ids = datetime.now(UTC), Ids()
    async with gateway.database.begin() as connection:
        whom = [("email", "main", one) for one in MANY]
        talks = await conversations.ensure(connection, ids, whom, now)
        rows = [
            outbox.row(
                ids,
                talks[one],
                OutboundMessage(
                    channel="email", account="main", address=one[2], key=one[2], text="Di mana?"
                ),
                now,
            )
            for one in whom
        ]
        await outbox.put(connection, rows)


async def send_some(gateway: Gateway) -> None:
    """One round, as if every wait and every hold were over."""
    gateway.dispatcher._lanes.clear()
    async with gateway.database.begin() as connection:
        await connection.execute(update(OUTBOX).values(due_at=datetime.now(UTC)))
    await gateway.dispatcher.once()
    await gateway.dispatcher.drain()


def taken(relay: RelayOfOurs) -> Counter[str]:
    """How often the relay has each mail."""
    return Counter(recipients[0] for _, recipients, _ in relay.mails)


@pytest.mark.parametrize("fault", ["451 at MAIL", "451 at RCPT", "421 at DATA", "hangs up", "away"])
async def test_a_relay_that_fails_for_a_minute_loses_nothing(
    gateway: Gateway, relay: RelayOfOurs, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await queue(gateway)
    while len(relay.mails) < 200:
        await send_some(gateway)
    reply, _, command = fault.partition(" at ")
    if command:
        relay.replies[command] = f"{reply} 4.3.0 later"
    relay.hang_up_after_data = fault == "hangs up"
    adapter: Any = gateway.accounts["email", "main"]
    port = adapter._post._port
    if fault == "away":
        monkeypatch.setattr(adapter._post, "_port", 1)
        while line := adapter._post._lines.take():
            line.client.close()
    before = len(relay.mails)
    while await failed(gateway) < 60:
        await send_some(gateway)
    during = relay.mails[before:]

    relay.replies.clear()
    relay.hang_up_after_data = False
    monkeypatch.setattr(adapter._post, "_port", port)
    for _ in range(200):
        if await states(gateway) == {"sent"}:
            break
        await send_some(gateway)

    assert await states(gateway) == {"sent"}
    assert set(taken(relay)) == set(MANY)  # nothing is lost
    twice = {whom for whom, times in taken(relay).items() if times > 1}
    assert twice <= {recipients[0] for _, recipients, _ in during}
    if fault != "hangs up" and command != "DATA":  # here the relay had taken none
        assert twice == set()
    if fault == "hangs up":  # what nobody can know is noted as such, and has the same Message-ID
        assert await in_doubt(gateway) >= len(twice) > 0
        ids = Counter(str(email.message_from_bytes(mail)["Message-ID"]) for *_, mail in relay.mails)
        assert len(ids) == len(MANY)


async def failed(gateway: Gateway) -> int:
    return await count(gateway, table(Exchange), table(Exchange).c.outcome != "sent")


async def in_doubt(gateway: Gateway) -> int:
    return await count(gateway, table(Exchange), table(Exchange).c.outcome == "unknown")


async def count(gateway: Gateway, rows: Any, *where: Any) -> int:
    async with gateway.database.read() as connection:
        found = await connection.execute(select(func.count()).select_from(rows).where(*where))
        return int(found.scalar_one())


async def states(gateway: Gateway) -> set[str]:
    async with gateway.database.read() as connection:
        return set((await connection.execute(select(OUTBOX.c.state))).scalars())


MACHINES = [
    "Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All", "X-Autoreply: yes",
    "Precedence: auto_reply", "Precedence: bulk", "List-Id: <a.b>", "Feedback-ID: 1:2",
    "Return-Path: <>", "X-Kanal-Loop: lapor@kanal.localhost",
    "Content-Type: multipart/report; report-type=disposition-notification; boundary=x",
]  # fmt: skip


async def test_ten_thousand_automatic_answers_are_answered_by_none(gateway: Gateway) -> None:
    door = gateway.doors["email", "main"]
    told: Counter[Outcome] = Counter()
    for first in range(0, 10_000, 500):
        kept = await asyncio.gather(*(door(automatic(first + n)) for n in range(500)))
        told.update(outcome for one in kept for outcome in one.outcomes)

    assert told == {Outcome.IGNORED: 10_000}
    assert await count(gateway, table(Inbox)) == 0
    assert await count(gateway, table(Delivery)) == 0  # they fill no disk either
    assert await count(gateway, OUTBOX) == 0


def automatic(number: int) -> Raw:
    mail = (
        f"{MACHINES[number % len(MACHINES)]}\r\nFrom: {RINA}\r\nTo: lapor@kanal.localhost\r\n"
        f"Message-ID: <{number}@contoh.example>\r\nSubject: Re: Laporan Anda\r\n\r\n"
        "Saya sedang cuti sampai tanggal 5.\r\n"
    )
    return Raw(body=mail.encode(), received_at=datetime.now(UTC))


async def test_deliveries_that_come_again_in_any_order_are_the_same_messages(
    gateway: Gateway,
) -> None:
    """All of the fixtures, three times over, shuffled, by both ways."""
    folder = Folder(Path(channels.email.__file__).parent)
    files = sorted(folder.fixtures.glob("*.in.eml"))
    raws = [raw_of(folder, file) for file in files]
    adapter = gateway.accounts["email", "main"]
    known = {one.external_id for raw in raws for one in read(adapter, raw).messages}
    for seed in range(3):
        shuffled = [by_another_way(raw, seed) for raw in raws]
        Random(seed).shuffle(shuffled)
        await asyncio.gather(*(gateway.doors["email", "main"](raw) for raw in shuffled))

    async with gateway.database.read() as connection:
        kept = (await connection.execute(select(table(Inbox).c.external_id))).scalars().all()
    assert sorted(kept) == sorted(known)


def read(adapter: Any, raw: Raw) -> Received:
    try:
        received: Received = adapter.parse(raw)
    except Malformed:
        return Received()
    return received


def by_another_way(raw: Raw, way: int) -> Raw:
    """The same mail as another mail server hands it on: a field more, other line ends."""
    if way == 0 or not mime.read(raw.body).fields:  # one of them has no head at all
        return raw
    body = raw.body.replace(b"\r\n", b"\n") if way == 1 else raw.body
    return replace(raw, body=b"Received: from mx.contoh.example by imap.example\n" + body)

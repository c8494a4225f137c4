"""Delivery when providers misbehave: nothing lost, nothing sent twice without saying so."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from channels.adapter import Refused, Retry, Sent, Unknown
from channels.errors import Misconfigured
from channels.message import OutboundMessage
from gateway import dispatch
from store import channel_states, conversations, outbox
from store.ids import Ids
from store.tables import ConversationRow, Exchange, Outbox, Task, table

OUTBOX = table(Outbox)


async def queue(talk, *addresses: str) -> None:
    """A message to each of these."""
    now, ids = datetime.now(UTC), Ids()
    async with talk.gateway.database.begin() as connection:
        whom = [("paper", "main", one) for one in addresses]
        talks = await conversations.ensure(connection, ids, whom, now)
        rows = [
            outbox.row(
                ids,
                talks[one],
                OutboundMessage(
                    channel="paper", account="main", address=one[2], key=one[2], text=one[2]
                ),
                now,
            )
            for one in whom
        ]
        await outbox.put(connection, rows)


async def due_now(talk) -> None:
    """As if every wait were over."""
    async with talk.gateway.database.begin() as connection:
        await connection.execute(update(OUTBOX).values(due_at=datetime.now(UTC)))


async def stands(talk, *columns: str):
    async with talk.gateway.database.read() as connection:
        chosen = select(*(OUTBOX.c[name] for name in columns)).order_by(OUTBOX.c.id)
        return [tuple(row) for row in await connection.execute(chosen)]


def free(talk) -> None:
    """Lift every hold."""
    talk.gateway.dispatcher._lanes.clear()


async def test_a_provider_that_asks_all_of_an_account_to_wait_is_left_alone(talk) -> None:
    wait = timedelta(minutes=15)
    talk.paper.script = [Retry(detail="429", after=wait, account=True)]
    await queue(talk, "ani")
    await talk.send_due()
    await queue(talk, "budi")
    await talk.send_due()
    assert talk.paper.sent == []
    async with talk.gateway.database.read() as connection:
        (state,) = await channel_states.all_of_them(connection)
    assert (state.channel, state.state, state.detail) == ("paper", "held", "429")
    free(talk)
    await due_now(talk)
    await talk.send_due()
    assert sorted(talk.paper.sent) == ["ani", "budi"]


async def test_a_refused_token_marks_the_channel_and_kills_no_message(talk) -> None:
    for _ in range(20):  # more often than a message may fail
        talk.paper.script = [Misconfigured("KANAL_PAPER_TOKEN: refused. Ask for a new one")]
        if not await stands(talk, "id"):
            await queue(talk, "ani")
        free(talk)
        await due_now(talk)
        await talk.send_due()
    assert await stands(talk, "state", "attempts") == [("queued", 0)]
    async with talk.gateway.database.read() as connection:
        (state,) = await channel_states.all_of_them(connection)
        tasks = (await connection.execute(select(table(Task).c.reason))).scalars().all()
    assert (state.state, "KANAL_PAPER_TOKEN" in state.detail) == ("broken", True)
    assert tasks == ["channel_broken:paper:main"]  # a person is told once, not twenty times
    free(talk)
    await due_now(talk)
    await talk.send_due()
    async with talk.gateway.database.read() as connection:
        (state,) = await channel_states.all_of_them(connection)
    assert (talk.paper.sent, state.state) == (["ani"], "up")


async def test_what_may_have_arrived_is_marked_and_sent_again(talk) -> None:
    talk.paper.script = [Unknown(detail="the connection broke")]
    await queue(talk, "ani")
    await talk.send_due()
    assert await stands(talk, "state", "detail") == [
        ("unknown", "unknown outcome: the connection broke")
    ]
    await due_now(talk)
    await talk.send_due()
    assert await stands(talk, "state") == [("sent",)]


async def test_a_provider_that_knows_our_key_leaves_no_doubt(talk) -> None:
    talk.paper.caps = type(talk.paper.caps)(text_limit=100, idempotent=True)
    talk.paper.script = [Unknown(detail="the connection broke")]
    await queue(talk, "ani")
    await talk.send_due()
    assert await stands(talk, "state") == [("queued",)]


async def test_who_blocks_us_is_asked_nothing_more_until_he_writes(talk) -> None:
    talk.paper.script = [Refused(detail="blocked", blocked=True)]
    await talk.say("halo")

    async def stopped():
        async with talk.gateway.database.read() as connection:
            return (await connection.execute(select(table(ConversationRow).c.stopped))).scalar()

    assert await stopped()
    assert "Halo" in await talk.say("halo lagi")
    assert not await stopped()


async def test_every_exchange_is_kept_without_secrets(talk) -> None:
    talk.gateway.dispatcher.redactor.learn(["planted-secret"])
    talk.paper.script = [Retry(detail="500 for planted-secret", after=timedelta(0))]
    await queue(talk, "planted-secret-ani")
    await talk.send_due()
    await talk.send_due()
    async with talk.gateway.database.read() as connection:
        rows = (await connection.execute(select(table(Exchange)))).all()
    assert [row.outcome for row in rows] == ["retry", "sent"]
    assert all('"method": "say"' in row.request for row in rows)
    assert not any("planted" in f"{row.request} {row.detail}" for row in rows)


async def test_a_channel_that_is_switched_off_keeps_its_messages(talk) -> None:
    await queue(talk, "ani")
    paper = talk.gateway.accounts.pop(("paper", "main"))
    for _ in range(20):
        await talk.send_due()
    assert await stands(talk, "state", "attempts") == [("queued", 0)]
    talk.gateway.accounts["paper", "main"] = paper
    await talk.send_due()
    assert talk.paper.sent == ["ani"]


@pytest.mark.parametrize("fault", ["500", "429", "token"])
async def test_a_provider_that_fails_for_a_minute_in_the_middle_loses_nothing(talk, fault) -> None:
    """500 messages; the fault comes after the 200th and stays for 60 attempts."""
    many = [f"warga-{number}" for number in range(500)]
    troubles = {
        "500": Retry(detail="500"),
        "429": Retry(detail="429", after=timedelta(seconds=30), account=True),
        "token": Misconfigured("KANAL_PAPER_TOKEN: refused"),
    }
    await queue(talk, *many)
    talk.paper.script = [Sent(provider_id=f"s{n}") for n in range(200)] + [troubles[fault]] * 60
    for _ in range(200):
        if len(talk.paper.sent) == len(many):
            break
        free(talk)
        await due_now(talk)
        await talk.send_due()
    assert sorted(talk.paper.sent) == sorted(many)  # each once, none lost
    assert {state for (state,) in await stands(talk, "state")} == {"sent"}


async def test_a_slow_account_does_not_hold_up_another(talk) -> None:
    from tests.paper import Paper

    stuck, going = Paper(), asyncio.Event()

    async def never(_part):
        await going.wait()
        return Sent()

    stuck.send = never
    talk.gateway.roster.add({("paper", "slow"): stuck})
    now, ids = datetime.now(UTC), Ids()
    async with talk.gateway.database.begin() as connection:
        for number in range(100):
            who = ("paper", "slow", f"s{number}")
            number_of = (await conversations.ensure(connection, ids, [who], now))[who]
            message = OutboundMessage(
                channel="paper", account="slow", address=who[2], key=who[2], text="x"
            )
            await outbox.put(connection, [outbox.row(ids, number_of, message, now)])
    await queue(talk, "ani")
    await talk.gateway.dispatcher.once()
    await talk.gateway.dispatcher.once()
    while talk.paper.sent != ["ani"]:
        await asyncio.sleep(0)
    going.set()
    await talk.gateway.dispatcher.drain()


class Slow:
    """Sends that take until `going` is set; how many began."""

    def __init__(self, talk) -> None:
        self.begun = 0
        self.going = asyncio.Event()
        talk.paper.send = self.send

    async def send(self, _part):
        self.begun += 1
        await self.going.wait()
        return Sent(provider_id="p1")


async def test_a_send_that_outlasts_its_lease_is_not_begun_again(talk) -> None:
    slow = Slow(talk)
    await queue(talk, "ani")
    await talk.gateway.dispatcher.once()
    async with talk.gateway.database.begin() as connection:
        await connection.execute(update(OUTBOX).values(lease_until=datetime.now(UTC)))
    assert await talk.gateway.dispatcher.once() == 0
    slow.going.set()
    await talk.gateway.dispatcher.drain()
    assert slow.begun == 1
    assert await stands(talk, "state") == [("sent",)]


async def test_a_send_keeps_its_lease_for_as_long_as_it_takes(talk, monkeypatch) -> None:
    slow, lease = Slow(talk), timedelta(seconds=1.5)
    monkeypatch.setattr(talk.gateway.dispatcher, "_lease", lease)
    await queue(talk, "ani")
    begun = datetime.now(UTC)
    async with talk.gateway.running(doors=False), asyncio.timeout(20):
        while True:
            ((until,),) = await stands(talk, "lease_until")
            if until is not None and until > begun + 3 * lease:
                break
            await asyncio.sleep(0.01)
        slow.going.set()
    assert slow.begun == 1


async def test_a_send_that_never_ends_is_in_doubt(talk, monkeypatch) -> None:
    slow = Slow(talk)
    monkeypatch.setattr(dispatch, "_HANGS_S", 0)
    await queue(talk, "ani")
    await talk.gateway.dispatcher.once()
    await talk.gateway.dispatcher.drain()
    assert slow.begun == 1
    assert await stands(talk, "state") == [("unknown",)]


async def test_a_record_that_the_store_refuses_is_told_without_its_words(talk, monkeypatch) -> None:
    async def refuse(_record) -> None:
        raise KeyError("got depan rumah Ani")

    monkeypatch.setattr(talk.gateway.dispatcher._t3, "submit", refuse)
    await queue(talk, "ani")
    with capture_logs() as logs:
        await talk.gateway.dispatcher.once()
        (task,) = talk.gateway.dispatcher._under_way.values()
        await talk.gateway.dispatcher.drain()
    assert task.exception() is None
    assert [(one["event"], one["reason"]) for one in logs] == [("outbox.not_recorded", "KeyError")]

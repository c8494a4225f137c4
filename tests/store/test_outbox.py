"""The outbox: in order, at least once, up the lattice and never down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from channels.message import OutboundMessage, Priority, Receipt, ReceiptStatus
from store import conversations, dead, exchanges, outbox, receipts
from store.database import Database
from store.exchanges import Said
from store.ids import Ids
from store.outbox import Record
from store.tables import ConversationRow, table
from tests.paper import NOON, later

IDS = Ids(node=1)
LEASE = timedelta(seconds=60)


ACCOUNT = ("paper", "main")


async def queue(
    database: Database,
    *keys: str,
    address: str = "ani",
    priority: Priority = Priority.REPLY,
    account: str = "main",
) -> None:
    async with database.begin() as connection:
        who = ("paper", account, address)
        talks = await conversations.ensure(connection, IDS, [who], NOON)
        rows = [
            outbox.row(
                IDS,
                talks[who],
                OutboundMessage(
                    channel="paper",
                    account=account,
                    address=address,
                    key=key,
                    text=key,
                    priority=priority,
                ),
                NOON,
            )
            for key in keys
        ]
        await outbox.put(connection, rows)


async def claim(database: Database, at: float = 0, account=ACCOUNT):
    async with database.begin() as connection:
        return await outbox.claim(connection, account, now=later(at), lease_for=LEASE, most=10)


def record(due, state: str, at: float = 0, **more) -> Record:
    return Record(
        **{"due": due, "state": state, "part": 1, "attempts": 1, **more}, due_at=later(at)
    )


def receipt(provider_id: str, status: str) -> Receipt:
    return Receipt(
        channel="paper",
        account="main",
        provider_id=provider_id,
        status=ReceiptStatus(status),
        at=NOON,
    )


async def write(database: Database, *records: Record) -> None:
    async with database.begin() as connection:
        await outbox.record(connection, IDS, records)


async def test_what_many_sends_became_is_recorded_together(database: Database) -> None:
    """Were it refused, each would be written alone: it looks the same and takes twice as long."""
    await queue(database, "k1", address="ani")
    await queue(database, "k2", address="budi")
    first, second = await claim(database)
    await write(
        database,
        record(first, "sent", taken=((0, "p1"),), sent_at=NOON),
        record(second, "sent", taken=((0, "p2"),), sent_at=NOON),
    )
    async with database.read() as connection:
        assert await outbox.count(connection, "sent") == 2


def keys(due) -> list[str]:
    return [one.message.key for one in due]


async def test_one_address_is_served_in_order_others_beside_it(database) -> None:
    await queue(database, "a1", "a2")
    await queue(database, "b1", address="budi")
    first = await claim(database)
    assert keys(first) == ["a1", "b1"]
    assert keys(await claim(database)) == []
    await write(database, record(first[0], "sent", sent_at=NOON))
    assert keys(await claim(database)) == ["a2"]


async def test_a_crash_between_send_and_record_sends_again(database) -> None:
    await queue(database, "a1")
    assert keys(await claim(database)) == ["a1"]
    assert keys(await claim(database, at=59)) == []
    assert keys(await claim(database, at=61)) == ["a1"]


async def test_what_is_under_way_is_kept_until_it_is_recorded(database) -> None:
    await queue(database, "a1")
    await queue(database, "b1", address="budi")
    slow, quick = await claim(database)
    await write(database, record(quick, "queued", at=30, detail="500"))
    async with database.begin() as connection:
        await outbox.renew(connection, [slow.id, quick.id], later(100))
    assert keys(await claim(database, at=99)) == ["b1"]
    assert keys(await claim(database, at=101)) == ["a1"]


async def test_a_retry_waits_and_resumes_at_the_failed_part(database) -> None:
    await queue(database, "a1")
    (due,) = await claim(database)
    await write(database, record(due, "queued", at=30, detail="500"))
    assert keys(await claim(database, at=29)) == []
    (again,) = await claim(database, at=31)
    assert (again.part, again.attempts) == (1, 1)


async def test_a_parked_message_waits_for_its_address(database) -> None:
    await queue(database, "a1", "a2")
    (due,) = await claim(database)
    await write(database, record(due, "parked"))
    assert keys(await claim(database, at=999)) == []
    async with database.begin() as connection:
        assert await outbox.awake(connection, "paper", "main", "budi", later(5)) == 0
        assert await outbox.awake(connection, "paper", "main", "ani", later(5)) == 1
    assert keys(await claim(database, at=5)) == ["a1"]


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        (["delivered", "sent"], "delivered"),  # the late one loses
        (["read", "delivered"], "read"),
        (["delivered", "read"], "read"),
        (["failed", "delivered"], "failed"),  # failed is final
        (["delivered", "failed"], "delivered"),
    ],
)
async def test_receipts_form_a_lattice(database, said, stands) -> None:
    await queue(database, "a1")
    (due,) = await claim(database)
    await write(database, record(due, "sent", taken=((0, "p1"),), sent_at=NOON))
    async with database.begin() as connection:
        for status in said:
            await receipts.receive(connection, receipt("p1", status))
        assert await outbox.count(connection, stands) == 1


async def test_a_receipt_that_overtakes_the_record_counts_when_that_comes(database) -> None:
    await queue(database, "a1")
    (due,) = await claim(database)
    async with database.begin() as connection:
        await receipts.receive(connection, receipt("p1", "delivered"))
        await receipts.receive(connection, receipt("p1", "delivered"))  # told twice
        await receipts.receive(connection, receipt("of another program", "read"))
    await write(database, record(due, "sent", taken=((0, "p1"),), sent_at=NOON))
    async with database.begin() as connection:
        assert await outbox.count(connection, "delivered") == 1
        assert await receipts.forget_early(connection, later(1)) == 1  # what was not ours


async def test_a_message_is_delivered_when_its_last_part_is(database) -> None:
    await queue(database, "a1")
    (due,) = await claim(database)
    taken = ((0, "p1"), (1, "p2"))
    await write(database, record(due, "sent", taken=taken, sent_at=NOON))
    async with database.begin() as connection:
        await receipts.receive(connection, receipt("p2", "read"))
        assert await outbox.count(connection, "sent") == 1
        await receipts.receive(connection, receipt("p1", "delivered"))
        assert await outbox.count(connection, "delivered") == 1


async def test_replies_go_before_news_and_news_before_what_is_told_to_many(database) -> None:
    await queue(database, "c1", address="citra", priority=Priority.BROADCAST)
    await queue(database, "b1", address="budi", priority=Priority.STATUS)
    await queue(database, "a1")
    assert keys(await claim(database)) == ["a1", "b1", "c1"]


async def test_a_reply_overtakes_the_news_of_its_own_conversation(database) -> None:
    await queue(database, "news", priority=Priority.STATUS)
    await queue(database, "reply")
    (reply,) = await claim(database)
    assert reply.message.key == "reply"
    assert keys(await claim(database)) == []  # one at a time to an address
    await write(database, record(reply, "sent", sent_at=NOON))
    assert keys(await claim(database)) == ["news"]


async def test_each_account_has_messages_of_its_own(database) -> None:
    await queue(database, "a1")
    await queue(database, "b1", account="flood")
    assert keys(await claim(database, account=("paper", "flood"))) == ["b1"]
    assert keys(await claim(database)) == ["a1"]


async def test_what_may_have_arrived_stands_apart_and_goes_again(database) -> None:
    await queue(database, "a1")
    (due,) = await claim(database)
    await write(database, record(due, "unknown", at=60, part=0, detail="the line broke"))
    async with database.read() as connection:
        assert await outbox.count(connection, "unknown") == 1
    assert keys(await claim(database, at=59)) == []
    assert keys(await claim(database, at=60)) == ["a1"]


async def test_who_blocks_us_gets_nothing_unasked(database) -> None:
    await queue(database, "a1")
    (due,) = await claim(database)
    await write(database, record(due, "dead", shut=True))
    async with database.read() as connection:
        stopped = select(table(ConversationRow).c.stopped)
        assert (await connection.execute(stopped)).scalars().all() == [True]


async def test_every_exchange_is_kept_with_its_message(database) -> None:
    await queue(database, "a1")
    (due,) = await claim(database)
    said = [
        Said(part=0, at=NOON, took_ms=3, request='{"method": "say"}', outcome="sent"),
        Said(part=1, at=NOON, took_ms=4, request="{}", outcome="retry", detail="429"),
    ]
    await write(database, record(due, "queued", at=9, exchanges=tuple(said)))
    async with database.begin() as connection:
        assert await exchanges.of(connection, due.id) == said
        assert await exchanges.forget(connection, later(1)) == 2


async def test_a_dead_letter_goes_again_from_the_part_that_failed(database) -> None:
    await queue(database, "a1")
    (due,) = await claim(database)
    await write(database, record(due, "dead", detail="410"))
    async with database.begin() as connection:
        (letter,) = await dead.letters(connection, 9)
        assert (letter.kind, letter.id, letter.why) == ("mt", due.id, "410")
        assert await dead.send_again(connection, [due.id], NOON) == 1
    (again,) = await claim(database)
    assert (again.part, again.attempts) == (1, 0)

"""The outbox: in order, at least once, up the lattice and never down."""

from __future__ import annotations

from datetime import timedelta

import pytest

from channels.message import OutboundMessage, Receipt, ReceiptStatus
from store import conversations, outbox
from store.database import Database
from store.ids import Ids
from store.outbox import Record
from tests.paper import NOON, later

IDS = Ids(node=1)
LEASE = timedelta(seconds=60)


async def queue(database: Database, *keys: str, address: str = "ani") -> None:
    async with database.begin() as connection:
        who = ("paper", "main", address)
        talks = await conversations.ensure(connection, IDS, [who], NOON)
        rows = [
            outbox.row(
                IDS,
                talks[who],
                OutboundMessage(
                    channel="paper", account="main", address=address, key=key, text=key
                ),
                NOON,
            )
            for key in keys
        ]
        await outbox.put(connection, rows)


async def claim(database: Database, at: float = 0):
    async with database.begin() as connection:
        return await outbox.claim(connection, now=later(at), lease_for=LEASE, most=10)


def record(due, state: str, at: float = 0, **more) -> Record:
    return Record(id=due.id, state=state, part=1, attempts=1, due_at=later(at), **more)


async def write(database: Database, *records: Record) -> None:
    async with database.begin() as connection:
        await outbox.record(connection, records)


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
    ("receipts", "stands"),
    [
        (["delivered", "sent"], "delivered"),  # the late one loses
        (["read", "delivered"], "read"),
        (["delivered", "read"], "read"),
        (["failed", "delivered"], "failed"),  # failed is final
        (["delivered", "failed"], "delivered"),
    ],
)
async def test_receipts_form_a_lattice(database, receipts, stands) -> None:
    await queue(database, "a1")
    (due,) = await claim(database)
    await write(database, record(due, "sent", provider_id="p1", sent_at=NOON))
    async with database.begin() as connection:
        for status in receipts:
            receipt = Receipt(
                channel="paper",
                account="main",
                provider_id="p1",
                status=ReceiptStatus(status),
                at=NOON,
            )
            await outbox.receive(connection, receipt)
        assert await outbox.count(connection, stands) == 1

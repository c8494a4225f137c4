"""Receipts: what a provider says became of a wire part, a lattice that is only climbed.

    sent < delivered < read; failed is final

A message stands where its least advanced part stands. A receipt may overtake the T3 that records
what it speaks of: it is kept, and counted when that comes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.message import Receipt, ReceiptStatus
from store.dialect import insert_once, one_of
from store.tables import EarlyReceipt, Outbox, SentPart, table

OUTBOX, PART, EARLY = table(Outbox), table(SentPart), table(EarlyReceipt)

_LADDER = ("sent", "delivered", "read")
_BELOW: dict[str, tuple[str, ...]] = {
    "sent": (),
    "delivered": ("sent",),
    "read": ("sent", "delivered"),
    "failed": ("sent",),
}
_STANDS = (
    update(OUTBOX)
    .where(OUTBOX.c.id == bindparam("b_id"), one_of(OUTBOX.c.state, ("sent", "delivered")))
    .values(state=bindparam("state"))
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """A wire part that the provider took, and the id by which its receipts will call it."""

    outbox_id: int
    part: int
    channel: str
    account: str
    provider_id: str


async def receive(connection: AsyncConnection, receipt: Receipt) -> None:
    """Move a part, and with it its message, up the lattice; never down."""
    if not await _climb(connection, receipt) and not await _known(connection, receipt):
        await insert_once(
            connection,
            EARLY,
            {
                "channel": receipt.channel,
                "account": receipt.account,
                "provider_id": receipt.provider_id,
                "status": receipt.status.value,
                "at": receipt.at,
            },
        )


async def expect(connection: AsyncConnection, taken: Sequence[Taken]) -> None:
    """Remember what was sent under which id; receipts that were faster count now."""
    if not taken:
        return
    await connection.execute(
        insert(PART),
        [
            {
                "outbox_id": one.outbox_id,
                "part": one.part,
                "channel": one.channel,
                "account": one.account,
                "provider_id": one.provider_id,
                "state": "sent",
            }
            for one in taken
        ],
    )
    for receipt in await _early(connection, [one.outbox_id for one in taken]):
        await _climb(connection, receipt)
        await connection.execute(
            delete(EARLY).where(
                EARLY.c.channel == receipt.channel,
                EARLY.c.account == receipt.account,
                EARLY.c.provider_id == receipt.provider_id,
            )
        )


async def forget_early(connection: AsyncConnection, before: datetime) -> int:
    """Let go of receipts for what we never sent (another program uses the account too)."""
    return (await connection.execute(delete(EARLY).where(EARLY.c.at < before))).rowcount


async def _early(connection: AsyncConnection, outbox_ids: Sequence[int]) -> list[Receipt]:
    same = and_(
        PART.c.channel == EARLY.c.channel,
        PART.c.account == EARLY.c.account,
        PART.c.provider_id == EARLY.c.provider_id,
    )
    rows = await connection.execute(
        select(EARLY).join(PART, same).where(PART.c.outbox_id.in_(outbox_ids))
    )
    return [
        Receipt(
            channel=row.channel,
            account=row.account,
            provider_id=row.provider_id,
            status=ReceiptStatus(row.status),
            at=row.at,
        )
        for row in rows
    ]


async def _known(connection: AsyncConnection, receipt: Receipt) -> bool:
    found = await connection.execute(select(PART.c.part).where(*_named(receipt)).limit(1))
    return found.scalar() is not None


async def _climb(connection: AsyncConnection, receipt: Receipt) -> bool:
    """Move a part up, and its message along; False where there was nothing to move."""
    below = _BELOW[receipt.status.value]
    moved = await connection.execute(
        update(PART)
        .where(*_named(receipt), PART.c.state.in_(below))
        .values(state=receipt.status.value)
        .returning(PART.c.outbox_id)
    )
    if messages := set(moved.scalars()):
        await _settle(connection, messages)
    return bool(messages)


async def _settle(connection: AsyncConnection, outbox_ids: set[int]) -> None:
    """Let messages stand where their least advanced part stands."""
    parts: dict[int, list[str]] = defaultdict(list)
    rows = await connection.execute(
        select(PART.c.outbox_id, PART.c.state).where(PART.c.outbox_id.in_(outbox_ids))
    )
    for row in rows:
        parts[row.outbox_id].append(row.state)
    await connection.execute(
        _STANDS, [{"b_id": number, "state": _least(states)} for number, states in parts.items()]
    )


def _least(states: Sequence[str]) -> str:
    return "failed" if "failed" in states else min(states, key=_LADDER.index)


def _named(receipt: Receipt) -> tuple[ColumnElement[bool], ...]:
    return (
        PART.c.channel == receipt.channel,
        PART.c.account == receipt.account,
        PART.c.provider_id == receipt.provider_id,
    )

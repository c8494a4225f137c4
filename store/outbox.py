"""The outbox: what we say, from the decision (T2) to the provider's receipt (T3 and after).

    queued -> sent -> delivered -> read        a late `sent` never overwrites `delivered`
    queued -> parked -> queued                 nobody listens at that address now
    queued -> dead                             the provider will never take it, or we gave up
    sent   -> failed                           the provider took it and could not deliver

One conversation's messages go out in the order in which they were decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.message import OutboundMessage, Receipt, ReceiptStatus
from store.codec import dump, load
from store.ids import Ids
from store.tables import ConversationRow, Outbox, table

OUTBOX, CONVERSATION = table(Outbox), table(ConversationRow)

_RECORDED = ("state", "part", "attempts", "due_at", "provider_id", "detail", "sent_at")
_RECORD = (
    update(OUTBOX)
    .where(OUTBOX.c.id == bindparam("b_id"), OUTBOX.c.state == "queued")
    .values(lease_until=None, **{name: bindparam(name) for name in _RECORDED})
)

_BELOW: dict[ReceiptStatus, tuple[str, ...]] = {
    ReceiptStatus.SENT: ("queued", "parked"),
    ReceiptStatus.DELIVERED: ("queued", "parked", "sent"),
    ReceiptStatus.READ: ("queued", "parked", "sent", "delivered"),
    ReceiptStatus.FAILED: ("queued", "parked", "sent"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A message that is ours to send until the lease ends."""

    id: int
    conversation_id: int
    channel: str
    account: str
    message: OutboundMessage
    part: int  # the next wire part: those before it are sent
    attempts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """T3: what became of an attempt."""

    id: int
    state: str  # queued (again) | sent | parked | dead
    part: int
    attempts: int
    due_at: datetime
    provider_id: str | None = None
    detail: str | None = None
    sent_at: datetime | None = None


def row(ids: Ids, conversation_id: int, message: OutboundMessage, now: datetime) -> dict[str, Any]:
    """Build the row of a message that T2 decided."""
    return {
        "id": ids.next(),
        "key": message.key,
        "conversation_id": conversation_id,
        "channel": message.channel,
        "account": message.account,
        "message": dump(message),
        "state": "queued",
        "part": 0,
        "attempts": 0,
        "due_at": now,
        "created_at": now,
    }


async def put(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Queue messages."""
    if rows:
        await connection.execute(insert(OUTBOX), list(rows))


async def claim(
    connection: AsyncConnection, *, now: datetime, lease_for: timedelta, most: int
) -> list[Due]:
    """Take messages that are due: of each conversation only the oldest that is not sent."""
    earlier = OUTBOX.alias("earlier")
    blocked = select(earlier.c.id).where(
        earlier.c.conversation_id == OUTBOX.c.conversation_id,
        earlier.c.state.in_(("queued", "parked")),
        earlier.c.id < OUTBOX.c.id,
    )
    due = (
        select(OUTBOX.c.id)
        .where(
            OUTBOX.c.state == "queued",
            OUTBOX.c.due_at <= now,
            or_(OUTBOX.c.lease_until.is_(None), OUTBOX.c.lease_until <= now),
            ~blocked.exists(),
        )
        .order_by(OUTBOX.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    rows = await connection.execute(
        update(OUTBOX)
        .where(OUTBOX.c.id.in_(due))
        .values(lease_until=now + lease_for)
        .returning(
            OUTBOX.c.id,
            OUTBOX.c.conversation_id,
            OUTBOX.c.channel,
            OUTBOX.c.account,
            OUTBOX.c.message,
            OUTBOX.c.part,
            OUTBOX.c.attempts,
        )
    )
    return [
        Due(
            id=row.id,
            conversation_id=row.conversation_id,
            channel=row.channel,
            account=row.account,
            message=load(OutboundMessage, row.message),
            part=row.part,
            attempts=row.attempts,
        )
        for row in sorted(rows, key=lambda row: row.id)
    ]


async def record(connection: AsyncConnection, records: Sequence[Record]) -> list[None]:
    """Write what became of attempts (T3). A receipt that was faster is not overwritten."""
    await connection.execute(
        _RECORD,
        [
            {
                "b_id": one.id,
                "state": one.state,
                "part": one.part,
                "attempts": one.attempts,
                "due_at": one.due_at,
                "provider_id": one.provider_id,
                "detail": one.detail,
                "sent_at": one.sent_at,
            }
            for one in records
        ],
    )
    return [None] * len(records)


async def receive(connection: AsyncConnection, receipt: Receipt) -> None:
    """Move a message up the lattice by the provider's receipt; never down."""
    await connection.execute(
        update(OUTBOX)
        .where(
            OUTBOX.c.channel == receipt.channel,
            OUTBOX.c.account == receipt.account,
            OUTBOX.c.provider_id == receipt.provider_id,
            OUTBOX.c.state.in_(_BELOW[receipt.status]),
        )
        .values(state=receipt.status.value)
    )


async def awake(
    connection: AsyncConnection, channel: str, account: str, address: str, now: datetime
) -> int:
    """Queue again what was parked for an address; returns how many messages."""
    talk = select(CONVERSATION.c.id).where(
        CONVERSATION.c.channel == channel,
        CONVERSATION.c.account == account,
        CONVERSATION.c.address == address,
    )
    rows = await connection.execute(
        update(OUTBOX)
        .where(OUTBOX.c.conversation_id.in_(talk), OUTBOX.c.state == "parked")
        .values(state="queued", due_at=now)
        .returning(OUTBOX.c.id)
    )
    return len(rows.all())


async def count(connection: AsyncConnection, state: str, channel: str | None = None) -> int:
    """How many messages stand at `state`, on one channel or on all."""
    here = [OUTBOX.c.state == state] + ([OUTBOX.c.channel == channel] if channel else [])
    found = await connection.execute(select(func.count()).select_from(OUTBOX).where(*here))
    return int(found.scalar_one())

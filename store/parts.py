"""Parts of a message, joined when the last has come or the group has been quiet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.adapter import Raw
from channels.message import InboundMessage
from store import conversations, legible
from store.dialect import insert_or_ignore
from store.ids import Ids
from store.journal import inbox_row, write_media
from store.patience import Patient, alone
from store.tables import Delivery, Inbox, PartRow, table

DELIVERY, PART, INBOX = table(Delivery), table(PartRow), table(Inbox)


async def join_due(
    connection: AsyncConnection, ids: Ids, now: datetime, patient: Patient = alone
) -> int:
    """Write an inbox row for every group that is whole or quiet; returns how many."""
    groups = await connection.execute(
        select(PART.c.channel, PART.c.key)
        .where(PART.c.joined.is_(False))
        .group_by(PART.c.channel, PART.c.key)
        .having((func.max(PART.c.due_at) <= now) | (func.count() >= func.max(PART.c.total)))
    )
    joined = 0
    for channel, key in groups.all():
        joined += await _join(connection, ids, channel, key, patient)
    return joined


async def _join(
    connection: AsyncConnection, ids: Ids, channel: str, key: str, patient: Patient
) -> int:
    found = (
        await connection.execute(
            select(PART)
            .where(PART.c.channel == channel, PART.c.key == key, PART.c.joined.is_(False))
            .order_by(PART.c.index, PART.c.id)
            .with_for_update()
        )
    ).all()
    rows = await _readable(connection, found)
    if not rows:
        return 0
    whole = _whole([legible.heard(row.message) for row in rows])
    first = rows[0]
    address = (whole.channel, whole.account, whole.address)
    talks = await conversations.ensure(connection, ids, [address], first.due_at)
    raw = Raw(body=b"", received_at=first.due_at)
    waits = patient(whole)
    waiting = inbox_row(ids.next(), whole, talks[address], first.delivery_id, raw, waits)
    new = await insert_or_ignore(connection, INBOX, [waiting])
    await _joined(connection, rows)
    if new:
        await write_media(connection, ids, _references(waiting, rows, whole.account), first.due_at)
    return len(new)


async def _joined(connection: AsyncConnection, rows: Sequence[Any]) -> None:
    await connection.execute(
        update(PART).where(PART.c.id.in_([row.id for row in rows])).values(joined=True)
    )


async def _readable(connection: AsyncConnection, found: Sequence[Any]) -> list[Any]:
    """The rows that can be read; of the others the delivery is dead, and a person sees it."""
    lost = [row for row in found if legible.heard(row.message) is legible.NOTHING_HEARD]
    if lost:
        await connection.execute(
            update(DELIVERY)
            .where(DELIVERY.c.id.in_([row.delivery_id for row in lost]))
            .values(dead=legible.UNREADABLE)
        )
        await _joined(connection, lost)
    return [row for row in found if row not in lost]


def _whole(parts: Sequence[InboundMessage]) -> InboundMessage:
    """Join parts in order: texts one after another, media and the first position collected.

    The first part's external_id names the whole: a part that comes after the group was joined
    makes a message of its own, under its own id.
    """
    return replace(
        parts[0],
        text="".join(part.text for part in parts),
        media=tuple(ref for part in parts for ref in part.media),
        location=next((part.location for part in parts if part.location), None),
    )


def _references(waiting: dict[str, Any], rows: Sequence[Any], account: str) -> list[Any]:
    return [
        ({**waiting, "delivery_id": row.delivery_id, "account": account}, ref)
        for row in rows
        for ref in legible.heard(row.message).media
    ]

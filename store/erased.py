"""What follows an erasure: files, the last answer, the keys; and the record that it was done."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store import conversations
from store.erasure import (
    CONVERSATION,
    ERASURE,
    GONE,
    INBOX,
    OUTBOX,
    PART,
    UNSENT,
    column_of,
    unsay,
)
from store.ids import Ids
from store.inbox import CLOCK


async def finish(connection: AsyncConnection, ids: Ids, now: datetime) -> None:
    """Do what could not be done at once: empty last answers, forget keys whose time is over."""
    open_ones = (
        await connection.execute(
            select(ERASURE.c.id, ERASURE.c.keys_until).where(ERASURE.c.done_at.is_(None))
        )
    ).all()
    for row in open_ones:
        talks = await column_of(connection, CONVERSATION.c.id, CONVERSATION.c.erasure_id == row.id)
        await _late(connection, ids, talks, now)
        over = row.keys_until <= now
        his = OUTBOX.c.conversation_id.in_(talks)
        await unsay(connection, his if over else his & OUTBOX.c.state.not_in(UNSENT))
        if over:
            await _forget_keys(connection, talks)
            await connection.execute(
                update(ERASURE).where(ERASURE.c.id == row.id).values(done_at=now)
            )


async def is_open(connection: AsyncConnection) -> bool:
    """Whether an erasure is not finished yet."""
    found = await connection.execute(select(ERASURE.c.id).where(ERASURE.c.done_at.is_(None)))
    return found.first() is not None


async def _late(
    connection: AsyncConnection, ids: Ids, talks: Collection[int], now: datetime
) -> None:
    """A message that T1 wrote for a conversation while it was being closed begins a new one."""
    await connection.execute(
        update(INBOX)
        .where(INBOX.c.conversation_id.in_(talks), INBOX.c.channel == CLOCK)
        .values(state="done")
    )
    rows = (
        await connection.execute(
            select(INBOX.c.id, INBOX.c.message).where(
                INBOX.c.conversation_id.in_(talks),
                INBOX.c.state == "pending",
                INBOX.c.channel != CLOCK,
            )
        )
    ).all()
    for row in rows:
        message = json.loads(row.message)
        address = (message["channel"], message["account"], message["address"])
        fresh = (await conversations.ensure(connection, ids, [address], now))[address]
        await connection.execute(
            update(INBOX).where(INBOX.c.id == row.id).values(conversation_id=fresh)
        )


async def _forget_keys(connection: AsyncConnection, talks: Collection[int]) -> None:
    """The providers' ids of his messages: some hold his address."""
    his = INBOX.c.conversation_id.in_(talks)
    mine = await column_of(connection, INBOX.c.id, his & (INBOX.c.channel != CLOCK))
    deliveries = await column_of(connection, INBOX.c.delivery_id, his)
    parts = await column_of(connection, PART.c.id, PART.c.delivery_id.in_(deliveries))
    for of, ids in ((INBOX, mine), (PART, parts)):
        if ids:
            keys = [{"b_id": one, "external_id": f"{GONE}:{one}"} for one in sorted(ids)]
            statement = update(of).where(of.c.id == bindparam("b_id"))
            await connection.execute(statement.values(external_id=bindparam("external_id")), keys)
    await connection.execute(update(PART).where(PART.c.id.in_(parts)).values(key=GONE))


async def files(connection: AsyncConnection) -> dict[int, list[str]]:
    """Photos that erasures left to be deleted: hashes, by erasure."""
    rows = await connection.execute(
        select(ERASURE.c.id, ERASURE.c.files).where(ERASURE.c.files != "[]")
    )
    return {row.id: json.loads(row.files) for row in rows}


async def files_gone(connection: AsyncConnection, erasure_id: int) -> None:
    """Record that the files of an erasure are deleted."""
    await connection.execute(update(ERASURE).where(ERASURE.c.id == erasure_id).values(files="[]"))


async def records(connection: AsyncConnection, who: str) -> list[tuple[datetime, dict[str, int]]]:
    """When data of an address was erased, and how many rows of which kind."""
    rows = await connection.execute(
        select(ERASURE.c.at, ERASURE.c.who, ERASURE.c.kinds).order_by(ERASURE.c.id)
    )
    return [(row.at, json.loads(row.kinds)) for row in rows if who in row.who.split()]

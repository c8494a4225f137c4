"""Dead letters: kept, read by a person, and sent or answered again when he says so.

mo:ID   a message that could not be answered      (inbox, state dead)
mt:ID   a message that could not be sent          (outbox, state dead)
raw:ID  a delivery that could not be read         (journal, `dead` says why)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.tables import ConversationRow, Delivery, Inbox, Outbox, table

INBOX, OUTBOX, DELIVERY = table(Inbox), table(Outbox), table(Delivery)
CONVERSATION = table(ConversationRow)
Kind = Literal["mo", "mt", "raw"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Dead:
    """A dead letter. `content` is what was written, for the person who reads it."""

    kind: Kind
    id: int
    channel: str
    account: str
    at: datetime
    why: str
    content: str


async def letters(connection: AsyncConnection, most: int) -> list[Dead]:
    """The newest dead letters of each kind, newest first."""
    found = [
        *await _unanswered(connection, most),
        *await _unsent(connection, most),
        *await _unread(connection, most),
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)[:most]


async def _unanswered(connection: AsyncConnection, most: int) -> list[Dead]:
    rows = await connection.execute(
        select(INBOX, CONVERSATION.c.channel.label("of"), CONVERSATION.c.account)
        .join(CONVERSATION, CONVERSATION.c.id == INBOX.c.conversation_id)
        .where(INBOX.c.state == "dead")
        .order_by(INBOX.c.id.desc())
        .limit(most)
    )
    return [_dead("mo", row, row.of, row.due_at, row.error, row.message) for row in rows]


async def _unsent(connection: AsyncConnection, most: int) -> list[Dead]:
    rows = await connection.execute(
        select(OUTBOX).where(OUTBOX.c.state == "dead").order_by(OUTBOX.c.id.desc()).limit(most)
    )
    return [_dead("mt", row, row.channel, row.created_at, row.detail, row.message) for row in rows]


async def _unread(connection: AsyncConnection, most: int) -> list[Dead]:
    rows = await connection.execute(
        select(DELIVERY)
        .where(DELIVERY.c.dead.is_not(None))
        .order_by(DELIVERY.c.id.desc())
        .limit(most)
    )
    return [
        _dead("raw", row, row.channel, row.received_at, row.dead, row.body.decode(errors="replace"))
        for row in rows
    ]


def _dead(kind: Kind, row: Any, channel: str, at: datetime, why: str | None, content: str) -> Dead:
    return Dead(
        kind=kind,
        id=row.id,
        channel=channel,
        account=row.account,
        at=at,
        why=why or "",
        content=content,
    )


async def send_again(connection: AsyncConnection, ids: Sequence[int], now: datetime) -> int:
    """Queue dead messages anew, from the part that failed; returns how many."""
    return await _revive(connection, OUTBOX, ids, {"state": "queued", "due_at": now})


async def answer_again(connection: AsyncConnection, ids: Sequence[int], now: datetime) -> int:
    """Let dead messages of citizens wait for an answer anew; returns how many."""
    return await _revive(connection, INBOX, ids, {"state": "pending", "due_at": now})


async def _revive(
    connection: AsyncConnection, letters: Any, ids: Sequence[int], values: dict[str, Any]
) -> int:
    done = await connection.execute(
        update(letters)
        .where(letters.c.id.in_(ids), letters.c.state == "dead")
        .values(attempts=0, **values)
    )
    return done.rowcount


async def read_after_all(connection: AsyncConnection, delivery_id: int) -> None:
    """A delivery that could not be read has been: it is no dead letter any more."""
    await connection.execute(update(DELIVERY).where(DELIVERY.c.id == delivery_id).values(dead=None))

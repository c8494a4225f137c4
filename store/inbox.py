"""The inbox: messages that wait to be answered, claimed one per conversation under its lease."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.message import InboundMessage
from store import conversations, media
from store.codec import load
from store.tables import ConversationRow, Inbox, Prediction, table

INBOX, CONVERSATION, PREDICTION = table(Inbox), table(ConversationRow), table(Prediction)
CLOCK = "clock"  # the channel of timers
MOST_ATTEMPTS = 5  # then a person reads it


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed:
    """A message whose conversation is ours until the lease ends."""

    id: int
    conversation_id: int
    message: InboundMessage
    channel: str  # the conversation's; `message.channel` is `clock` for a timer
    account: str
    address: str
    state: str  # the conversation's, as dialogs dumped it; "" at the first turn
    stopped: bool
    attempts: int
    media: tuple[media.Attachment, ...]
    heard_at: datetime | None = None  # when the citizen last wrote, before this


async def claim(
    connection: AsyncConnection, *, owner: str, now: datetime, lease_for: timedelta, most: int
) -> list[Claimed]:
    """Lease up to `most` conversations and return the oldest due message of each.

    A conversation is answered in the order in which it was written: a message that is not due yet
    holds back those after it. A timer (channel `clock`) holds nobody back.

    T1 sets the `due_at` of a message with attachments a few seconds ahead; the last of them to be
    fetched makes it due at once.
    """
    rows = await _due(connection, now, most)
    oldest: dict[int, Any] = {}
    for row in rows:
        oldest.setdefault(row.conversation_id, row)
    if not oldest:
        return []
    ours = await conversations.lease(
        connection, list(oldest), owner=owner, until=now + lease_for, now=now
    )
    taken = [row for talk, row in oldest.items() if talk in ours]
    attachments = await media.of_messages(connection, [row.id for row in taken])
    return [_claimed(row, attachments.get(row.id, ())) for row in taken]


async def _due(connection: AsyncConnection, now: datetime, most: int) -> Sequence[Any]:
    earlier = INBOX.alias("earlier")
    blocked = select(earlier.c.id).where(
        earlier.c.conversation_id == INBOX.c.conversation_id,
        earlier.c.state == "pending",
        earlier.c.channel != CLOCK,
        earlier.c.id < INBOX.c.id,
    )
    statement = (
        select(
            INBOX.c.id,
            INBOX.c.conversation_id,
            INBOX.c.message,
            INBOX.c.attempts,
            CONVERSATION.c.state,
            CONVERSATION.c.stopped,
            CONVERSATION.c.heard_at,
            CONVERSATION.c.channel,
            CONVERSATION.c.account,
            CONVERSATION.c.address,
        )
        .join(CONVERSATION, CONVERSATION.c.id == INBOX.c.conversation_id)
        .where(
            INBOX.c.state == "pending",
            INBOX.c.due_at <= now,
            or_(CONVERSATION.c.lease_until.is_(None), CONVERSATION.c.lease_until <= now),
            CONVERSATION.c.erasure_id.is_(None),
            ~blocked.exists(),
        )
        .order_by(INBOX.c.due_at, INBOX.c.id)
        .limit(most)
    )
    return (await connection.execute(statement)).all()


def _claimed(row: Any, attachments: tuple[media.Attachment, ...]) -> Claimed:
    return Claimed(
        id=row.id,
        conversation_id=row.conversation_id,
        message=load(InboundMessage, row.message),
        channel=row.channel,
        account=row.account,
        address=row.address,
        state=row.state,
        stopped=row.stopped,
        attempts=row.attempts,
        media=attachments,
        heard_at=row.heard_at,
    )


async def done(connection: AsyncConnection, inbox_ids: Sequence[int]) -> None:
    """Mark messages answered."""
    await connection.execute(update(INBOX).where(INBOX.c.id.in_(inbox_ids)).values(state="done"))


async def failed(
    connection: AsyncConnection, inbox_id: int, *, error: str, retry_at: datetime | None
) -> None:
    """Count a failed attempt: again at `retry_at`, or dead when that is None."""
    await connection.execute(
        update(INBOX)
        .where(INBOX.c.id == inbox_id)
        .values(
            attempts=INBOX.c.attempts + 1,
            error=error,
            state="pending" if retry_at else "dead",
            due_at=retry_at or INBOX.c.due_at,
        )
    )


async def count(connection: AsyncConnection, state: str, channel: str | None = None) -> int:
    """How many messages stand at `state`, on one channel or on all."""
    here = [INBOX.c.state == state] + ([INBOX.c.channel == channel] if channel else [])
    found = await connection.execute(select(func.count()).select_from(INBOX).where(*here))
    return int(found.scalar_one())


async def understood(connection: AsyncConnection, channel: str) -> dict[str, int]:
    """How many messages of a channel were read as which category, the commonest first."""
    rows = await connection.execute(
        select(PREDICTION.c.category, func.count())
        .join(INBOX, INBOX.c.id == PREDICTION.c.inbox_id)
        .where(INBOX.c.channel == channel, PREDICTION.c.category.is_not(None))
        .group_by(PREDICTION.c.category)
        .order_by(func.count().desc(), PREDICTION.c.category)
    )
    return {category: int(count) for category, count in rows}

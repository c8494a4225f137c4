"""The inbox: messages that wait to be answered, claimed a turn per conversation under its lease."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.message import InboundMessage
from store import conversations, legible, media, patience
from store.tables import ConversationRow, Inbox, Prediction, table

INBOX, CONVERSATION, PREDICTION = table(Inbox), table(ConversationRow), table(Prediction)
CLOCK = "clock"  # the channel of timers
MOST_ATTEMPTS = 5  # then a person reads it


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed:
    """A turn whose conversation is ours until the lease ends: one message, or several in a row."""

    id: int  # of the first message
    ids: tuple[int, ...]  # of all of them
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
    """Lease up to `most` conversations and return the next turn of each.

    A turn is the oldest due message, with those after it that are to be joined (store/patience.py)
    once nothing has come for a while. A message that failed before is tried on its own.

    A conversation is answered in the order in which it was written: a message that is not due yet
    holds back those after it. A timer (channel `clock`) holds nobody back.

    T1 sets the `due_at` of a message with attachments a few seconds ahead; the last of them to be
    fetched makes it due at once.
    """
    rows = await _due(connection, now, most)
    oldest: dict[int, Any] = {}
    for row in rows:
        if _unread(row):
            # One that cannot be read is left to a person, and holds up nobody.
            await failed(connection, row.id, error=legible.UNREADABLE, retry_at=None)
        else:
            oldest.setdefault(row.conversation_id, row)
    if not oldest:
        return []
    ours = await conversations.lease(
        connection, list(oldest), owner=owner, until=now + lease_for, now=now
    )
    taken = [row for talk, row in oldest.items() if talk in ours]
    turns = await _turns(connection, taken)
    attachments = await media.of_messages(
        connection, [one for ids in turns.values() for one, _ in ids]
    )
    return [_claimed(row, turns[row.id], attachments) for row in taken]


async def _due(connection: AsyncConnection, now: datetime, most: int) -> Sequence[Any]:
    earlier = INBOX.alias("earlier")
    blocked = select(earlier.c.id).where(
        earlier.c.conversation_id == INBOX.c.conversation_id,
        earlier.c.state == "pending",
        earlier.c.channel != CLOCK,
        earlier.c.id < INBOX.c.id,
    )
    later = INBOX.alias("later")
    goes_on = select(later.c.id).where(
        later.c.conversation_id == INBOX.c.conversation_id,
        later.c.state == "pending",
        later.c.quiet_at.is_not(None),
        later.c.attempts == 0,
        later.c.due_at > now,
        later.c.id > INBOX.c.id,
    )
    statement = (
        select(
            INBOX.c.id,
            INBOX.c.conversation_id,
            INBOX.c.message,
            INBOX.c.attempts,
            INBOX.c.quiet_at,
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
            or_(
                INBOX.c.quiet_at.is_(None),
                INBOX.c.quiet_at <= now - patience.MOST_WAIT,
                ~goes_on.exists(),
            ),
        )
        .order_by(INBOX.c.due_at, INBOX.c.id)
        .limit(most)
    )
    return (await connection.execute(statement)).all()


Messages = list[tuple[int, InboundMessage]]


async def _turns(connection: AsyncConnection, heads: Sequence[Any]) -> dict[int, Messages]:
    """The messages of each turn, by the id of its first."""
    turns = {row.id: [(row.id, legible.heard(row.message))] for row in heads}
    gather = {row.conversation_id: row.id for row in heads if _may_join(row)}
    if not gather:
        return turns
    rows = await connection.execute(
        select(INBOX.c.id, INBOX.c.conversation_id, INBOX.c.message, INBOX.c.quiet_at,
               INBOX.c.attempts)
        .where(INBOX.c.conversation_id.in_(gather), INBOX.c.state == "pending",
               INBOX.c.channel != CLOCK)
        .order_by(INBOX.c.id)
    )  # fmt: skip
    waiting: dict[int, list[tuple[int, InboundMessage, bool]]] = defaultdict(list)
    for row in rows:
        one = (row.id, legible.heard(row.message), _may_join(row) and not _unread(row))
        waiting[gather[row.conversation_id]].append(one)
    for head, found in waiting.items():
        count = patience.run_of([(message, may) for _, message, may in found])
        turns[head] = [(number, message) for number, message, _ in found[:count]]
    return turns


def _unread(row: Any) -> bool:
    return legible.heard(row.message) is legible.NOTHING_HEARD


def _may_join(row: Any) -> bool:
    return row.quiet_at is not None and row.attempts == 0


def _claimed(
    row: Any, turn: Messages, attachments: Mapping[int, tuple[media.Attachment, ...]]
) -> Claimed:
    ids = tuple(number for number, _ in turn)
    return Claimed(
        id=row.id,
        ids=ids,
        conversation_id=row.conversation_id,
        message=patience.joined([message for _, message in turn]),
        channel=row.channel,
        account=row.account,
        address=row.address,
        state=row.state,
        stopped=row.stopped,
        attempts=row.attempts,
        heard_at=row.heard_at,
        media=tuple(found for number in ids for found in attachments.get(number, ())),
    )


async def done(connection: AsyncConnection, inbox_ids: Sequence[int]) -> None:
    """Mark messages answered."""
    await connection.execute(update(INBOX).where(INBOX.c.id.in_(inbox_ids)).values(state="done"))


async def failed(
    connection: AsyncConnection, *inbox_ids: int, error: str, retry_at: datetime | None
) -> None:
    """Count a failed attempt: again at `retry_at`, or dead when that is None."""
    await connection.execute(
        update(INBOX)
        .where(INBOX.c.id.in_(inbox_ids), INBOX.c.state == "pending")
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


async def conversations_of(connection: AsyncConnection, inbox_ids: Sequence[int]) -> dict[int, int]:
    """In which conversation each of these messages was written."""
    found = await connection.execute(
        select(INBOX.c.id, INBOX.c.conversation_id).where(INBOX.c.id.in_(inbox_ids))
    )
    return {row.id: row.conversation_id for row in found}

"""Conversations that people look at, take, write in, and give back.

The bot's state changes under the conversation's lease alone, so each of these leaves a message from
the clock that `dialogs.step` reads in its turn; what was done, and by whom, is kept beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.message import InboundMessage, OutboundMessage
from store import legible
from store.codec import dump
from store.ids import Ids
from store.inbox import CLOCK, CONVERSATION, INBOX
from store.outbox import OUTBOX
from store.tables import ConversationEvent, table
from store.tasks import TASK

DOING = table(ConversationEvent)
TAKEN, SAID, BACK = "taken", "said", "back"  # names of timers; the event's id stands behind a colon
NOTED = "note"  # of a deed that the bot need not know


@dataclass(frozen=True, kw_only=True, slots=True)
class Talk:
    """A conversation as a list shows it."""

    id: int
    channel: str
    handed_over: bool
    stopped: bool
    open_tasks: tuple[str, ...]  # reasons
    at: datetime


async def listed(connection: AsyncConnection, most: int = 100) -> list[Talk]:
    """Conversations that a person has, or that wait for one, the latest first."""
    waiting = select(TASK.c.conversation_id).where(TASK.c.done_at.is_(None))
    rows = (
        await connection.execute(
            select(CONVERSATION)
            .where(or_(CONVERSATION.c.handed_over, CONVERSATION.c.id.in_(waiting)))
            .order_by(CONVERSATION.c.updated_at.desc())
            .limit(most)
        )
    ).all()
    reasons = await _reasons(connection, [row.id for row in rows])
    return [
        Talk(
            id=row.id,
            channel=row.channel,
            handed_over=row.handed_over,
            stopped=row.stopped,
            open_tasks=reasons.get(row.id, ()),
            at=row.updated_at,
        )
        for row in rows
    ]


async def _reasons(connection: AsyncConnection, talks: Sequence[int]) -> dict[int, tuple[str, ...]]:
    rows = await connection.execute(
        select(TASK.c.conversation_id, TASK.c.reason)
        .where(TASK.c.conversation_id.in_(talks), TASK.c.done_at.is_(None))
        .order_by(TASK.c.id)
    )
    found: dict[int, tuple[str, ...]] = {}
    for row in rows:
        found[row.conversation_id] = (*found.get(row.conversation_id, ()), row.reason)
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of a conversation."""

    at: datetime
    who: str  # citizen | bot | a moderator's account
    what: str  # said | taken | back | note
    text: str
    state: str  # of the outbox for what we said; "" else


async def lines(connection: AsyncConnection, conversation_id: int, most: int = 200) -> list[Line]:
    """A conversation, oldest first: the citizen's words, ours, and who had it when."""
    heard = await connection.execute(
        select(INBOX.c.message)
        .where(INBOX.c.conversation_id == conversation_id, INBOX.c.channel != CLOCK)
        .order_by(INBOX.c.id.desc())
        .limit(most)
    )
    told = await connection.execute(
        select(OUTBOX.c.created_at, OUTBOX.c.message, OUTBOX.c.state)
        .where(OUTBOX.c.conversation_id == conversation_id)
        .order_by(OUTBOX.c.id.desc())
        .limit(most)
    )
    deeds = (
        await connection.execute(select(DOING).where(DOING.c.conversation_id == conversation_id))
    ).all()
    authors = {f"{SAID}:{deed.id}": deed.actor for deed in deeds}
    found = [_heard(legible.heard(one)) for one in heard.scalars()]
    found += [_told(row, legible.told(row.message), authors) for row in told]
    found += [
        Line(at=one.at, who=one.actor, what=one.kind, text=one.text, state="")
        for one in deeds
        if one.kind != SAID
    ]
    return sorted(found, key=lambda one: one.at)[-most:]


def _heard(message: InboundMessage) -> Line:
    parts = [message.words or message.choice]
    parts += [f"[{one.kind.value}]" for one in message.media]
    parts += ["[pin]"] if message.location else []
    text = " ".join(filter(None, parts))
    return Line(at=message.sent_at, who="citizen", what="said", text=text, state="")


def _told(row: Any, message: OutboundMessage, authors: dict[str, str]) -> Line:
    who = authors.get(message.key, "bot")
    return Line(at=row.created_at, who=who, what="said", text=message.text, state=row.state)


async def act(
    connection: AsyncConnection,
    ids: Ids,
    conversation_id: int,
    kind: str,
    *,
    actor: str,
    now: datetime,
    text: str = "",
) -> None:
    """Keep what a moderator does and let the bot know. `kind` is TAKEN, SAID or BACK.

    Raises: LookupError when there is no such conversation.
    """
    row = await _address(connection, conversation_id)
    event_id = await keep(connection, ids, conversation_id, kind, actor=actor, now=now, text=text)
    name = f"{kind}:{event_id}"
    message = InboundMessage(
        channel=CLOCK,
        account=row.account,
        external_id="",
        sender="",
        address=row.address,
        text="",
        sent_at=now,
        choice=name,
        thread=await thread_of(connection, conversation_id),
    )
    waking = {
        "id": ids.next(),
        "channel": CLOCK,
        "external_id": f"{conversation_id}:{name}",
        "conversation_id": conversation_id,
        "message": dump(message),
        "due_at": now,
        "state": "pending",
        "attempts": 0,
    }
    await connection.execute(insert(INBOX), [waking])


async def keep(
    connection: AsyncConnection,
    ids: Ids,
    conversation_id: int,
    kind: str,
    *,
    actor: str,
    now: datetime,
    text: str = "",
) -> int:
    """Keep what a moderator does, and no more; answers its id. A note is kept so."""
    event_id = ids.next()
    deed = {
        "id": event_id,
        "conversation_id": conversation_id,
        "at": now,
        "kind": kind,
        "actor": actor,
        "text": text,
    }
    await connection.execute(insert(DOING), [deed])
    return event_id


async def _address(connection: AsyncConnection, conversation_id: int) -> Any:
    found = await connection.execute(
        select(CONVERSATION.c.account, CONVERSATION.c.address).where(
            CONVERSATION.c.id == conversation_id
        )
    )
    row = found.one_or_none()
    if row is None:
        raise LookupError(f"no conversation has the number {conversation_id}")
    return row


async def thread_of(connection: AsyncConnection, conversation_id: int) -> dict[str, str]:
    """Where the talk goes on: what our last message there carried."""
    found = await connection.execute(
        select(OUTBOX.c.message)
        .where(OUTBOX.c.conversation_id == conversation_id)
        .order_by(OUTBOX.c.id.desc())
        .limit(1)
    )
    last = found.scalar()
    return dict(legible.told(last).thread) if last else {}


async def words(connection: AsyncConnection, event_ids: Sequence[int]) -> dict[int, str]:
    """What moderators said, by the events' ids."""
    if not event_ids:
        return {}
    rows = await connection.execute(
        select(DOING.c.id, DOING.c.text).where(DOING.c.id.in_(event_ids))
    )
    return {row.id: row.text for row in rows}

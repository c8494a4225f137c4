"""What waits for a person and is no complaint: talks, messages not understood, dead letters.

There is little of it, or something is wrong: each kind is read whole, its newest 500 at most.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from store import legible
from store.dialect import upsert
from store.inbox import CLOCK
from store.tables import (
    Complaint,
    ConversationRow,
    Correction,
    Delivery,
    Inbox,
    Outbox,
    Prediction,
    Settled,
    Supporter,
    Task,
    table,
)
from store.tasks import seen
from store.urgency import UNSURE, Need, need

COMPLAINT, CONVERSATION = table(Complaint), table(ConversationRow)
CORRECTION, PREDICTION, SUPPORTER = table(Correction), table(Prediction), table(Supporter)
DELIVERY, INBOX, OUTBOX = table(Delivery), table(Inbox), table(Outbox)
SETTLED, TASK = table(Settled), table(Task)

MOST = 500
_LAST = 400  # messages that the machine was unsure of: older ones are not asked about
_ROWS = {"talk": CONVERSATION, "message": INBOX, "mo": INBOX, "mt": OUTBOX, "raw": DELIVERY}
KINDS = tuple(_ROWS)
_UNSURE_FOR = timedelta(days=14)  # a message that was not understood is too old to ask about then
_GOES_ON = timedelta(minutes=15)  # a talk is going on: the bot may still ask


@dataclass(frozen=True, kw_only=True, slots=True)
class Loose:
    """Something that waits. `id` is the conversation's for a talk, else the row's."""

    kind: str  # one of KINDS
    id: int
    need: Need
    at: datetime
    channel: str
    conversation_id: int | None = None
    category: str = ""
    confidence: float | None = None
    text: str = ""  # as written: mask it before it is shown
    why: tuple[str, ...] = ()


async def waiting(connection: AsyncConnection, now: datetime) -> list[Loose]:
    """All of it, in no order."""
    talks = await _talks(connection)
    unsure = await _messages(connection, now, {one.id for one in talks})
    return [
        *talks,
        *unsure,
        *await _unanswered(connection),
        *await _unsent(connection),
        *await _unread(connection),
    ]


async def _talks(connection: AsyncConnection) -> list[Loose]:
    """Conversations that a person has, or that wait for one; each once, with all its reasons."""
    open_tasks = await connection.execute(
        select(TASK.c.conversation_id, TASK.c.reason, TASK.c.at, CONVERSATION.c.channel)
        .join(CONVERSATION, CONVERSATION.c.id == TASK.c.conversation_id)
        .where(TASK.c.done_at.is_(None), TASK.c.ticket.is_(None))
        .order_by(TASK.c.id.desc())
        .limit(MOST)
    )
    found: dict[int, Loose] = {}
    for row in open_tasks:
        one = found.get(row.conversation_id) or _talk(row, row.conversation_id, row.at)
        found[one.id] = replace(
            one,
            need=max(one.need, need(row.reason)),
            at=max(one.at, row.at),
            why=tuple(dict.fromkeys((*one.why, row.reason))),
        )
    held = await connection.execute(
        select(CONVERSATION.c.id, CONVERSATION.c.channel, CONVERSATION.c.heard_at,
               CONVERSATION.c.updated_at)
        .where(CONVERSATION.c.handed_over)
        .order_by(CONVERSATION.c.id.desc())
        .limit(MOST)
    )  # fmt: skip
    for row in held:
        at = row.heard_at or row.updated_at
        one = found.get(row.id) or _talk(row, row.id, at)
        found[row.id] = replace(one, need=max(one.need, Need.PERSON), at=max(one.at, at))
    return list(found.values())


def _talk(row: Any, talk: int, at: datetime) -> Loose:
    return Loose(
        kind="talk", id=talk, need=Need.DEAD, at=at, channel=row.channel, conversation_id=talk
    )


async def _messages(connection: AsyncConnection, now: datetime, talks: set[int]) -> list[Loose]:
    """The last message of a talk that ended without a complaint: it was not understood."""
    rows = [row for row in await _unsure(connection, now) if row.conversation_id not in talks]
    if not rows:
        return []
    newest = {row.conversation_id: row for row in reversed(rows)}
    told = await _told(connection, newest)
    corrected = await _column(connection, CORRECTION.c.inbox_id, [row.id for row in rows])
    return [
        Loose(
            kind="message",
            id=row.id,
            need=Need.UNSURE,
            at=row.due_at,
            channel=row.channel,
            conversation_id=talk,
            category=row.category,
            confidence=row.confidence,
            text=row.text or legible.heard(row.message).text,
        )
        for talk, row in newest.items()
        if row.id > told.get(talk, 0) and row.id not in corrected
    ]


async def _unsure(connection: AsyncConnection, now: datetime) -> Sequence[Any]:
    """The newest messages that the machine was unsure of, in talks that are over.

    Beside what it could hardly place, that is what it held for no complaint, yet not so surely as
    to say so: who wrote it was told that he had not been understood.
    """
    last = (
        select(PREDICTION).where(text(UNSURE)).order_by(PREDICTION.c.inbox_id.desc()).limit(_LAST)
    )
    read = last.subquery()
    rows = await connection.execute(
        select(
            INBOX.c.id,
            INBOX.c.conversation_id,
            INBOX.c.message,
            INBOX.c.due_at,
            read.c.category,
            read.c.confidence,
            read.c.text,
            CONVERSATION.c.channel,
        )
        .join(read, read.c.inbox_id == INBOX.c.id)
        .join(CONVERSATION, CONVERSATION.c.id == INBOX.c.conversation_id)
        .where(
            read.c.understanding != "",
            INBOX.c.due_at > now - _UNSURE_FOR,
            CONVERSATION.c.updated_at < now - _GOES_ON,
            CONVERSATION.c.erasure_id.is_(None),
            _open("message", INBOX.c.id),
        )
        .order_by(INBOX.c.id.desc())
        .limit(MOST)
    )
    return rows.all()


async def _told(connection: AsyncConnection, talks: Collection[int]) -> dict[int, int]:
    """The last message of each talk that became a complaint, or joined one."""
    found: dict[int, int] = {}
    for talk, message in (
        (COMPLAINT.c.conversation_id, COMPLAINT.c.filed_by),
        (SUPPORTER.c.conversation_id, SUPPORTER.c.inbox_id),
    ):
        rows = await connection.execute(
            select(talk, func.max(message)).where(talk.in_(talks)).group_by(talk)
        )
        for number, last in rows:
            found[number] = max(found.get(number, 0), last)
    return found


async def _column(connection: AsyncConnection, column: Any, values: Collection[int]) -> set[int]:
    return set((await connection.execute(select(column).where(column.in_(values)))).scalars())


async def _unanswered(connection: AsyncConnection) -> list[Loose]:
    """Messages whose turn failed; one that became a task is its conversation's."""
    tasked = select(TASK.c.id).where(TASK.c.inbox_id == INBOX.c.id)
    rows = await connection.execute(
        select(INBOX.c.id, INBOX.c.conversation_id, INBOX.c.due_at, INBOX.c.error,
               INBOX.c.message, CONVERSATION.c.channel)
        .join(CONVERSATION, CONVERSATION.c.id == INBOX.c.conversation_id)
        .where(INBOX.c.state == "dead", INBOX.c.channel != CLOCK, ~tasked.exists(),
               _open("mo", INBOX.c.id))
        .order_by(INBOX.c.id.desc())
        .limit(MOST)
    )  # fmt: skip
    return [
        _letter("mo", row, row.due_at, row.error, legible.heard(row.message).words) for row in rows
    ]


async def _unsent(connection: AsyncConnection) -> list[Loose]:
    rows = await connection.execute(
        select(OUTBOX)
        .where(OUTBOX.c.state == "dead", _open("mt", OUTBOX.c.id))
        .order_by(OUTBOX.c.id.desc())
        .limit(MOST)
    )
    return [
        _letter("mt", row, row.created_at, row.detail, legible.told(row.message).text)
        for row in rows
    ]


async def _unread(connection: AsyncConnection) -> list[Loose]:
    rows = await connection.execute(
        select(DELIVERY.c.id, DELIVERY.c.channel, DELIVERY.c.received_at, DELIVERY.c.dead)
        .where(DELIVERY.c.dead.is_not(None), _open("raw", DELIVERY.c.id))
        .order_by(DELIVERY.c.id.desc())
        .limit(MOST)
    )
    return [_letter("raw", row, row.received_at, row.dead, "") for row in rows]


def _letter(kind: str, row: Any, at: datetime, why: str | None, told: str) -> Loose:
    return Loose(
        kind=kind,
        id=row.id,
        need=Need.DEAD,
        at=at,
        channel=row.channel,
        conversation_id=getattr(row, "conversation_id", None),
        text=told,
        why=(why,) if why else (),
    )


def _open(kind: str, id_: Any) -> ColumnElement[bool]:
    done = select(SETTLED.c.id).where(SETTLED.c.kind == kind, SETTLED.c.id == id_)
    return ~done.exists()


async def settle(
    connection: AsyncConnection, kind: str, number: int, *, actor: str, now: datetime
) -> None:
    """Somebody has looked at it: it waits no longer.

    A talk that was handed over waits until it is given back.
    Raises: ValueError for an unknown kind; LookupError for what is not there.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not one of {', '.join(KINDS)}")
    rows = _ROWS[kind]
    found = await connection.execute(select(rows.c.id).where(rows.c.id == number))
    if found.scalar() is None:
        raise LookupError(f"no {kind} has the number {number}")
    if kind == "talk":
        await seen(connection, conversation_id=number, actor=actor, now=now)
        return
    row = {"kind": kind, "id": number, "actor": actor, "at": now}
    await upsert(connection, SETTLED, [row], keys=("kind", "id"), renew=("actor", "at"))

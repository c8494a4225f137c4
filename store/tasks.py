"""Tasks: what a person must look at, why, and who has done it.

A complaint knows the most urgent of its open tasks (`complaint.waits`): whatever opens or closes
one does it here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.ids import Ids
from store.tables import Complaint, ConversationRow, Task, table
from store.urgency import REASONS, Need

TASK, CONVERSATION, COMPLAINT = table(Task), table(ConversationRow), table(Complaint)

URGENT = frozenset({"emergency"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Open:
    """A task that nobody has done."""

    id: int
    reason: str  # emergency | asked_for_human | misunderstood | dead_letter | dispute | ...
    ticket: str  # "" when it is about no complaint
    conversation_id: int | None
    channel: str
    at: datetime


def row(
    ids: Ids,
    reason: str,
    at: datetime,
    *,
    ticket: str = "",
    conversation_id: int | None = None,
    inbox_id: int | None = None,
) -> dict[str, Any]:
    """Build the row of a task."""
    return {
        "id": ids.next(),
        "reason": reason,
        "ticket": ticket or None,
        "conversation_id": conversation_id,
        "inbox_id": inbox_id,
        "at": at,
    }


async def put(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Give tasks to people."""
    if rows:
        await connection.execute(insert(TASK), list(rows))
        await _weigh(connection, {row["ticket"] for row in rows if row["ticket"]})


def weight() -> Any:
    """What a task's reason calls for, in SQL: `need` of store/urgency.py."""
    return case({reason: need.value for reason, need in REASONS.items()},
                value=TASK.c.reason, else_=Need.PERSON.value)  # fmt: skip


async def _weigh(connection: AsyncConnection, tickets: Collection[str]) -> None:
    """Let complaints know the most urgent of their open tasks."""
    if not tickets:
        return
    most = (
        select(func.coalesce(func.max(weight()), 0))
        .where(TASK.c.ticket == COMPLAINT.c.ticket, TASK.c.done_at.is_(None))
        .scalar_subquery()
    )
    await connection.execute(
        update(COMPLAINT).where(COMPLAINT.c.ticket.in_(tickets)).values(waits=most)
    )


async def waiting(connection: AsyncConnection, most: int = 200) -> list[Open]:
    """What is not done: danger first, then the oldest."""
    rows = await connection.execute(
        select(TASK, CONVERSATION.c.channel)
        .outerjoin(CONVERSATION, CONVERSATION.c.id == TASK.c.conversation_id)
        .where(TASK.c.done_at.is_(None))
        .order_by(TASK.c.reason.not_in(URGENT), TASK.c.id)
        .limit(most)
    )
    return [
        Open(
            id=row.id,
            reason=row.reason,
            ticket=row.ticket or "",
            conversation_id=row.conversation_id,
            channel=row.channel or "",
            at=row.at,
        )
        for row in rows
    ]


async def done(connection: AsyncConnection, task_id: int, *, actor: str, now: datetime) -> None:
    """Mark a task done. Raises: LookupError when there is no such open task."""
    changed = await connection.execute(
        update(TASK)
        .where(TASK.c.id == task_id, TASK.c.done_at.is_(None))
        .values(done_at=now, done_by=actor)
        .returning(TASK.c.ticket)
    )
    row = changed.one_or_none()
    if row is None:
        raise LookupError(f"no open task has the number {task_id}")
    await _weigh(connection, {row.ticket} - {None})


async def seen(
    connection: AsyncConnection,
    *,
    ticket: str | None = None,
    conversation_id: int | None = None,
    reasons: Collection[str] = (),
    actor: str,
    now: datetime,
) -> int:
    """Close what is open about a complaint, or about a conversation and no complaint.

    With `reasons`, only tasks with one of these. Returns how many.
    """
    about = (
        TASK.c.ticket == ticket
        if ticket is not None
        else (TASK.c.conversation_id == conversation_id) & TASK.c.ticket.is_(None)
    )
    which = [about, TASK.c.done_at.is_(None)]
    if reasons:
        which.append(TASK.c.reason.in_(reasons))
    changed = await connection.execute(
        update(TASK).where(*which).values(done_at=now, done_by=actor).returning(TASK.c.id)
    )
    count = len(changed.all())
    if count and ticket is not None:
        await _weigh(connection, {ticket})
    return count


async def close(
    connection: AsyncConnection,
    tickets: Collection[str],
    *,
    reasons: Collection[str] = (),
    actor: str,
    now: datetime,
) -> dict[str, tuple[int, ...]]:
    """`seen` of many complaints; the ids of the tasks that were closed, by ticket."""
    which = [TASK.c.ticket.in_(tickets), TASK.c.done_at.is_(None)]
    if reasons:
        which.append(TASK.c.reason.in_(reasons))
    changed = await connection.execute(
        update(TASK)
        .where(*which)
        .values(done_at=now, done_by=actor)
        .returning(TASK.c.id, TASK.c.ticket)
    )
    closed: dict[str, tuple[int, ...]] = dict.fromkeys(tickets, ())
    for number, ticket in changed:
        closed[ticket] = (*closed[ticket], number)
    await _weigh(connection, [ticket for ticket in closed if closed[ticket]])
    return closed


async def reopen(connection: AsyncConnection, task_ids: Collection[int]) -> None:
    """Let tasks wait again: what closed them was taken back."""
    changed = await connection.execute(
        update(TASK)
        .where(TASK.c.id.in_(task_ids))
        .values(done_at=None, done_by=None)
        .returning(TASK.c.ticket)
    )
    await _weigh(connection, {one for one in changed.scalars() if one})

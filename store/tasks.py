"""Tasks: what a person must look at, why, and who has done it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.ids import Ids
from store.tables import ConversationRow, Task, table

TASK, CONVERSATION = table(Task), table(ConversationRow)

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
        .returning(TASK.c.id)
    )
    if changed.scalar() is None:
        raise LookupError(f"no open task has the number {task_id}")

"""What has changed: the complaints whose history has grown since a moment."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.tables import Complaint, ComplaintEvent, Task, table

COMPLAINT, EVENT, TASK = table(Complaint), table(ComplaintEvent), table(Task)
MOST = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Beat:
    """Something that happened to a complaint, or a task that was given to people."""

    id: int  # of the event or the task: both grow with time
    ticket: str  # "" for a task about no complaint
    new: bool  # the complaint was filed by it, or a person is wanted


async def newest(connection: AsyncConnection) -> int:
    """The id of the last thing that happened; 0 before the first."""
    event = (await connection.execute(select(func.max(EVENT.c.id)))).scalar()
    task = (await connection.execute(select(func.max(TASK.c.id)))).scalar()
    return max(event or 0, task or 0)


async def since(connection: AsyncConnection, last: int) -> list[Beat]:
    """What happened after that, oldest first, 500 things at most."""
    events = await connection.execute(
        select(EVENT.c.id, EVENT.c.kind, COMPLAINT.c.ticket)
        .join(COMPLAINT, COMPLAINT.c.id == EVENT.c.complaint_id)
        .where(EVENT.c.id > last)
        .order_by(EVENT.c.id)
        .limit(MOST)
    )
    beats = [Beat(id=row.id, ticket=row.ticket, new=row.kind == "filed") for row in events]
    tasks = await connection.execute(
        select(TASK.c.id, TASK.c.ticket).where(TASK.c.id > last).order_by(TASK.c.id).limit(MOST)
    )
    beats += [Beat(id=row.id, ticket=row.ticket or "", new=not row.ticket) for row in tasks]
    return sorted(beats, key=lambda one: one.id)[:MOST]

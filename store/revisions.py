"""Two moderators on one complaint: who changes it names the revision that he saw.

The revision is the id of the complaint's newest event, 0 where it has none: whatever changes a
complaint appends one.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.complaints import COMPLAINT, EVENT
from store.scope import EVERYTHING, Scope, within


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """An event that somebody had not seen."""

    id: int
    at: datetime
    kind: str
    actor: str
    body: Mapping[str, Any]


class ConflictError(Exception):
    """Somebody changed the complaint meanwhile; nothing was overwritten."""

    def __init__(self, ticket: str, rev: int, changes: Sequence[Change]) -> None:
        super().__init__(f"{ticket} was changed meanwhile")
        self.ticket = ticket
        self.rev = rev  # as it is now
        self.changes = tuple(changes)  # what happened since, oldest first


async def locked(
    connection: AsyncConnection, tickets: Sequence[str], scope: Scope = EVERYTHING
) -> dict[str, Any]:
    """The rows of these complaints, by ticket, held until the transaction ends.

    What is unknown, or beyond the scope, is left out.
    Ordered, so that two who lock the same ones wait for each other and never in a circle.
    """
    found = await connection.execute(
        select(COMPLAINT)
        .where(COMPLAINT.c.ticket.in_(tickets), *within(scope))
        .order_by(COMPLAINT.c.id)
        .with_for_update()
    )
    return {row.ticket: row for row in found}


async def revisions(connection: AsyncConnection, complaints: Sequence[int]) -> dict[int, int]:
    """The revision of each complaint, by its id."""
    found = await connection.execute(
        select(EVENT.c.complaint_id, func.max(EVENT.c.id))
        .where(EVENT.c.complaint_id.in_(complaints))
        .group_by(EVENT.c.complaint_id)
    )
    newest = {complaint: int(rev) for complaint, rev in found}
    return {one: newest.get(one, 0) for one in complaints}


async def changes(
    connection: AsyncConnection, seen: Mapping[int, int]
) -> dict[int, tuple[Change, ...]]:
    """What happened to complaints since the revisions that somebody saw, oldest first."""
    if not seen:
        return {}
    rows = await connection.execute(
        select(EVENT)
        .where(EVENT.c.complaint_id.in_(seen), EVENT.c.id > min(seen.values()))
        .order_by(EVENT.c.id)
    )
    found: dict[int, list[Change]] = defaultdict(list)
    for row in rows:
        if row.id > seen[row.complaint_id]:
            found[row.complaint_id].append(_change(row))
    return {one: tuple(found[one]) for one in seen}


def _change(row: Any) -> Change:
    return Change(id=row.id, at=row.at, kind=row.kind, actor=row.actor, body=json.loads(row.body))


async def unchanged(
    connection: AsyncConnection, ticket: str, rev: int | None, scope: Scope = EVERYTHING
) -> Any:
    """Lock a complaint and return its row, if it stands as somebody saw it (None: as it stands).

    Raises: LookupError for a ticket that is unknown, or beyond the scope; ConflictError.
    """
    row = (await locked(connection, [ticket], scope)).get(ticket)
    if row is None:
        raise LookupError(f"no complaint has the number {ticket}")
    if rev is not None:
        now = (await revisions(connection, [row.id]))[row.id]
        if now != rev:
            since = await changes(connection, {row.id: rev})
            raise ConflictError(ticket, now, since[row.id])
    return row

"""Saved views: a filter of the queue under a name, its owner's or everybody's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.ids import Ids
from store.tables import SavedView, table

VIEW = table(SavedView)
MOST = 50  # of one owner
LONGEST_NAME, LONGEST_QUERY = 60, 2000  # characters


class ViewRefusedError(ValueError):
    """The view has no name, or is too long, or is one too many: the message says which."""


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A saved view as somebody sees it."""

    id: int
    name: str
    query: str  # category=banjir&status=open
    shared: bool


async def of(connection: AsyncConnection, account_id: int) -> list[View]:
    """An account's own views and everybody's, by name."""
    rows = await connection.execute(
        select(VIEW)
        .where(or_(VIEW.c.account_id == account_id, VIEW.c.account_id.is_(None)))
        .order_by(VIEW.c.name, VIEW.c.id)
    )
    return [
        View(id=row.id, name=row.name, query=row.query, shared=row.account_id is None)
        for row in rows
    ]


async def save(
    connection: AsyncConnection,
    ids: Ids,
    *,
    owner: int | None,
    name: str,
    query: str,
    now: datetime,
) -> int:
    """Keep a view, in the place of the owner's of the same name; None owns for everybody.

    Raises: ViewRefusedError.
    """
    title = " ".join(name.split())
    if not title or len(title) > LONGEST_NAME:
        raise ViewRefusedError(f"a view's name has 1 to {LONGEST_NAME} characters")
    if len(query) > LONGEST_QUERY:
        raise ViewRefusedError(f"a view's filter has at most {LONGEST_QUERY} characters")
    mine = VIEW.c.account_id == owner if owner is not None else VIEW.c.account_id.is_(None)
    await connection.execute(delete(VIEW).where(mine, VIEW.c.name == title))
    there = (await connection.execute(select(VIEW.c.id).where(mine))).all()
    if len(there) >= MOST:
        raise ViewRefusedError(f"there are {MOST} views already: delete one")
    number = ids.next()
    row = {"id": number, "account_id": owner, "name": title, "query": query, "at": now}
    await connection.execute(insert(VIEW), [row])
    return number


async def drop(connection: AsyncConnection, view_id: int, *, owner: int, shared_too: bool) -> None:
    """Delete a view of one's own; with `shared_too`, one of everybody's. Raises: LookupError."""
    mine = VIEW.c.account_id == owner
    allowed = or_(mine, VIEW.c.account_id.is_(None)) if shared_too else mine
    gone = await connection.execute(delete(VIEW).where(VIEW.c.id == view_id, allowed))
    if not gone.rowcount:
        raise LookupError(f"no saved view {view_id} of yours")

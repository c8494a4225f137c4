"""What is done in the list itself: something that is no complaint was looked at; views are kept.

Each is one transaction with its entry in the audit log. The forms call these, and so does the API.
"""

from __future__ import annotations

from console.desk import Desk
from console.queue.asked import Asked
from store import audit, loose, views
from store.accounts import Person
from store.audit import Deed


async def seen(desk: Desk, kind: str, number: int, *, actor: str) -> None:
    """A talk, a message or a dead letter has been looked at: it waits no longer.

    Raises: LookupError for what is not there; ValueError for an unknown kind.
    """
    now = desk.clock()
    async with desk.database.begin() as connection:
        await loose.settle(connection, kind, number, actor=actor, now=now)
        deed = Deed(actor=actor, act="queue.seen", subject=f"{kind}:{number}", at=now)
        await audit.append(connection, desk.ids, deed)
    desk.news.tell()


async def save_view(desk: Desk, account: Person, name: str, asked: Asked, *, shared: bool) -> int:
    """Keep a filter under a name, for oneself or for everybody; answers the view's id.

    Raises: ViewRefusedError.
    """
    now = desk.clock()
    async with desk.database.begin() as connection:
        number = await views.save(
            connection,
            desk.ids,
            owner=None if shared else account.id,
            name=name,
            query=asked.query(),
            now=now,
        )
        deed = Deed(actor=account.name, act="queue.save_view", subject=str(number), at=now)
        await audit.append(connection, desk.ids, deed)
    return number


async def delete_view(desk: Desk, account: Person, number: int, *, shared_too: bool) -> None:
    """Forget a view of one's own; with `shared_too`, one of everybody's. Raises: LookupError."""
    now = desk.clock()
    async with desk.database.begin() as connection:
        await views.drop(connection, number, owner=account.id, shared_too=shared_too)
        deed = Deed(actor=account.name, act="queue.delete_view", subject=str(number), at=now)
        await audit.append(connection, desk.ids, deed)

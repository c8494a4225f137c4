"""The first admin: no default password, but a link that is shown once where the gateway starts."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from console.people import acts
from console.people.acts import By, Post
from console.rights import Role
from store import staff

NAME = "admin"


async def link(connection: AsyncConnection, by: By) -> str | None:
    """The secret of a set-up link, as long as no admin can sign in; None once one can."""
    if await staff.admins(connection):
        return None
    found = await staff.by_name(connection, NAME)
    if found is None:
        _, secret = await acts.add(connection, by, NAME, Post(role=Role.ADMIN))
        return secret
    person, _ = found
    if person.role != Role.ADMIN or person.disabled_at is not None:
        await staff.change(connection, person.id, role=str(Role.ADMIN), disabled_at=None)
    return await acts.link(connection, by, person)


def path_of(secret: str) -> str:
    """Where a set-up link leads, below the public address."""
    return f"/console/setup/{secret}"

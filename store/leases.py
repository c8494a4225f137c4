"""Named leases: what one process at a time may do."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.dialect import insert_once
from store.tables import Lease, table

LEASE = table(Lease)


async def take(
    connection: AsyncConnection, name: str, *, owner: str, until: datetime, now: datetime
) -> bool:
    """Take or renew a lease; False while another process holds it."""
    renewed = await connection.execute(
        update(LEASE)
        .where(LEASE.c.name == name, or_(LEASE.c.owner == owner, LEASE.c.until <= now))
        .values(owner=owner, until=until)
        .returning(LEASE.c.name)
    )
    if renewed.scalar() is not None:
        return True
    return await insert_once(connection, LEASE, {"name": name, "owner": owner, "until": until})


async def give_back(connection: AsyncConnection, name: str, owner: str) -> None:
    """Let another process take over at once."""
    await connection.execute(delete(LEASE).where(LEASE.c.name == name, LEASE.c.owner == owner))

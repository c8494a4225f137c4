"""The audit log's chain: each row of it is sealed with all that stood before it.

The database refuses to change or delete a row (r0014). Whoever can take that refusal away cannot
mend the chain behind it: a row that was changed, left out or put in between no longer fits, and the
newest seal stands in the gateway's log too, where the database's owner does not write.
Sealing comes after the transactions that write, a little later, so that none waits for another.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.tables import Audit, AuditSeal, table

AUDIT, SEAL = table(Audit), table(AuditSeal)
AT_ONCE = 500  # rows of one transaction
_FIRST = "kanal audit"


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """The end of the chain: how many rows are sealed, and the seal of them all."""

    number: int
    seal: str


async def head(connection: AsyncConnection) -> Head:
    """The newest seal."""
    newest = select(SEAL.c.number, SEAL.c.seal).order_by(SEAL.c.number.desc()).limit(1)
    row = (await connection.execute(newest)).first()
    return Head(number=row.number, seal=row.seal) if row else Head(number=0, seal=_FIRST)


async def is_loose(connection: AsyncConnection) -> bool:
    """Whether there are rows that are not sealed yet."""
    return (await connection.execute(_loose().limit(1))).first() is not None


async def extend(connection: AsyncConnection) -> int:
    """Seal rows that are not sealed yet; returns how many.

    Raises: IntegrityError where another process has sealed them meanwhile; nothing is lost then.
    """
    rows = (await connection.execute(_loose().limit(AT_ONCE))).all()
    last, sealed = await head(connection), []
    for row in rows:
        last = Head(number=last.number + 1, seal=_seal(last.seal, row))
        sealed.append({"number": last.number, "audit_id": row.id, "seal": last.seal})
    if sealed:
        await connection.execute(insert(SEAL), sealed)
    return len(sealed)


def _loose() -> Select[Any]:
    return (
        select(AUDIT)
        .join(SEAL, SEAL.c.audit_id == AUDIT.c.id, isouter=True)
        .where(SEAL.c.number.is_(None))
        .order_by(AUDIT.c.id)
    )


def _seal(before: str, row: Any) -> str:
    """The hash over the seal before and everything that the row says, unambiguously joined."""
    parts = (before, str(row.id), row.at.isoformat(), row.actor, row.act, row.subject, row.detail)
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(joined.encode()).hexdigest()


async def broken(connection: AsyncConnection) -> int | None:
    """Where the chain does not hold: the first number that is wrong; None when all of it holds."""
    last = Head(number=0, seal=_FIRST)
    while True:
        rows = (
            await connection.execute(
                select(AUDIT, SEAL.c.number, SEAL.c.seal, SEAL.c.audit_id)
                .select_from(SEAL)
                .join(AUDIT, AUDIT.c.id == SEAL.c.audit_id, isouter=True)
                .where(SEAL.c.number > last.number)
                .order_by(SEAL.c.number)
                .limit(AT_ONCE)
            )
        ).all()
        if not rows:
            return None
        for row in rows:
            expected = Head(number=last.number + 1, seal="")
            if row.number != expected.number or row.id is None:
                return expected.number
            if row.seal != _seal(last.seal, row):
                return expected.number
            last = Head(number=row.number, seal=row.seal)


async def holds(connection: AsyncConnection, number: int, seal: str) -> bool:
    """Whether a seal that was noted earlier is still the one of that number."""
    found = await connection.execute(select(SEAL.c.seal).where(SEAL.c.number == number))
    return found.scalar() == seal

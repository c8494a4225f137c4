"""Many rows at once, for an invented city: no message waits for them, so nothing is shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from store.tables import Complaint, ConversationRow, Row, table

COMPLAINT, CONVERSATION = table(Complaint), table(ConversationRow)


async def write(
    connection: AsyncConnection, rows: Mapping[type[Row], Sequence[dict[str, Any]]]
) -> None:
    """Insert rows of several tables; what is referred to goes first."""
    wanted = {table(kind): list(ones) for kind, ones in rows.items() if ones}
    for into in Row.metadata.sorted_tables:
        if into in wanted:
            await connection.execute(insert(into), wanted[into])


async def complaints(connection: AsyncConnection, account: str) -> tuple[int, int]:
    """How many complaints came by other accounts than this one, and how many by it."""
    mine = CONVERSATION.c.account == account
    found = await connection.execute(
        select(mine.label("mine"), func.count())
        .select_from(COMPLAINT)
        .join(CONVERSATION, CONVERSATION.c.id == COMPLAINT.c.conversation_id)
        .group_by(mine)
    )
    counts = {bool(row.mine): int(row[1]) for row in found}
    return counts.get(False, 0), counts.get(True, 0)


async def analyse(connection: AsyncConnection) -> None:
    """Let the database learn how its rows are spread, so that it chooses the right index."""
    await connection.execute(text("ANALYZE"))

"""What is kept no longer than it is needed: bytes, words and photos go, keys and counts stay.

Each function empties what is older than a moment, a batch at a time, and says how many rows it
emptied; 0 means that nothing is left to do.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.blanks import blank, unsaid, untold
from store.inbox import CLOCK
from store.tables import CardRow, Delivery, Inbox, Media, Outbox, Prediction, table

DELIVERY, INBOX, OUTBOX = table(Delivery), table(Inbox), table(Outbox)
MEDIA, PREDICTION, CARD = table(Media), table(Prediction), table(CardRow)
AT_ONCE = 500  # rows of one transaction
_OVER = ("sent", "delivered", "read", "failed", "dead")


async def empty_journal(connection: AsyncConnection, before: datetime) -> int:
    """Deliveries as they came: their bytes go, unless an attachment has still to be read there."""
    wanted = select(MEDIA.c.id).where(
        MEDIA.c.delivery_id == DELIVERY.c.id, MEDIA.c.state == "pending"
    )
    full = (DELIVERY.c.received_at < before) & (DELIVERY.c.body != b"") & ~wanted.exists()
    ids = await _some(connection, DELIVERY.c.id, full)
    await connection.execute(
        update(DELIVERY).where(DELIVERY.c.id.in_(ids)).values(body=b"", envelope="{}")
    )
    return len(ids)


async def empty_messages(connection: AsyncConnection, before: datetime) -> int:
    """What citizens wrote, beside their complaints: words go, whom to answer stays."""
    read = select(PREDICTION.c.inbox_id).where(
        PREDICTION.c.inbox_id == INBOX.c.id, PREDICTION.c.understanding != ""
    )
    old = (INBOX.c.state != "pending") & (INBOX.c.due_at < before) & read.exists()
    ids = await _some(connection, INBOX.c.id, old & (INBOX.c.channel != CLOCK))
    await connection.execute(
        update(PREDICTION).where(PREDICTION.c.inbox_id.in_(ids)).values(understanding="", text=None)
    )
    return await blank(connection, INBOX, ids, unsaid)


async def empty_answers(connection: AsyncConnection, before: datetime) -> int:
    """What we said: words go, that it was said stays."""
    said = OUTBOX.c.message.not_like('%"text":""%')
    old = OUTBOX.c.state.in_(_OVER) & (OUTBOX.c.created_at < before) & said
    ids = await _some(connection, OUTBOX.c.id, old)
    return await blank(connection, OUTBOX, ids, untold)


async def drop_photos(connection: AsyncConnection, before: datetime) -> int:
    """Photos of no complaint: the row lets go of its file."""
    loose = MEDIA.c.complaint_id.is_(None) & MEDIA.c.sha256.is_not(None)
    ids = await _some(connection, MEDIA.c.id, loose & (MEDIA.c.due_at < before))
    await connection.execute(
        update(MEDIA)
        .where(MEDIA.c.id.in_(ids))
        .values(sha256=None, state="refused", reason="retention", ref="", lat=None, lon=None)
    )
    return len(ids)


async def drop_cards(connection: AsyncConnection, before: datetime) -> int:
    """Cards that ended long ago."""
    return (await connection.execute(delete(CARD).where(CARD.c.expires_at < before))).rowcount


async def photos(connection: AsyncConnection) -> set[str]:
    """The names of all files that a row holds."""
    rows = await connection.execute(
        select(MEDIA.c.sha256).distinct().where(MEDIA.c.sha256.is_not(None))
    )
    return set(rows.scalars())


async def _some(connection: AsyncConnection, column: Any, which: ColumnElement[bool]) -> set[int]:
    rows = await connection.execute(select(column).where(which).order_by(column).limit(AT_ONCE))
    return set(rows.scalars())

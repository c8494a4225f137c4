"""The language of a conversation, set by a person: the bot learns of it by the clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.message import InboundMessage
from dialogs import codec
from dialogs.conversation import Conversation
from store.codec import dump
from store.ids import Ids
from store.inbox import CLOCK, CONVERSATION, INBOX

SPEAK = "speak"  # name of the timer; the language stands behind a colon


async def speak(
    connection: AsyncConnection, ids: Ids, talks: Sequence[int], language: str, now: datetime
) -> dict[int, str]:
    """Let citizens be answered in a language; the one that each was answered in before.

    A conversation that was forgotten is left out.
    """
    columns = CONVERSATION.c
    found = await connection.execute(
        select(columns.id, columns.account, columns.address, columns.state).where(
            columns.id.in_(set(talks)), columns.erasure_id.is_(None)
        )
    )
    before, rows = {}, []
    for row in found:
        before[row.id] = codec.load(row.state).locale if row.state else Conversation().locale
        number = ids.next()
        message = InboundMessage(
            channel=CLOCK,
            account=row.account,
            external_id="",
            sender="",
            address=row.address,
            text="",
            sent_at=now,
            choice=f"{SPEAK}:{language}",
        )
        rows.append(
            {
                "id": number,
                "channel": CLOCK,
                "external_id": f"{row.id}:{SPEAK}:{number}",
                "conversation_id": row.id,
                "message": dump(message),
                "due_at": now,
                "state": "pending",
                "attempts": 0,
            }
        )
    if rows:
        await connection.execute(insert(INBOX), rows)
    return before
